"""The event log: every exporter gets every change, in order, from one process at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from oslo_config import cfg
from sqlalchemy import select, update

from delfin.alerts import log as event_log
from delfin.alerts.keeping import keep_house
from delfin.alerts.log import AlertLog
from delfin.alerts.store import clear, raise_alert
from delfin.alerts.words import BY_USER
from delfin.db.alerts import Alert, AlertEvent, ExportCursor, Silence
from delfin.db.session import Database
from delfin.utils import utcnow_ms
from tests.unit.alerts.reported import fault, recovery, report
from tests.unit.db.stored import add_storage

Open = Callable[..., AlertLog]


@pytest.fixture
def storage_id(database: Database) -> str:
    with database.writer() as session:
        return add_storage(session)


@pytest.fixture
def open_log(database: Database, conf: cfg.ConfigOpts) -> Open:
    def opened(owner: str = "one", exporter: str = "webhook") -> AlertLog:
        return AlertLog(database, conf, exporter, owner)

    return opened


def numbers(log: AlertLog, most: int = 100) -> list[str | None]:
    """What is read: the sequence numbers, None for what is kept back."""
    return [data["sequence_number"] if data else None for _, data in log.read(most)]


def deal_with(log: AlertLog, most: int = 100) -> list[str]:
    entries = log.read(most)
    wanted = [data for _, data in entries if data is not None]
    if entries:
        assert log.commit(entries[-1][0], wanted, len(entries) - len(wanted), 0)
    return [f"{data['change']} {data['sequence_number']}" for data in wanted]


def cursor(database: Database, exporter: str = "webhook") -> ExportCursor:
    with database.reader() as session:
        found = session.get_one(ExportCursor, exporter)
        session.expunge(found)
    return found


def test_changes_are_read_in_order_behind_the_cursor(
    database: Database, storage_id: str, open_log: Open
) -> None:
    log = open_log()
    assert log.acquire()
    report(database, storage_id, fault(1), fault(2), recovery(1))
    assert deal_with(log, 2) == ["raised 1", "raised 2"]
    assert deal_with(log, 2) == ["cleared 1"]
    assert deal_with(log, 2) == []
    assert cursor(database).delivered == 3


def test_a_row_that_commits_late_is_not_passed_by(
    database: Database, storage_id: str, open_log: Open
) -> None:
    if database.engine.dialect.name == "sqlite":
        pytest.skip("one transaction at a time writes")
    log = open_log()
    assert log.acquire()
    with database.writer() as late:
        raise_alert(late, storage_id, fault(1))
        report(database, storage_id, fault(2))
        assert deal_with(log) == ["raised 2"]
    assert deal_with(log) == ["raised 1"]
    with database.reader() as session:
        by_id = list(session.scalars(select(AlertEvent.position).order_by(AlertEvent.id)))
    assert by_id == [2, 1], "the one that came late has the smaller id"


def test_each_exporter_has_its_own_cursor(
    database: Database, storage_id: str, open_log: Open
) -> None:
    webhook, email = open_log(), open_log(exporter="email")
    assert webhook.acquire()
    assert email.acquire()
    report(database, storage_id, fault(1))
    assert deal_with(webhook) == deal_with(email) == ["raised 1"]


def test_one_process_forwards_and_another_takes_over_when_it_dies(
    database: Database, storage_id: str, open_log: Open
) -> None:
    one, two = open_log("one"), open_log("two")
    assert one.acquire()
    assert not two.acquire()
    report(database, storage_id, fault(1))
    entries = one.read(10)
    # The first process is frozen here, for longer than its lease.
    with database.writer() as session:
        session.execute(update(ExportCursor).values(lease_until=utcnow_ms() - 1))
    assert two.acquire()
    assert deal_with(two) == ["raised 1"], "what the first had read and not delivered"
    assert not one.commit(entries[-1][0], [], 0, 0), "it may write nothing any more"
    assert not one.acquire()
    assert cursor(database).delivered == 1


def test_a_process_that_stops_lets_another_go_on_at_once(
    database: Database, open_log: Open
) -> None:
    one, two = open_log("one"), open_log("two")
    assert one.acquire()
    one.release()
    assert two.acquire()
    assert cursor(database).lease_owner == "two"


def test_a_new_exporter_gets_what_happened_lately(
    database: Database, storage_id: str, open_log: Open, conf: cfg.ConfigOpts
) -> None:
    report(database, storage_id, fault(1), fault(2))
    with database.writer() as session:
        old = utcnow_ms() - conf.alerts.keep_log * 1000 - 1
        oldest = session.scalars(select(AlertEvent.id).order_by(AlertEvent.id)).first()
        session.execute(update(AlertEvent).where(AlertEvent.id == oldest).values(made_at=old))
    log = open_log()
    assert log.acquire()
    assert deal_with(log) == ["raised 2"]


def test_when_the_log_is_full_the_oldest_is_dropped_counted_and_told(
    database: Database, storage_id: str, open_log: Open, conf: cfg.ConfigOpts
) -> None:
    conf.set_override("spool_limit", 3, "exporters")
    log = open_log()
    assert log.acquire()
    report(database, storage_id, *(fault(number) for number in range(1, 8)))
    assert deal_with(log) == ["raised 5", "raised 6", "raised 7"]
    (told,) = (data for _, data in log.read(10))
    assert told is not None
    assert (told["alert_id"], told["location"]) == ("delfin.spool_overflow", "webhook")
    assert log.commit(log.read(10)[-1][0], [told], 0, 0)
    assert log.read(10) == []
    ((_, over),) = log.read(10)
    assert over is not None
    assert (over["alert_id"], over["category"]) == ("delfin.spool_overflow", "Recovery")
    assert cursor(database).dropped == 4


def silence(database: Database, **values: Any) -> str:
    row = Silence(id=str(uuid4()), **{"starts_at": 0, **values})
    with database.writer() as session:
        session.add(row)
        return row.id


@pytest.mark.parametrize(
    ("matched", "kept_back"),
    [
        ({}, True),
        ({"severity": "Major"}, True),
        ({"severity": "Minor"}, False),
        ({"alert_id": "0x1A", "severity": "Major"}, True),
        ({"alert_id": "0x1B", "severity": "Major"}, False),
        ({"starts_at": 2**50}, False),
        ({"ends_at": 1}, False),
        ({"ends_at": 2**50}, True),
    ],
    ids=str,
)
def test_a_silenced_alert_is_stored_and_not_exported(
    database: Database, storage_id: str, open_log: Open, matched: dict[str, Any], kept_back: bool
) -> None:
    log = open_log()
    assert log.acquire()
    silence(database, **matched)
    report(database, storage_id, fault(1))
    assert numbers(log) == ([None] if kept_back else ["1"])
    with database.reader() as session:
        assert session.scalars(select(Alert.state)).all() == ["open"]


def test_a_maintenance_window_keeps_back_what_happened_in_it(
    database: Database, storage_id: str, open_log: Open
) -> None:
    with database.writer() as session:
        other = add_storage(session, "SN2")
    log = open_log()
    assert log.acquire()
    silence(database, storage_id=storage_id, ends_at=utcnow_ms() + 3_600_000)
    report(database, storage_id, fault(1))
    report(database, other, fault(2))
    with database.writer() as session:
        # Time goes by: the window is over before the exporter comes back.
        session.execute(update(Silence).values(starts_at=0, ends_at=utcnow_ms() - 500))
        session.execute(
            update(AlertEvent)
            .where(AlertEvent.storage_id == storage_id)
            .values(made_at=utcnow_ms() - 1000)
        )
    report(database, storage_id, fault(3))
    assert numbers(log) == [None, "2", "3"]
    assert deal_with(log) == ["raised 2", "raised 3"]
    assert cursor(database).silenced == 1


def test_who_was_told_of_a_fault_hears_of_its_end_in_a_silence(
    database: Database, storage_id: str, open_log: Open
) -> None:
    log = open_log()
    assert log.acquire()
    report(database, storage_id, fault(1))
    assert deal_with(log) == ["raised 1"]
    silence(database, storage_id=storage_id)
    report(database, storage_id, fault(2), recovery(2), recovery(1))
    assert deal_with(log) == ["cleared 1"]


def test_what_lasts_is_repeated_unless_it_is_silenced(
    database: Database, storage_id: str, open_log: Open
) -> None:
    with database.writer() as session:
        other = add_storage(session, "SN2")
    report(database, storage_id, fault(1), fault(2), fault(3), recovery(2))
    report(database, other, fault(4))
    silence(database, storage_id=other)
    batches = open_log().standing(1)
    assert [[data["sequence_number"] for data in batch] for batch in batches] == [["1"], ["3"]]
    assert {data["change"] for batch in batches for data in batch} == {"repeated"}


def test_why_nothing_gets_through_is_kept_until_it_does(
    database: Database, storage_id: str, open_log: Open
) -> None:
    log = open_log()
    assert log.acquire()
    report(database, storage_id, fault(1))
    log.failed("first")
    since = cursor(database).failing_since
    log.failed("second" * 1000)
    held = cursor(database)
    assert since is not None
    assert held.failing_since == since
    assert (held.error or "").startswith("secondsecond")
    deal_with(log)
    assert (cursor(database).error, cursor(database).failing_since) == (None, None)


def test_what_is_over_and_old_is_deleted(
    database: Database, storage_id: str, open_log: Open, conf: cfg.ConfigOpts
) -> None:
    conf.set_override("keep_log", 0, "alerts")
    conf.set_override("keep_cleared", 0, "alerts")
    slow, fast = open_log(), open_log(exporter="email")
    assert slow.acquire()
    assert fast.acquire()
    report(database, storage_id, fault(1), recovery(1), fault(2))
    silence(database, ends_at=1)
    deal_with(fast)
    assert deal_with(slow, 1) == ["raised 1"]
    for model in (AlertEvent, Alert):
        column = AlertEvent.made_at if model is AlertEvent else Alert.last_seen
        with database.writer() as session:
            session.execute(update(model).values({column: column - 10_000}))
    keep_house(database, conf)
    with database.reader() as session:
        assert session.scalars(select(Alert.sequence_number)).all() == ["2"]
        assert session.scalars(select(Silence.id)).all() == []
        kept = select(AlertEvent.change).order_by(AlertEvent.id)
        assert session.scalars(kept).all() == ["cleared", "raised"], "slow has not got them"
    assert deal_with(slow) == ["cleared 1", "raised 2"]


def test_an_alert_that_lasted_long_is_kept_after_its_end(
    database: Database, storage_id: str, conf: cfg.ConfigOpts
) -> None:
    report(database, storage_id, fault(1))
    with database.writer() as session:
        session.execute(update(Alert).values(first_seen=1, last_seen=1))
        clear(session, Alert.storage_id == storage_id, BY_USER)
    keep_house(database, conf)
    with database.reader() as session:
        assert session.scalars(select(Alert.state)).all() == ["cleared"]


def test_without_an_exporter_the_log_does_not_grow_for_ever(
    database: Database, storage_id: str, conf: cfg.ConfigOpts
) -> None:
    conf.set_override("spool_limit", 2, "exporters")
    report(database, storage_id, *(fault(number) for number in range(1, 6)))
    keep_house(database, conf)
    with database.reader() as session:
        assert session.scalars(select(AlertEvent.position)).all() == [4, 5]
        assert event_log.last_position(session) == 5
