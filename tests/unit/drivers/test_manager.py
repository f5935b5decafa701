"""The driver manager finds classes by entry point, and never lets two arrays share an object."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from typing import Any

import pytest
from stevedore import ExtensionManager

from delfin import exception
from delfin.drivers.manager import NAMESPACE, DriverManager
from tests.unit.scripted import Script, ScriptedDriver

HERE = "tests.unit.scripted"


@pytest.fixture
def manager(monkeypatch: pytest.MonkeyPatch) -> DriverManager:
    points = [
        EntryPoint("acme bravo", f"{HERE}:ScriptedDriver", NAMESPACE),
        EntryPoint("acme gone", "acme.nowhere:Driver", NAMESPACE),
        EntryPoint("acme odd", f"{HERE}:Script", NAMESPACE),
    ]
    monkeypatch.setattr(ExtensionManager, "list_entry_points", lambda _self: points)
    monkeypatch.setitem(ScriptedDriver.scripts, 1, Script())
    return DriverManager()


def access(**more: Any) -> dict[str, Any]:
    return {"vendor": "acme", "model": "bravo", "rest": {"port": 1}, "ssh": None, **more}


def test_drivers_that_come_with_delfin_are_found() -> None:
    plugins = {plugin.name: plugin.error for plugin in DriverManager().plugins()}
    assert plugins["fake_storage fake_driver"] is None
    assert plugins["linux lvm"] is None


def test_an_entry_point_that_cannot_be_loaded_says_why(manager: DriverManager) -> None:
    errors = {plugin.name: plugin.error for plugin in manager.plugins()}
    assert errors["acme bravo"] is None
    assert "No module named 'acme'" in (errors["acme gone"] or "")
    assert "StorageDriver" in (errors["acme odd"] or "")


@pytest.mark.parametrize("model", ["gone", "odd", "unknown", "Bravo"])
def test_what_is_no_driver_is_not_found(manager: DriverManager, model: str) -> None:
    with pytest.raises(exception.StorageDriverNotFound, match=f"acme {model}"):
        manager.driver_class("acme", model)


def test_every_storage_has_an_object_of_its_own(manager: DriverManager) -> None:
    first = manager.get_driver("s1", **access())
    second = manager.get_driver("s2", **access())
    assert first is not second
    assert first is not None
    assert second is not None
    assert (first.storage_id, second.storage_id) == ("s1", "s2")


def test_a_driver_cannot_change_what_others_are_given(manager: DriverManager) -> None:
    given = access()
    seen: list[dict[str, Any]] = []
    ScriptedDriver.scripts[1].login = seen.append
    manager.get_driver("s1", **given)
    seen[0]["rest"]["port"] = 99
    assert given["rest"] == {"port": 1}
    assert "ssh" not in seen[0]
    assert seen[0]["verify"] is False


def test_live_driver_is_kept_replaced_and_removed(manager: DriverManager) -> None:
    assert manager.get_driver("s1") is None
    first, second = manager.get_driver("s1", **access()), manager.get_driver("s1", **access())
    assert first is not None
    assert second is not None
    assert manager.get_driver("s1") is None
    assert manager.update_driver("s1", first) is None
    assert manager.get_driver("s1") is first
    assert manager.update_driver("s1", second) is first
    assert manager.live() == ["s1"]
    assert manager.remove_driver("s1") is second
    assert manager.remove_driver("s1") is None
