"""From the inbox to the store of alerts, one turn after the other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from delfin.alert_manager.counters import Counters
from delfin.alert_manager.inbox import Inbox
from delfin.alert_manager.meaning import PLAIN_ID
from delfin.alert_manager.pipeline import Pipeline
from delfin.alert_manager.trap import Trap
from delfin.common.snmptrapd import TRAP_OID
from delfin.db.alert_sources import AlertSource
from delfin.db.alerts import Alert
from delfin.db.session import Database
from delfin.inventory.hardware import Controller
from delfin.jobs.queue import JobQueue
from tests.conftest import make_conf
from tests.unit.db.stored import add_storage
from tests.waiting import during, wait_until

Parse = Callable[[Any, dict[str, str]], Any]


class Drivers:
    """One driver for all."""

    def __init__(self, parse: Parse) -> None:
        self.parse = parse

    def alert_parser(self, _storage_id: str) -> Parse:
        return self.parse


def fault(_context: Any, trap: dict[str, str]) -> dict[str, Any]:
    if trap["1.1"] == "deadly":
        raise SystemExit("as if the process died")
    return {"alert_id": trap["1.1"], "category": "Fault", "severity": "Major"}


def trap(storage_id: str, number: int, text: str) -> Trap:
    content = {"variables": {TRAP_OID: "1.3.9", "1.1": text}, "address": "192.0.2.1"}
    return Trap(f"{number:064}", storage_id, number, content)


class Bench:
    """An inbox and processes that empty it."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self._conf = make_conf(folder, database.url)
        self.inbox = Inbox(database, "receiver", 30)

    def process(self, name: str, parse: Parse = fault) -> Pipeline:
        inbox = Inbox(self.database, name, 0.05)
        queue = JobQueue(self.database, self._conf)
        return Pipeline(
            *(self._conf, self.database, inbox, queue, Drivers(parse), Counters()),
            lambda: None,
        )

    def alerts(self) -> list[Alert]:
        with self.database.reader() as session:
            found = list(session.scalars(select(Alert).order_by(Alert.alert_id)))
            session.expunge_all()
        return found


@pytest.fixture
def bench(sqlite_database: Database, tmp_path: Path) -> Bench:
    return Bench(sqlite_database, tmp_path)


@pytest.fixture
def storage_id(sqlite_database: Database) -> str:
    with sqlite_database.writer() as session:
        return add_storage(session)


def test_a_trap_that_kills_is_kept_unread_and_the_others_are_read(
    bench: Bench, storage_id: str
) -> None:
    texts = ["a", "b", "deadly", "c", "d"]
    bench.inbox.store([trap(storage_id, n, text) for n, text in enumerate(texts)])
    deaths = 0
    for life in range(20):
        process = bench.process(f"process {life}")
        try:
            until_empty(bench, process, storage_id)
        except SystemExit:
            deaths += 1
        if not waiting(bench, storage_id):
            break
    assert [alert.alert_id for alert in bench.alerts()] == ["a", "b", "c", "d", PLAIN_ID]
    assert "deadly" in str(bench.alerts()[-1].description)
    assert deaths == 3


def until_empty(bench: Bench, process: Pipeline, storage_id: str) -> None:
    """Once the lease of the process before has ended."""
    wait_until(lambda: process.run_once() or not waiting(bench, storage_id))
    while process.run_once():
        pass


def waiting(bench: Bench, storage_id: str) -> int:
    return len(bench.inbox.waiting(storage_id, 99))


def test_the_driver_gets_the_dictionary_of_the_sdk(bench: Bench, storage_id: str) -> None:
    with bench.database.writer() as session:
        session.add(
            Controller(
                id="c",
                storage_id=storage_id,
                native_controller_id="c",
                name="node-1",
                mgmt_ip="192.0.2.1",
            )
        )
    heard: list[dict[str, str]] = []

    def parse(context: Any, told: dict[str, str]) -> None:
        heard.append(told)
        assert context.storage_id == storage_id

    bench.inbox.store([trap(storage_id, 1, "Z\xfcrich")])
    assert bench.process("one", parse).run_once() == 1
    assert heard == [
        {
            TRAP_OID: "1.3.9",
            "1.1": "Z\xfcrich",
            "transport_address": "192.0.2.1",
            "storage_id": storage_id,
            "controller_name": "node-1",
        }
    ]


@pytest.mark.parametrize(("with_source", "booked"), [(True, "SN2"), (False, "SN1")])
def test_a_manager_of_several_arrays_says_which_one_it_means(
    bench: Bench, storage_id: str, with_source: bool, booked: str
) -> None:
    with bench.database.writer() as session:
        other = add_storage(session, "SN2")
        if with_source:
            row = AlertSource(storage_id=other, host="192.0.2.1", version="SNMPv2c", generation=1)
            session.add(row)
    bench.inbox.store([trap(storage_id, 1, "text")])
    process = bench.process("one", lambda _c, _t: {"alert_id": "x", "serial_number": "SN2"})
    assert process.run_once() == 1
    assert [alert.serial_number for alert in bench.alerts()] == [booked]


def test_after_an_unexpected_failure_it_waits_before_the_next_try(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many traps arrive meanwhile, each of which wakes it."""
    tries = [0]
    process = bench.process("p")

    def fail() -> int:
        tries[0] += 1
        process.look()
        raise RuntimeError

    monkeypatch.setattr(process, "run_once", fail)
    process.start()
    wait_until(lambda: tries[0])
    for _ in during(0.3):
        process.look()
    process.stop()
    process.wait()
    assert tries[0] == 1
