"""Every word, number and metric that stored rows and outside drivers contain."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from pysnmp.entity import config as pysnmp

from delfin.common import constants

WORDS = yaml.safe_load(Path(__file__).with_name("vocabulary.yaml").read_text(encoding="utf-8"))

SCALARS = {
    "DEFAULT_RESOURCE_TYPE": "Storage",
    "DB_MAX_INT": 0x7FFFFFFF,
    "ACCESS_TYPE": ["rest", "ssh", "cli", "smis"],
    "BLOCK_SIZE": 4096,
    "DEFAULT_SNMP_CONNECT_PORT": 161,
    "DEFAULT_SNMP_RETRY_NUM": 1,
    "DEFAULT_SNMP_EXPIRATION_TIME": 2,
    "SNMP_QUERY_OID": "1.3.6.1.2.1.1.1.0",
    "SNMP_CONNECTION_FAILED_ALERT_ID": "19660818",
    "SNMP_SUPPORTED_MODELS": ("vsp", "3par", "cmode", "msa", "hnas"),
    "DELFIN_ARRAY_METRICS": [
        "responseTime",
        "throughput",
        "readThroughput",
        "writeThroughput",
        "requests",
        "readRequests",
        "writeRequests",
    ],
}

COLLECTION = {
    "FAILED_JOB_SCHEDULE_INTERVAL": 900,
    "MAX_FAILED_JOB_RETRY_COUNT": 5,
    "DEF_PERFORMANCE_COLLECTION_INTERVAL": 900,
    "DEF_PERFORMANCE_HISTORY_ON_RESCHEDULE": 1800,
    "DEF_PERFORMANCE_TIMESTAMP_OVERLAP": 60,
    "MAX_FAILED_TASK_RETRY_WINDOW": 7200,
}

FAMILIES = {
    "IOPS": ("iops", "IOPS"),
    "THROUGHPUT": ("throughput", "MB/s"),
    "RESPONSE_TIME": ("responseTime", "ms"),
    "IO_SIZE": ("ioSize", "KB"),
    "CACHE_HIT_RATIO": ("cacheHitRatio", "%"),
}
METRICS = {"CPU_USAGE": ("cpuUsage", "%")}
for _family, (_name, _unit) in FAMILIES.items():
    METRICS[_family] = _name, _unit
    for _way in ("read", "write"):
        METRICS[f"{_way.upper()}_{_family}"] = _way + _name[0].upper() + _name[1:], _unit

ALL_BUT_CPU = METRICS.keys() - {"CPU_USAGE"}
IO_SIZES = {"IO_SIZE", "READ_IO_SIZE", "WRITE_IO_SIZE"}
OWNED = {
    "Metrics": METRICS.keys(),
    "StorageMetric": ALL_BUT_CPU,
    "StoragePoolMetric": ALL_BUT_CPU,
    "VolumeMetric": ALL_BUT_CPU,
    "VolumeGroupMetric": ALL_BUT_CPU,
    "ControllerMetric": METRICS.keys(),
    "PortMetric": ALL_BUT_CPU,
    "DiskMetric": ALL_BUT_CPU - IO_SIZES,
    "FileSystemMetric": {
        name for name in ALL_BUT_CPU if "CACHE" not in name and name != "RESPONSE_TIME"
    },
}


def upper_names(cls: type) -> dict[str, Any]:
    return {name: getattr(cls, name) for name in dir(cls) if name.isupper() and name != "ALL"}


@pytest.mark.parametrize("name", sorted(WORDS))
def test_vocabulary_has_exactly_these_words(name: str) -> None:
    cls = getattr(constants, name)
    assert upper_names(cls) == WORDS[name]
    assert list(cls.ALL) == list(dict.fromkeys(WORDS[name].values()))


def test_a_vocabulary_is_no_enumeration() -> None:
    assert type(constants.StorageStatus.NORMAL) is str


@pytest.mark.parametrize("name", sorted(SCALARS))
def test_scalar_has_its_value(name: str) -> None:
    assert getattr(constants, name) == SCALARS[name]


def test_collection_times() -> None:
    assert upper_names(constants.TelemetryCollection) == COLLECTION


def test_metric_units() -> None:
    assert constants.MetricUnit.ALL == ("IOPS", "MB/s", "ms", "KB", "%")


@pytest.mark.parametrize("name", sorted(OWNED))
def test_resource_has_exactly_these_metrics(name: str) -> None:
    metrics = upper_names(getattr(constants, name))
    assert {key: (m.name, m.unit) for key, m in metrics.items()} == {
        key: METRICS[key] for key in OWNED[name]
    }
    assert all(1 <= len(metric.description) <= 255 for metric in metrics.values())


def test_collected_series_can_be_sent_between_processes() -> None:
    series = constants.metric_struct(name="iops", labels={"unit": "IOPS"}, values={1000: 2.5})
    assert series == constants.metric_struct("iops", {"unit": "IOPS"}, {1000: 2.5})
    assert pickle.loads(pickle.dumps(series)) == series  # noqa: S301
    assert series._fields == ("name", "labels", "values")
    assert constants.Metric._fields == ("name", "unit", "description")


def test_snmp_protocols_are_those_of_pysnmp() -> None:
    assert constants.AUTH_PROTOCOL_MAP == {
        "hmacsha": pysnmp.USM_AUTH_HMAC96_SHA,
        "hmacmd5": pysnmp.USM_AUTH_HMAC96_MD5,
        "hmcsha2224": pysnmp.USM_AUTH_HMAC128_SHA224,
        "hmcsha2256": pysnmp.USM_AUTH_HMAC192_SHA256,
        "hmcsha2384": pysnmp.USM_AUTH_HMAC256_SHA384,
        "hmcsha2512": pysnmp.USM_AUTH_HMAC384_SHA512,
        "none": pysnmp.USM_AUTH_NONE,
    }
    assert constants.PRIVACY_PROTOCOL_MAP == {
        "aes": pysnmp.USM_PRIV_CFB128_AES,
        "des": pysnmp.USM_PRIV_CBC56_DES,
        "aes192": pysnmp.USM_PRIV_CFB192_AES,
        "aes256": pysnmp.USM_PRIV_CFB256_AES,
        "3des": pysnmp.USM_PRIV_CBC168_3DES,
        "none": pysnmp.USM_PRIV_NONE,
    }


def test_importing_needs_no_snmp_and_registers_no_option() -> None:
    program = (
        "import sys; from delfin.common import config, constants; from delfin import ssl_utils;"
        "assert not any(name.startswith('pysnmp') for name in sys.modules);"
        "assert 'storage_driver' not in config.CONF;"
        "assert ssl_utils.get_storage_ca_path() == ''"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
