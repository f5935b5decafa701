"""What every driver must do, on recordings of simulated arrays: an older firmware and a recent one.

Both run through the same methods; what differs is the maps of releases.py. The third has performance
from files in place of last samples.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import ClassVar

import pytest

from delfin.drivers.huawei.oceanstor.driver import OceanStorDriver
from delfin.testing.suite import DriverConformance

RECORDINGS = Path(__file__).parent / "recordings"
TIMEOUTS = {"delfin.drivers.huawei.oceanstor.client.TIMEOUT": "how long the array may be silent"}


class TestDorado(DriverConformance):
    driver = OceanStorDriver
    recording = RECORDINGS / "dorado-6.1.6"
    timeouts: ClassVar = TIMEOUTS


class TestDoradoWithFiles(DriverConformance):
    driver = OceanStorDriver
    recording = RECORDINGS / "dorado-6.1.6-files"
    timeouts: ClassVar = TIMEOUTS


class TestV5(DriverConformance):
    driver = OceanStorDriver
    recording = RECORDINGS / "oceanstor-v500r007c60"
    timeouts: ClassVar = TIMEOUTS


@pytest.mark.parametrize(
    ("firmware", "own", "foreign"),
    [
        ("dorado-6.1.6", ["ENABLESMARTDEDUP", "HOSTGROUPID", "pointRelease"], ["USAGETYPE"]),
        (
            "oceanstor-v500r007c60",
            ["USAGETYPE"],
            ["ENABLESMARTDEDUP", "HOSTGROUPID", "pointRelease"],
        ),
    ],
)
def test_each_firmware_says_it_in_its_own_words(
    firmware: str, own: list[str], foreign: list[str]
) -> None:
    """So that both recordings together try both sets of maps; the rows have the same columns."""
    told = (RECORDINGS / firmware / "exchanges.yaml").read_text(encoding="utf-8")
    assert [word for word in own if word in told] == own
    assert [word for word in foreign if word in told] == []
    expected = RECORDINGS / firmware / "expected"
    for table, columns in {
        "volumes": ("deduplicated", "compressed"),
        "storage_pools": ("storage_type",),
        "masking_views": ("native_storage_host_group_id", "native_volume_group_id"),
    }.items():
        rows = json.loads((expected / f"{table}.json").read_text(encoding="utf-8"))
        assert all(row[column] is not None for row in rows for column in columns), table
