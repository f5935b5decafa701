"""An array's list of alerts is merged: what is gone there ends here, once, and not on a whim."""

from __future__ import annotations

from typing import Any

import pytest
from oslo_config import cfg
from sqlalchemy import select

from delfin import exception
from delfin.alerts.internal import ARRAY_UNREACHABLE
from delfin.alerts.merge import Listed, Merged, merge
from delfin.db.alerts import Alert, AlertEvent, AlertReading
from delfin.db.session import Database, retried
from delfin.utils import utcnow_ms
from tests.unit.alerts.reported import fault, recovery, report
from tests.unit.db.stored import add_storage


@pytest.fixture
def storage_id(database: Database, conf: cfg.ConfigOpts) -> str:
    conf.set_override("doubt_time", 0.0, "sync")
    with database.writer() as session:
        return add_storage(session)


def listing(
    database: Database, conf: cfg.ConfigOpts, storage_id: str, *alerts: Any, **more: Any
) -> Merged:
    # Listings are further apart than the clock's steps.
    listed = Listed(alerts, **{"began_at": utcnow_ms() + 1, **more})

    @retried
    def attempt() -> Merged:
        with database.writer() as session:
            return merge(session, storage_id, listed, conf)

    return attempt()


def states(database: Database) -> dict[str | None, str]:
    with database.reader() as session:
        found = session.execute(select(Alert.sequence_number, Alert.state, Alert.cleared_by))
        return {n: f"{state} {by or ''}".strip() for n, state, by in found}


def changes(database: Database) -> list[str]:
    with database.reader() as session:
        return list(session.scalars(select(AlertEvent.change).order_by(AlertEvent.id)))


def test_what_is_listed_opens_and_what_is_gone_ends_once(
    database: Database, storage_id: str, conf: cfg.ConfigOpts
) -> None:
    first = listing(database, conf, storage_id, fault(1), fault(2))
    assert first == Merged(listed=2, ended=0)
    for ended in (1, 0, 0):
        assert listing(database, conf, storage_id, fault(1)).ended == ended
    assert states(database) == {"1": "open", "2": "cleared sync"}
    assert changes(database) == ["raised", "raised", "cleared"]
    with database.reader() as session:
        counts = session.scalars(select(Alert.count)).all()
    assert set(counts) == {1}, "to be listed is not to happen again"


def test_what_a_trap_told_is_known_again_in_the_list(
    database: Database, storage_id: str, conf: cfg.ConfigOpts
) -> None:
    report(database, storage_id, fault(1), fault(2, match_key="only in the trap"))
    listing(database, conf, storage_id, fault(1), fault(2))
    assert changes(database) == ["raised", "raised", "raised"]
    assert list(states(database).values()) == ["open", "open"]


def test_a_suddenly_empty_list_ends_nothing_until_a_second_agrees(
    database: Database, storage_id: str, conf: cfg.ConfigOpts
) -> None:
    conf.set_override("doubt_time", 3600.0, "sync")
    report(database, storage_id, fault(1))
    for _ in range(2):
        merged = listing(database, conf, storage_id)
        assert merged.ended == 0
        assert "1 of 1 alerts" in (merged.doubt or "")
    conf.set_override("doubt_time", 0.0, "sync")
    assert listing(database, conf, storage_id) == Merged(listed=0, ended=1)
    assert listing(database, conf, storage_id) == Merged(listed=0, ended=0)
    assert changes(database) == ["raised", "cleared"]


def test_a_much_shorter_list_is_doubted_and_what_is_new_in_it_is_taken(
    database: Database, storage_id: str, conf: cfg.ConfigOpts
) -> None:
    conf.set_override("doubt_time", 3600.0, "sync")
    report(database, storage_id, *(fault(number) for number in range(12)))
    merged = listing(database, conf, storage_id, fault(1), fault(99))
    assert merged.doubt
    assert states(database)["99"] == "open"
    assert set(states(database).values()) == {"open"}
    assert not listing(
        database, conf, storage_id, *(fault(number) for number in range(7)), fault(99)
    ).doubt
    assert sorted(states(database).values()) == ["cleared sync"] * 5 + ["open"] * 8


def test_a_list_of_the_whole_history_says_what_stands(
    database: Database, storage_id: str, conf: cfg.ConfigOpts
) -> None:
    history = [
        fault(1, occur_time=1_700_000_000_000),
        recovery(1, occur_time=1_700_000_001_000),
        fault(1, occur_time=1_700_000_002_000),
        fault(2, occur_time=1_700_000_000_000),
        recovery(2, occur_time=1_700_000_003_000),
    ]
    for _ in range(2):
        listing(database, conf, storage_id, *reversed(history))
    assert states(database) == {"1": "open"}
    over = recovery(1, occur_time=1_700_000_004_000)
    for _ in range(2):
        listing(database, conf, storage_id, *history, over)
    assert states(database) == {"1": "cleared recovery"}
    assert changes(database) == ["raised", "cleared"]


def test_events_that_are_listed_again_are_not_told_again(
    database: Database, storage_id: str, conf: cfg.ConfigOpts
) -> None:
    for _ in range(2):
        listing(database, conf, storage_id, fault(1, category="Event"), fault(2))
    assert sorted(changes(database)) == ["raised", "raised"]


def test_what_happens_while_the_array_is_asked_is_newer_than_its_list(
    database: Database, storage_id: str, conf: cfg.ConfigOpts
) -> None:
    report(database, storage_id, fault(1), fault(3))
    began = utcnow_ms()
    report(database, storage_id, recovery(1), fault(2))
    listing(database, conf, storage_id, fault(1), fault(3), began_at=began)
    assert states(database) == {"1": "cleared recovery", "2": "open", "3": "open"}


def test_a_list_of_some_time_ends_nothing_outside_of_it(
    database: Database, storage_id: str, conf: cfg.ConfigOpts
) -> None:
    report(database, storage_id, fault(1), fault(5), fault(9))
    begin, end = 1_700_000_000_004, 1_700_000_000_008
    conf.set_override("doubt_time", 3600.0, "sync")
    assert listing(database, conf, storage_id, fault(1), begin_time=begin, end_time=end).doubt
    conf.set_override("doubt_time", 0.0, "sync")
    merged = listing(database, conf, storage_id, begin_time=begin, end_time=end)
    assert (merged.listed, merged.ended) == (0, 1)
    assert states(database) == {"1": "open", "5": "cleared sync", "9": "open"}


def test_alerts_of_delfin_itself_are_not_the_arrays_to_end(
    database: Database, storage_id: str, conf: cfg.ConfigOpts
) -> None:
    with database.writer() as session:
        ARRAY_UNREACHABLE.fault(session, storage_id)
    for _ in range(2):
        listing(database, conf, storage_id)
    assert list(states(database).values()) == ["open"]


def test_what_is_no_alert_spoils_the_list_and_nothing_else(
    database: Database, storage_id: str, conf: cfg.ConfigOpts
) -> None:
    report(database, storage_id, fault(1))
    with pytest.raises(exception.InvalidResults):
        listing(database, conf, storage_id, "alert")
    assert states(database) == {"1": "open"}
    with database.reader() as session:
        assert session.get(AlertReading, storage_id) is None
