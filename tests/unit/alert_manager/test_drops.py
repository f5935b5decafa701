"""Dropped traps are one alert with exact counts, however long it goes on, and one recovery."""

from __future__ import annotations

from sqlalchemy import select

from delfin.alert_manager.counters import Counters
from delfin.alert_manager.drops import DropAlert
from delfin.alert_manager.snmp import reasons
from delfin.db import trap_inbox
from delfin.db.alerts import Alert, AlertEvent
from delfin.db.base import utcnow
from delfin.db.session import Database
from tests.waiting import wait_until

QUIET = 0.1


def alerts(database: Database) -> list[tuple[str | None, str, int]]:
    with database.reader() as session:
        found = session.scalars(select(Alert).order_by(Alert.first_seen, Alert.location))
        return [(alert.location, alert.state, alert.count) for alert in found]


def text(database: Database) -> str:
    with database.reader() as session:
        return str(session.scalars(select(Alert.description)).one())


def told(database: Database) -> list[tuple[str, int]]:
    """What exporters hear: the change, and the count that the alert had then."""
    with database.reader() as session:
        events = session.scalars(select(AlertEvent).order_by(AlertEvent.id))
        return [(event.change, event.alert["count"]) for event in events]


def drops(database: Database, counters: Counters, name: str = "n1:0") -> DropAlert:
    return DropAlert(database, counters, name, QUIET)


def over(watch: DropAlert, database: Database) -> bool:
    """Whether the last alert has ended, after another look."""
    watch.look()
    return alerts(database)[-1][1] == "cleared"


def test_nothing_dropped_is_no_alert(database: Database) -> None:
    counters = Counters()
    counters.add("received", 10_000)
    counters.add(reasons.MALFORMED, 10_000)
    drops(database, counters).look()
    assert alerts(database) == []


def test_a_storm_is_one_alert_that_counts_exactly_and_ends_once(database: Database) -> None:
    counters = Counters()
    watch = drops(database, counters)
    for number in range(1, 6):
        counters.add(reasons.RATE_LIMITED, 1000)
        counters.add(reasons.QUEUE_FULL, 10)
        counters.set(reasons.KERNEL_DROPPED, number)
        watch.look()
        watch.look()
    assert alerts(database) == [("n1:0", "open", 5055)]
    assert "n1:0 dropped: 5 kernel_dropped, 5000 rate_limited, 50 queue_full." in text(database)
    wait_until(lambda: over(watch, database))
    watch.look()
    assert told(database) == [("raised", 1011), ("cleared", 5055)]


def test_the_next_storm_is_counted_from_nothing(database: Database) -> None:
    counters = Counters()
    watch = drops(database, counters)
    for number in (7, 5):
        counters.add(reasons.SPOOL_FULL, number)
        watch.look()
        wait_until(lambda: over(watch, database))
    assert [count for _, _, count in alerts(database)] == [7, 5]


def test_each_receiver_has_its_own(database: Database) -> None:
    for name in ("n1:0", "n2:0"):
        counters = Counters()
        counters.add(reasons.RATE_LIMITED, 3)
        drops(database, counters, name).look()
    assert alerts(database) == [("n1:0", "open", 3), ("n2:0", "open", 3)]


def test_what_an_earlier_process_raised_ends_all_the_same(database: Database) -> None:
    for name in ("n1:0", "n2:0", "gone:0"):
        counters = Counters()
        counters.add(reasons.RATE_LIMITED, 3)
        drops(database, counters, name).look()
    with database.writer() as session:
        for name in ("n1:0", "n2:0"):
            trap_inbox.report(session, name, utcnow(), {})
    restarted = drops(database, Counters())

    def ended() -> bool:
        restarted.look()
        return len(told(database)) > 3

    wait_until(ended)
    # The other one sees to its own; of the third nobody has heard for a day.
    states = {location: state for location, state, _ in alerts(database)}
    assert states == {"n1:0": "cleared", "n2:0": "open", "gone:0": "cleared"}
