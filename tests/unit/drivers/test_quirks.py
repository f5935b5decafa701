"""Drivers of SODA Delfin with habits of their own, played by small classes with the same habits."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any, ClassVar

import pytest
from oslo_config import cfg
from stevedore import ExtensionManager

from delfin import exception
from delfin.drivers.driver import StorageDriver
from delfin.drivers.manager import NAMESPACE, DriverManager
from delfin.drivers.quirks import QUIRKS, adapted
from tests.unit.drivers.test_driver import Least


class Habits(Least):
    """Takes its arguments in the forms that single drivers want."""

    asked: ClassVar[list[Any]] = []

    def list_alerts(self, context: Any, query_para: Any = None) -> list[dict[str, Any]]:
        if query_para is not None:
            return []
        return [{"occur_time": time} for time in (1000, 2000, 3000)]

    def clear_alert(self, context: Any, sequence_number: Any) -> Any:
        return sequence_number["alert_id"]

    @staticmethod
    def parse_alert(context: Any, alert: Any) -> dict[str, Any]:  # noqa: ARG004 - the contract
        parts = dict(part.split("=", 1) for part in alert.split(" "))
        return {"alert_id": parts["1.3.6.1.4.1.1139.1"]}


class Hiding(Least):
    """Catches everything, and says that the results are invalid."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.error: BaseException = kwargs.get("error") or exception.ConnectTimeout()
        if kwargs.get("refuse"):
            try:
                raise exception.InvalidUsernameOrPassword
            except exception.DelfinException:
                raise exception.InvalidResults("login")  # noqa: B904 - the habit

    def list_volumes(self, context: Any) -> list[dict[str, Any]]:
        try:
            try:
                raise self.error  # noqa: TRY301 - the habit
            except Exception as error:
                raise exception.StorageBackendException(str(error)) from error
        except exception.DelfinException as error:
            raise exception.InvalidResults(error.msg) from error

    def list_storage_pools(self, context: Any) -> list[dict[str, Any]]:
        raise exception.InvalidResults("no id")


def driver_class(
    name: str, found: type[StorageDriver], monkeypatch: pytest.MonkeyPatch
) -> type[StorageDriver]:
    """What the manager finds behind an entry point."""
    points = [EntryPoint(name, f"{__name__}:{found.__name__}", NAMESPACE)]
    monkeypatch.setattr(ExtensionManager, "list_entry_points", lambda _self: points)
    return DriverManager().driver_class(*name.split())


def test_every_other_driver_is_what_its_entry_point_says() -> None:
    assert adapted("acme bravo", Habits) is Habits


@pytest.mark.parametrize("name", sorted(QUIRKS))
def test_an_adapted_driver_keeps_its_name_and_its_arguments(name: str) -> None:
    made = adapted(name, Least)
    assert issubclass(made, Least)
    assert (made.__name__, made.__module__) == ("Least", Least.__module__)


@pytest.fixture
def cmode(monkeypatch: pytest.MonkeyPatch) -> Any:
    return driver_class("netapp cmode", Habits, monkeypatch)(storage_id="s")


@pytest.mark.parametrize(
    ("query", "times"),
    [
        (None, [1000, 2000, 3000]),
        ({"begin_time": 1500, "end_time": 2500}, [2000]),
        ({"begin_time": "2000", "end_time": "9000"}, [2000, 3000]),
    ],
)
def test_alerts_are_filtered_for_a_driver_that_filters_wrongly(
    cmode: Any, query: Any, times: list[int]
) -> None:
    assert [alert["occur_time"] for alert in cmode.list_alerts(None, query)] == times


def test_an_alert_number_may_be_subscripted_and_is_text(cmode: Any) -> None:
    cleared = cmode.clear_alert(None, "17")
    assert cleared == "17"
    assert type(cleared) is str


def test_a_trap_is_text_for_the_driver_that_wants_text(monkeypatch: pytest.MonkeyPatch) -> None:
    found = driver_class("dellemc scaleio", Habits, monkeypatch)
    trap = {"1.3.6.1.4.1.1139.1": "E=7", "transport_address": "10.0.0.1"}
    assert found.parse_alert(None, trap) == {"alert_id": "E=7"}


@pytest.mark.parametrize(
    ("name", "folders"),
    [
        ("ibm storwize_svc", ["svc"]),
        ("inspur as5500", ["svc"]),
        ("dellemc vnx_block", ["vnx_block"]),
        ("macrosan macrosan", ["macro_san"]),
    ],
)
def test_folders_that_a_driver_writes_to_are_there(
    name: str, folders: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    found = driver_class(name, Habits, monkeypatch)
    assert list(tmp_path.iterdir()) == []
    found(storage_id="s")
    found(storage_id="s")
    files = tmp_path / "delfin/drivers/utils/performance_file"
    assert [path.name for path in files.iterdir()] == folders
    if name.startswith("macrosan"):
        assert (tmp_path / "delfin/drivers/macro_san/ms/file").is_dir()


@pytest.mark.parametrize(
    "error",
    [
        exception.InvalidUsernameOrPassword(),
        exception.ConnectTimeout(),
        exception.SSLCertificateFailed(),
        exception.StorageMaxUserCountException("64"),
    ],
)
def test_an_error_that_a_driver_hides_comes_to_light(
    error: exception.DelfinException, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver = driver_class("hpe 3par", Hiding, monkeypatch)(storage_id="s", error=error)
    with pytest.raises(type(error)) as caught:
        driver.list_volumes(None)
    assert caught.value.msg == error.msg
    assert isinstance(caught.value.__cause__, exception.InvalidResults)


def test_an_error_in_a_login_comes_to_light(monkeypatch: pytest.MonkeyPatch) -> None:
    found = driver_class("dellemc unity", Hiding, monkeypatch)
    with pytest.raises(exception.InvalidUsernameOrPassword):
        found(storage_id="s", refuse=True)


def test_what_is_invalid_stays_invalid(monkeypatch: pytest.MonkeyPatch) -> None:
    driver = driver_class("hpe 3par", Hiding, monkeypatch)(storage_id="s", error=KeyError("id"))
    with pytest.raises(exception.InvalidResults, match="no id"):
        driver.list_storage_pools(None)
    with pytest.raises(exception.InvalidResults, match="id"):
        driver.list_volumes(None)


def test_an_option_that_is_false_is_not_taken_for_true(monkeypatch: pytest.MonkeyPatch) -> None:
    option = cfg.StrOpt("enable_perf_config", default=False)
    cfg.CONF.register_opts([option], "oceanstor_driver")
    try:
        driver_class("huawei oceanstor", Habits, monkeypatch)
        assert not cfg.CONF.oceanstor_driver.enable_perf_config
    finally:
        cfg.CONF.clear_default("enable_perf_config", "oceanstor_driver")
        cfg.CONF.unregister_opt(option, "oceanstor_driver")
    driver_class("huawei oceanstor", Habits, monkeypatch)
