"""Every storage has its metrics settings, and they follow its driver, its firmware and the options."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from oslo_config import cfg
from sqlalchemy import select, update

from delfin.common.key_file import open_key_ring
from delfin.db.access_info import AccessInfo
from delfin.db.metrics_config import (
    POLLING,
    MetricsSettings,
    TelemetryConfig,
    own_of,
    settings_of,
)
from delfin.db.schedules import METRICS, Schedule, ScheduleState
from delfin.db.session import Database
from delfin.db.storages import Storage
from delfin.drivers.api import DriverAPI
from delfin.drivers.driver import StorageDriver
from delfin.drivers.manager import DriverManager
from delfin.jobs.board import JobBoard
from delfin.jobs.queue import JobQueue, anybodys
from delfin.jobs.timetable import Timetable
from delfin.task_manager.collection_defaults import CollectionDefaults
from delfin.telemetry.plan import plan_for
from delfin.telemetry.policy import Own, replace_own
from tests.unit.db.stored import add_storage

Start = Callable[..., CollectionDefaults]

IOPS = {"iops": {"unit": "IOPS", "description": "Reads and writes per second"}}


def can(*types: str, **more: Any) -> dict[str, Any]:
    return {"is_historic": True, "resource_metrics": dict.fromkeys(types, IOPS), **more}


class Drivers(DriverManager):
    """Classes of which only the capabilities are told, by model."""

    def __init__(self) -> None:
        super().__init__()
        self.told: dict[str, Any] = {}
        self.by_access: set[str] = set()

    def driver_class(self, vendor: str, model: str) -> Any:
        told = self.told[model]

        def tell(_context: Any, filters: Any) -> Any:
            if callable(told):
                return told(filters)
            if isinstance(told, Exception):
                raise told
            return told

        own = {
            "get_capabilities": staticmethod(tell),
            "capabilities_by_access": model in self.by_access,
        }
        return type("Silent", (StorageDriver,), own)


@pytest.fixture
def drivers() -> Drivers:
    return Drivers()


@pytest.fixture
def start(database: Database, conf: cfg.ConfigOpts, drivers: Drivers) -> Start:
    """A task process that has just come up."""
    arrays = DriverAPI(database, open_key_ring(conf.secrets.key_file, {}), drivers)
    timetable = Timetable(database, JobBoard(JobQueue(database, conf), conf), conf)

    def make(mine: Any = anybodys, ring: Any = lambda: None) -> CollectionDefaults:
        return CollectionDefaults(conf, database, arrays, timetable, mine, ring)

    return make


def add(database: Database, model: str, firmware: str | None = None) -> str:
    """A storage as an earlier release registered it."""
    with database.writer() as session:
        storage_id = add_storage(session, model, firmware_version=firmware)
        session.execute(
            update(AccessInfo).values(model=model).where(AccessInfo.storage_id == storage_id)
        )
    return storage_id


def collected(database: Database, conf: cfg.ConfigOpts, storage_id: str) -> dict[str, int]:
    """Intervals by type of resource."""
    with database.reader() as session:
        return {one.resource_type: one.interval for one in plan_for(session, conf, storage_id)}


def rows(database: Database, model: Any) -> list[Any]:
    with database.reader() as session:
        found = list(session.scalars(select(model)))
        session.expunge_all()
        return found


def test_a_storage_of_an_earlier_release_gets_the_default_once(
    database: Database, conf: cfg.ConfigOpts, drivers: Drivers, start: Start
) -> None:
    drivers.told["rich"] = can("volume", "disk")
    storage_id = add(database, "rich")
    rings: list[int] = []
    defaults = start(ring=lambda: rings.append(1))
    defaults.turn()
    assert collected(database, conf, storage_id) == {"volume": 900, "disk": 900}
    (timer,) = rows(database, Schedule)
    assert (timer.origin, timer.resource_kinds) == (METRICS, ["volume", "disk"])
    assert len(rows(database, ScheduleState)) == 1
    defaults.turn()
    start().turn()
    assert [one.id for one in rows(database, Schedule)] == [timer.id]
    assert rings == [1]


def test_of_a_driver_without_metrics_nothing_is_scheduled(
    database: Database, conf: cfg.ConfigOpts, drivers: Drivers, start: Start
) -> None:
    drivers.told["poor"] = None
    drivers.told["empty"] = {"is_historic": False, "resource_metrics": {"volume": {}}}
    ids = [add(database, model) for model in ("poor", "empty")]
    start().turn()
    assert [collected(database, conf, storage_id) for storage_id in ids] == [{}, {}]
    assert rows(database, Schedule) == rows(database, ScheduleState) == []
    assert len(rows(database, MetricsSettings)) == 2


@pytest.mark.parametrize("nonsense", [{"speed": 3}, [], KeyError("firmware_version")])
def test_a_driver_that_tells_nonsense_keeps_nobody_else_from_being_collected(
    database: Database, conf: cfg.ConfigOpts, drivers: Drivers, start: Start, nonsense: Any
) -> None:
    drivers.told |= {"odd": nonsense, "rich": can("volume")}
    odd, rich = add(database, "odd"), add(database, "rich")
    start().turn()
    assert collected(database, conf, odd) == {}
    assert collected(database, conf, rich) == {"volume": 900}


def test_a_new_firmware_brings_what_it_can(
    database: Database, conf: cfg.ConfigOpts, drivers: Drivers, start: Start
) -> None:
    drivers.told["ontap"] = {9.6: can("storage"), 9.8: can("storage", "volume")}
    storage_id = add(database, "ontap", "9.6")
    defaults = start()
    defaults.turn()
    assert collected(database, conf, storage_id) == {"storage": 900}
    with database.writer() as session:
        session.execute(update(Storage).values(firmware_version="9.10.1"))
    defaults.turn()
    assert collected(database, conf, storage_id) == {"storage": 900, "volume": 900}
    (timer,) = rows(database, Schedule)
    assert timer.resource_kinds == ["storage", "volume"]


def test_an_array_that_measures_less_often_is_asked_less_often(
    database: Database, conf: cfg.ConfigOpts, drivers: Drivers, start: Start
) -> None:
    drivers.told |= {"slow": can("volume", collect_interval=3600), "fast": can("disk")}
    slow, fast = add(database, "slow"), add(database, "fast")
    conf.set_override("performance_collection_interval", 300, "telemetry")
    start().turn()
    assert collected(database, conf, slow) == {"volume": 3600}
    assert collected(database, conf, fast) == {"disk": 300}


def test_the_default_follows_the_options_and_what_somebody_chose_does_not(
    database: Database, conf: cfg.ConfigOpts, drivers: Drivers, start: Start
) -> None:
    drivers.told["rich"] = can("volume")
    default, chosen = add(database, "rich"), add(database, "rich2")
    drivers.told["rich2"] = can("volume")
    start().turn()
    with database.writer() as session:
        settings = settings_of(session, chosen)
        assert settings is not None
        replace_own(session, settings, POLLING, [Own(3600, historic=True)])
    conf.set_override("performance_collection_interval", 60, "telemetry")
    start().turn()
    assert collected(database, conf, default) == {"volume": 60}
    assert collected(database, conf, chosen) == {"volume": 3600}
    conf.set_override("collect_by_default", False, "telemetry")
    start().turn()
    assert collected(database, conf, default) == {}
    enabled = {one.storage_id: one.enabled for one in rows(database, Schedule)}
    assert enabled == {default: False, chosen: True}


def test_others_storages_are_left_to_them_until_they_are_mine(
    database: Database, drivers: Drivers, start: Start
) -> None:
    drivers.told["rich"] = can("volume")
    storage_id = add(database, "rich")
    mine: set[str] = set()
    defaults = start(mine.__contains__)
    defaults.turn()
    assert rows(database, MetricsSettings) == []
    mine.add(storage_id)
    defaults.turn()
    with database.reader() as session:
        assert len(own_of(session, storage_id)) == 1


def test_a_storage_that_is_being_removed_gets_nothing(
    database: Database, drivers: Drivers, start: Start
) -> None:
    drivers.told["rich"] = can("volume")
    add(database, "rich")
    with database.writer() as session:
        session.execute(update(Storage).values(deleted=True))
    start().turn()
    assert rows(database, MetricsSettings) == rows(database, TelemetryConfig) == []


@pytest.mark.parametrize("firmware", ["1.0", None])
def test_what_an_array_can_do_follows_the_ways_to_it(
    database: Database, conf: cfg.ConfigOpts, drivers: Drivers, start: Start, firmware: str | None
) -> None:
    """Some keep a history that can be read over SSH only."""
    drivers.by_access = {"dual"}
    drivers.told["dual"] = lambda filters: can(*(["disk"] if "ssh" in filters["access"] else []))
    storage_id = add(database, "dual", firmware)
    defaults = start()
    defaults.turn()
    assert collected(database, conf, storage_id) == {}
    with database.writer() as session:
        session.execute(update(AccessInfo).values(ssh={"host": "array.example"}))
    defaults.turn()
    assert collected(database, conf, storage_id) == {"disk": 900}
