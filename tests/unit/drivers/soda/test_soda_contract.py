"""Facts that drivers of SODA Delfin 1.x rely on, as tables: names, places of arguments, values.

What is behind them is told by the stories beside each module; connections by `test_soda_ssh.py`.
"""

from __future__ import annotations

import base64
import importlib
import inspect
import time
from typing import Any

import pytest

from delfin import context, cryptor, exception, i18n, ssl_utils, utils
from delfin.common import alert_util, constants
from delfin.conf import load
from delfin.drivers.driver import StorageDriver
from delfin.drivers.utils.rest_client import SOCKET_TIMEOUT, RestClient
from delfin.drivers.utils.ssh_client import SSHClient, SSHPool
from delfin.drivers.utils.tools import Tools

REQUIRED = inspect.Parameter.empty

# Where, then each argument in its place with its default.
CALLS: list[tuple[Any, dict[str, Any]]] = [
    (RestClient.init_http_head, {"self": REQUIRED}),
    (
        RestClient.do_call,
        {"self": REQUIRED, "url": REQUIRED, "data": REQUIRED, "method": REQUIRED}
        | {"calltimeout": 10},
    ),
    (SSHPool.create, {"self": REQUIRED}),
    (SSHPool.get, {"self": REQUIRED}),
    (SSHPool.put, {"self": REQUIRED, "conn": REQUIRED}),
    (SSHPool.item, {"self": REQUIRED}),
    (SSHPool.remove, {"self": REQUIRED, "ssh": REQUIRED}),
    (SSHPool.set_host_key, {"self": REQUIRED, "host_key_line": REQUIRED, "ssh": REQUIRED}),
    (SSHPool.do_exec, {"self": REQUIRED, "command_str": REQUIRED}),
    (SSHPool.do_exec_shell, {"self": REQUIRED, "command_list": REQUIRED, "sleep_time": 0.5}),
    (SSHClient.connect, {"self": REQUIRED}),
    (SSHClient.set_host_key, {"self": REQUIRED, "host_key_line": REQUIRED, "ssh": REQUIRED}),
    (SSHClient.exec_command, {"self": REQUIRED, "command_str": REQUIRED}),
    (SSHClient.do_exec, {"self": REQUIRED, "command_str": REQUIRED}),
    (SSHClient.close, {"self": REQUIRED}),
    (
        Tools.time_str_to_timestamp,
        {"self": REQUIRED, "time_str": REQUIRED, "time_pattern": REQUIRED},
    ),
    (
        Tools.timestamp_to_time_str,
        {"self": REQUIRED, "time_stamp": REQUIRED, "time_pattern": REQUIRED},
    ),
    (Tools.timestamp_to_utc_time_str, {"time_stamp": REQUIRED, "time_pattern": REQUIRED}),
    (Tools.change_capacity_to_bytes, {"unit": REQUIRED}),
    (Tools.get_capacity_size, {"value": REQUIRED}),
    (
        Tools.split_value_map_list,
        {"value_info": REQUIRED, "map_list": REQUIRED}
        | {"is_mapping": False, "is_alert": False, "split": ":"},
    ),
    (Tools.get_numbers_in_brackets, {"source_info": REQUIRED, "pattern_str": REQUIRED}),
    (
        Tools.get_remote_file_to_xml,
        {"ssh": REQUIRED, "file": REQUIRED, "local_path": REQUIRED, "remote_path": REQUIRED},
    ),
    (alert_util.is_alert_in_time_range, {"query_para": REQUIRED, "occur_time": REQUIRED}),
    (alert_util.fill_storage_attributes, {"alert": REQUIRED, "storage": REQUIRED}),
    (utils.utcnow_ms, {}),
    (utils.check_ssh_injection, {"cmd_list": REQUIRED}),
    (cryptor.encode, {"plain_text": REQUIRED}),
    (cryptor.decode, {"cipher_text": REQUIRED}),
    (i18n._, {"text": REQUIRED}),
    (ssl_utils.get_host_name_ignore_adapter, {}),
    (ssl_utils.get_storage_ca_path, {}),
    (ssl_utils.verify_ca_path, {"ca_path": REQUIRED}),
    (ssl_utils.reload_certificate, {"ca_path": REQUIRED}),
]

MODULES = (
    *("exception", "i18n", "cryptor", "ssl_utils", "utils", "context", "common.constants"),
    *("common.alert_util", "common.config", "drivers.driver", "drivers.utils.rest_client"),
    *("drivers.utils.ssh_client", "drivers.utils.tools"),
    *("drivers.utils.performance_file.svc", "drivers.utils.performance_file.vnx_block"),
    "drivers.utils.performance_file.macro_san",
)

# The platform: what the extra `soda-drivers` and delfin itself bring along.
PLATFORM = {
    "oslo_log.log": ["getLogger"],
    "oslo_utils.units": ["k", "M", "G", "T", "Ki", "Mi", "Gi", "Ti"],
    "oslo_utils.uuidutils": ["generate_uuid"],
    "oslo_utils.importutils": ["import_class"],
    "oslo_config.cfg": ["CONF", "StrOpt"],
    "six": ["text_type"],
    "requests": ["Session", "codes"],
    "paramiko": ["SSHClient", "Transport", "SFTPClient"],
    "scp": ["SCPClient"],
    "defusedxml.ElementTree": ["fromstring", "parse"],
}

TIMES: list[tuple[Any, Any, bool]] = [
    (None, 5, True),
    ({}, 5, True),
    ({"begin_time": 1, "end_time": 9}, 1, True),
    ({"begin_time": "1", "end_time": "9"}, "9", True),
    ({"begin_time": 1, "end_time": 9}, 10, False),
    ({"begin_time": 6}, 5, False),
    ({"end_time": 6}, 5, True),
    ({"begin_time": 0, "end_time": 0}, 5, False),
    ({"other": 1}, 5, False),
    ({"begin_time": "x", "end_time": 9}, 5, True),
    ({"begin_time": 1, "end_time": 9}, "", True),
    ({"begin_time": 1, "end_time": 9}, None, True),
]

# Whether the injection check lets it pass.
COMMANDS: list[tuple[Any, bool]] = [
    (["ls"], True),
    ([" ls "], True),
    (["'a b'"], True),
    (['"a b"'], True),
    (["a b"], False),
    (["'a'b'"], False),
    ([r"'a\'b'"], True),
    *((["a" + sign], False) for sign in "`$|;&><"),
    *((["a\\" + sign], True) for sign in "`$|;&><"),
    ("show 'disk 1' all", True),
    *(("show " + sign, False) for sign in "`$|;&><"),
    *(("show \\" + sign, False) for sign in "`$|;&><"),
    ([], True),
]

TOOLS: list[tuple[Any, Any]] = [
    (Tools.get_capacity_size(None), 0),
    (Tools.get_capacity_size("-"), 0),
    (Tools.get_capacity_size("12"), 12.0),
    (Tools.get_capacity_size("1.5GB"), 1610612736.0),
    (Tools.get_capacity_size("10 MB"), 10485760.0),
    (Tools.get_capacity_size("1PB"), 1.0),
    (Tools.get_capacity_size("1.5"), 1.0),
    (Tools.change_capacity_to_bytes("tb"), 2**40),
    (Tools.change_capacity_to_bytes("XB"), 1),
    (Tools.timestamp_to_utc_time_str(1000, "%S"), "01"),
    (Tools.timestamp_to_utc_time_str(0, "%S"), ""),
    (Tools().time_str_to_timestamp("", "%S"), ""),
    (Tools.get_numbers_in_brackets("port (3)", r"\(\d+\)"), "3"),
    (Tools.get_numbers_in_brackets("port", r"\(\d+\)"), ""),
]


@pytest.mark.parametrize(
    ("call", "arguments"), CALLS, ids=lambda value: getattr(value, "__qualname__", "")
)
def test_arguments_have_their_names_places_and_defaults(
    call: Any, arguments: dict[str, Any]
) -> None:
    parameters = inspect.signature(call).parameters
    assert {name: one.default for name, one in parameters.items()} == arguments
    assert list(parameters) == list(arguments)


@pytest.mark.parametrize("module", MODULES)
def test_a_module_that_drivers_import(module: str) -> None:
    importlib.import_module(f"delfin.{module}")


@pytest.mark.parametrize("module", sorted(PLATFORM))
def test_a_library_that_drivers_take_for_granted(module: str) -> None:
    found = importlib.import_module(module)
    assert [name for name in PLATFORM[module] if not hasattr(found, name)] == []


@pytest.mark.parametrize("name", sorted(vars(exception)))
def test_an_error_may_be_raised_with_any_arguments(name: str) -> None:
    kind = getattr(exception, name)
    if not (isinstance(kind, type) and issubclass(kind, exception.DelfinException)):
        return
    assert kind().msg
    assert kind("a", "b", reason="c").error_args == ("a", "b")
    assert str(kind(message="other text {0}")) == "other text {0}"
    with pytest.raises(kind):
        raise kind


@pytest.mark.parametrize(("query", "occurred", "inside"), TIMES)
def test_alerts_in_a_time_range(query: Any, occurred: Any, inside: bool) -> None:
    assert alert_util.is_alert_in_time_range(query, occurred) is inside


@pytest.mark.parametrize(("command", "passes"), COMMANDS)
def test_the_injection_check(command: Any, passes: bool) -> None:
    if passes:
        utils.check_ssh_injection(command)
    else:
        with pytest.raises(exception.SSHInjectionThreat):
            utils.check_ssh_injection(command)


@pytest.mark.parametrize(("found", "wanted"), TOOLS)
def test_tools(found: Any, wanted: Any) -> None:
    assert found == wanted


def test_cipher_text_of_both_kinds_opens() -> None:
    assert cryptor.decode(cryptor.encode("pässword")) == "pässword"
    assert cryptor.decode(base64.b64encode(b"old").decode()) == "old"
    assert "\n" not in cryptor.encode("x" * 5000)


def test_constants_that_are_no_words() -> None:
    assert SOCKET_TIMEOUT == 10
    assert constants.DEFAULT_RESOURCE_TYPE == "Storage"
    assert constants.metric_struct("n", {}, {}) == ("n", {}, {})
    assert type(constants.Severity.FATAL) is str
    assert constants.StorageMetric.IOPS.name == "iops"
    assert constants.StorageMetric.IOPS._fields == ("name", "unit", "description")


def test_a_rest_client_after_construction() -> None:
    access = {"host": "h", "port": 8443, "username": "u", "password": "cipher"}
    client = RestClient(rest=access, storage_id="s", verify="/ca")
    assert vars(client) == {
        "rest_host": "h",
        "rest_port": 8443,
        "rest_username": "u",
        "rest_password": "cipher",
        "san_address": "https://h:8443",
        "session": None,
        "device_id": None,
        "verify": "/ca",
        "rest_auth_token": None,
    }
    assert RestClient(rest={}).verify is False
    nothings: list[dict[str, Any]] = [{}, {"rest": None}]
    for nothing in nothings:
        with pytest.raises(exception.InvalidInput):
            RestClient(**nothing)


def test_a_pool_after_construction() -> None:
    access = {"host": "h", "port": 22, "username": "u", "password": "cipher"}
    keys = {"pub_key": "AAAA", "pub_key_type": "ssh-rsa", "conn_timeout": 5}
    pool = SSHPool(ssh={**access, **keys}, storage_id="s", verify=False)
    found = {name: getattr(pool, f"ssh_{name}") for name in (*access, *keys)}
    assert found == {**access, **keys}
    assert (pool.conn_timeout, pool.SOCKET_TIMEOUT) == (5, 10)
    assert (pool.min_size, pool.max_size, pool.current_size) == (0, 3, 0)
    assert SSHPool(ssh=access).ssh_conn_timeout == SSHPool.CONN_TIMEOUT == 60
    assert SSHClient(ssh=access).SOCKET_TIMEOUT == 10
    nothings: list[dict[str, Any]] = [{}, {"ssh": None}]
    for nothing in nothings:
        with pytest.raises(exception.InvalidInput):
            SSHPool(**nothing)


def test_contexts() -> None:
    assert context.RequestContext().storage_id is None
    admin = context.get_admin_context()
    admin.storage_id = "s"
    assert admin.storage_id == "s"


def test_services_reckon_in_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        assert Tools().timestamp_to_time_str(43_200_000, "%H") == "07"
        load._keep_utc()
        assert Tools().timestamp_to_time_str(43_200_000, "%H") == "12"
        assert Tools().time_str_to_timestamp("1970-01-01 12", "%Y-%m-%d %H") == 43_200_000
    finally:
        monkeypatch.undo()
        time.tzset()


STATIC = {"parse_alert", "get_capabilities"}


@pytest.mark.parametrize("name", [name for name in vars(StorageDriver) if name[0] != "_"])
def test_the_base_class_calls_nothing_by_name(name: str) -> None:
    member = inspect.getattr_static(StorageDriver, name)
    assert isinstance(member, staticmethod) is (name in STATIC)
