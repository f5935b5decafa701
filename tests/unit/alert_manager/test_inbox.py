"""The inbox on every engine: stored once, processed in order by one process, and fenced."""

from __future__ import annotations

import pytest

from delfin.alert_manager.inbox import Inbox, LaneLostError
from delfin.alert_manager.snmp.engine import EngineTime
from delfin.alert_manager.trap import Trap
from delfin.db import storages
from delfin.db.session import Database
from delfin.db.trap_inbox import InboxTrap, TrapLane
from delfin.utils import utcnow_ms
from tests.unit.db.stored import add_storage
from tests.waiting import wait_until


def trap(storage_id: str, number: int) -> Trap:
    content = {"variables": {"1.3": f"text \0 é {number}"}, "address": "192.0.2.1"}
    return Trap(f"{number:064}", storage_id, 1000 + number, content)


@pytest.fixture
def storage_id(database: Database) -> str:
    with database.writer() as session:
        return add_storage(session)


def test_a_batch_is_stored_once_whoever_stores_it(database: Database, storage_id: str) -> None:
    one, other = Inbox(database, "one", 30), Inbox(database, "other", 30)
    assert one.store([trap(storage_id, n) for n in range(5)]) == (5, 0, 0)
    assert other.store([trap(storage_id, n) for n in range(3, 8)]) == (3, 2, 0)
    (lane,) = one.lanes()
    assert lane.storage_id == storage_id
    found = one.waiting(storage_id, 100)
    assert [row.received_at for row in found] == [1000 + n for n in range(8)]
    assert found[0].content == trap(storage_id, 0).content


def test_traps_of_a_storage_that_is_gone_are_counted(database: Database, storage_id: str) -> None:
    inbox = Inbox(database, "one", 30)
    inbox.store([trap(storage_id, 1)])
    with database.writer() as session:
        storages.bury(session, storage_id)
    assert inbox.store([trap(storage_id, 2), trap("nobody", 3)]) == (0, 0, 2)
    with database.writer() as session:
        storages.forget(session, storage_id)
        assert session.query(InboxTrap).count() == session.query(TrapLane).count() == 0


def test_one_process_has_a_lane_until_its_lease_ends(database: Database, storage_id: str) -> None:
    one, other = Inbox(database, "one", 0.2), Inbox(database, "other", 30)
    one.store([trap(storage_id, 1)])
    assert [lane.crashes for lane in one.lanes()] == [0]
    (late,) = wait_until(other.lanes)
    assert late.crashes == 1
    assert one.lanes() == []
    with pytest.raises(LaneLostError), database.writer() as session:
        one.hold(session, storage_id)
    with database.writer() as session:
        assert other.hold(session, storage_id).crashes == 1
        other.done(session, [row.id for row in other.waiting(storage_id, 9)])
    assert other.lanes() == []


def test_a_lane_that_was_given_back_counts_no_crash(database: Database, storage_id: str) -> None:
    one, other = Inbox(database, "one", 30), Inbox(database, "other", 30)
    one.store([trap(storage_id, 1)])
    one.lanes()
    one.release()
    assert [lane.crashes for lane in other.lanes()] == [0]


def test_processed_traps_are_struck_after_a_while(database: Database, storage_id: str) -> None:
    inbox = Inbox(database, "one", 30)
    inbox.store([trap(storage_id, n) for n in range(3)])
    inbox.lanes()
    with database.writer() as session:
        inbox.done(session, [row.id for row in inbox.waiting(storage_id, 2)])
    assert inbox.strike_old() == 0
    with database.writer() as session:
        session.query(InboxTrap).filter(InboxTrap.done_at.is_not(None)).update({"done_at": 1})
    assert inbox.strike_old() == 2
    assert len(inbox.waiting(storage_id, 9)) == 1


def test_engine_times_only_grow(database: Database) -> None:
    inbox, now = Inbox(database, "one", 30), utcnow_ms()
    engine = b"\x80\0\0\0\1"
    for boots, time in ((2, 100), (2, 50), (1, 900), (3, 1)):
        inbox.keep_engines([EngineTime(engine, boots, time, now / 1000)])
    (kept,) = inbox.engines(now - 1000)
    assert (kept.engine_id, kept.boots, kept.time) == (engine, 3, 1)
    assert inbox.engines(now + 1000) == []
