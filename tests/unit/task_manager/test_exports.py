"""Forwarding as a service: exporters that are away, hang or are missing; several processes."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from oslo_config import cfg
from sqlalchemy import select

from delfin.db.alerts import Alert, ExportCursor, Silence
from delfin.db.session import Database
from delfin.task_manager.exports import ExportService
from delfin.utils import utcnow_ms
from tests.unit.alerts.reported import fault, recovery, report
from tests.unit.db.stored import add_storage
from tests.unit.exporter.receivers import (
    HttpReceiver,
    alertmanager,
    firing,
    free_port,
    http_receiver,
)
from tests.waiting import during, wait_until

Start = Callable[[], ExportService]

OTHERS = """
import threading
from delfin.exporter.base_exporter import BaseExporter

calls = []
released = threading.Event()


class Blocking(BaseExporter):
    def dispatch(self, ctxt, data):
        calls.append("blocking")
        released.wait(60)


class Raising(BaseExporter):
    def dispatch(self, ctxt, data):
        calls.append("raising")
        raise KeyError("a bug")


class Broken(BaseExporter):
    def __init__(self):
        raise RuntimeError("no licence")

    def dispatch(self, ctxt, data):
        pass
"""


@pytest.fixture
def storage_id(database: Database) -> str:
    with database.writer() as session:
        return add_storage(session)


@pytest.fixture
def quick(conf: cfg.ConfigOpts) -> cfg.ConfigOpts:
    """Waits of a day, in a moment."""
    for name, value in {
        "poll_interval": 0.02,
        "retry_delay": 0.05,
        "retry_longest_delay": 0.2,
        "timeout": 5.0,
    }.items():
        conf.set_override(name, value, "exporters")
    return conf


@pytest.fixture
def receiver(quick: cfg.ConfigOpts) -> Iterator[HttpReceiver]:
    quick.set_override("alert_exporters", ["webhook"])
    with http_receiver() as started:
        quick.set_override("url", started.url, "exporter_webhook")
        yield started


@pytest.fixture
def start(database: Database, quick: cfg.ConfigOpts) -> Iterator[Start]:
    """Starts a service as one process would have it."""
    started: list[ExportService] = []

    def one() -> ExportService:
        service = ExportService(quick, database)
        started.append(service)
        service.start()
        return service

    yield one
    for service in started:
        service.stop()
    for service in started:
        service.wait()


@pytest.fixture
def others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A package of somebody else, with exporters that do harm."""
    (tmp_path / "their_exporters.py").write_text(OTHERS)
    info = tmp_path / "theirs-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: theirs\nVersion: 1.0\n")
    names = ("Blocking", "Raising", "Broken")
    lines = [f"{name.lower()} = their_exporters:{name}" for name in names]
    (info / "entry_points.txt").write_text("\n".join(["[delfin.alert.exporters]", *lines, ""]))
    monkeypatch.syspath_prepend(str(tmp_path))
    module = importlib.import_module("their_exporters")
    yield module
    module.released.set()
    del sys.modules["their_exporters"]


def delivered(receiver: HttpReceiver) -> list[str]:
    return [f"{alert['change']} {alert['sequence_number']}" for alert in receiver.alerts]


def cursors(database: Database) -> dict[str, ExportCursor]:
    with database.reader() as session:
        found = {cursor.exporter: cursor for cursor in session.scalars(select(ExportCursor))}
        session.expunge_all()
    return found


def test_what_is_stored_while_the_receiver_is_down_comes_in_order_afterwards(
    database: Database, storage_id: str, quick: cfg.ConfigOpts, start: Start
) -> None:
    quick.set_override("alert_exporters", ["webhook"])
    quick.set_override("batch_size", 4, "exporters")
    port = free_port()
    quick.set_override("url", f"http://127.0.0.1:{port}/", "exporter_webhook")
    start()
    report(database, storage_id, *(fault(number) for number in range(10)))
    report(database, storage_id, recovery(3))
    wait_until(lambda: "webhook" in cursors(database) and cursors(database)["webhook"].error)
    with database.reader() as session:
        assert len(session.scalars(select(Alert.id)).all()) == 10, "stored and listed"
    assert cursors(database)["webhook"].failing_since is not None
    with http_receiver(port) as receiver:
        wait_until(lambda: len(receiver.alerts) == 11)
        expected = [*(f"raised {number}" for number in range(10)), "cleared 3"]
        assert delivered(receiver) == expected
        wait_until(lambda: cursors(database)["webhook"].delivered == 11)
    assert cursors(database)["webhook"].failing_since is None


def test_of_two_processes_one_exports_and_the_other_goes_on_after_it(
    database: Database, storage_id: str, receiver: HttpReceiver, start: Start
) -> None:
    first, second = start(), start()
    report(database, storage_id, *(fault(number) for number in range(20)))
    wait_until(lambda: len(receiver.alerts) == 20)
    owner = cursors(database)["webhook"].lease_owner
    first.stop()
    first.wait()
    report(database, storage_id, *(fault(number) for number in range(20, 40)))
    wait_until(lambda: len(receiver.alerts) == 40)
    assert delivered(receiver) == [f"raised {number}" for number in range(40)]
    second.stop()
    second.wait()
    cursor = cursors(database)["webhook"]
    assert cursor.delivered == 40
    assert owner is not None
    assert cursor.lease_until == 0


def test_one_that_harms_itself_harms_no_other(
    sqlite_database: Database,
    tmp_path: Path,
    others: Any,
    caplog: pytest.LogCaptureFixture,
) -> None:
    from tests.conftest import make_conf

    conf = make_conf(tmp_path, str(sqlite_database.url))
    conf.set_override("poll_interval", 0.02, "exporters")
    names = ["Missing", "Blocking", "raising", "broken", "webhook"]
    conf.set_override("alert_exporters", names)
    with sqlite_database.writer() as session:
        storage_id = add_storage(session)
    with http_receiver() as receiver:
        conf.set_override("url", receiver.url, "exporter_webhook")
        service = ExportService(conf, sqlite_database)
        service.start()
        try:
            for number in range(5):
                asked = utcnow_ms()
                report(sqlite_database, storage_id, fault(number))
                wait_until(lambda n=number: len(receiver.alerts) == n + 1)  # type: ignore[misc]
                assert utcnow_ms() - asked < 5000, "the others take their time, this one is on it"
            wait_until(lambda: {"blocking", "raising"} <= set(others.calls))
            wait_until(lambda: "no licence" in (cursors(sqlite_database)["broken"].error or ""))
        finally:
            service.stop()
            service.wait()
    assert "exporter Missing is configured" in caplog.text
    assert "Missing" not in cursors(sqlite_database)
    assert others.calls.count("blocking") == 1
    held = cursors(sqlite_database)
    assert "KeyError" in (held["raising"].error or "")
    assert [held[name].delivered for name in ("raising", "broken", "webhook")] == [0, 0, 5]


def test_a_silence_and_a_maintenance_window_keep_alerts_back(
    database: Database, storage_id: str, receiver: HttpReceiver, start: Start
) -> None:
    with database.writer() as session:
        other = add_storage(session, "SN2")
        now = utcnow_ms()
        window = {"storage_id": storage_id, "starts_at": now, "ends_at": now + 3_600_000}
        session.add(Silence(id=str(uuid4()), **window))
        session.add(Silence(id=str(uuid4()), severity="Minor", starts_at=0))
    start()
    report(database, storage_id, fault(1), recovery(1), fault(2))
    report(database, other, fault(3), fault(4, severity="Minor"))
    wait_until(lambda: "webhook" in cursors(database))
    wait_until(lambda: cursors(database)["webhook"].silenced == 4)
    assert delivered(receiver) == ["raised 3"]
    with database.reader() as session:
        assert len(session.scalars(select(Alert.id)).all()) == 4, "stored all the same"


def test_what_is_kept_is_swept_while_the_service_runs(
    database: Database, storage_id: str, quick: cfg.ConfigOpts, start: Start
) -> None:
    quick.set_override("keep_cleared", 0, "alerts")
    quick.set_override("keeping_interval", 0.05, "alerts")
    report(database, storage_id, fault(1), recovery(1), fault(2))
    start()

    def left() -> bool:
        with database.reader() as session:
            return session.scalars(select(Alert.sequence_number)).all() == ["2"]

    wait_until(left)


@pytest.mark.service
def test_alertmanager_fires_as_long_as_the_alert_lasts(
    database: Database, storage_id: str, quick: cfg.ConfigOpts, start: Start, tmp_path: Path
) -> None:
    quick.set_override("alert_exporters", ["AlertmanagerExporter"])
    quick.set_override("repeat_interval", 0.5, "exporter_alertmanager")
    with alertmanager(tmp_path) as url:
        quick.set_override("urls", [url], "exporter_alertmanager")
        service = start()
        report(database, storage_id, fault(1), fault(2))
        wait_until(lambda: len(firing(url)) == 2)
        for _ in during(2.5):
            assert len(firing(url)) == 2, "longer than Alertmanager believes without news"
        report(database, storage_id, recovery(1))
        service.ring()
        wait_until(lambda: [one["labels"]["location"] for one in firing(url)] == ["fan 2"])
        service.stop()
        service.wait()
