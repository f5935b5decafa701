"""A late report raises one alert, and one Recovery."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from delfin.db.base import utcnow
from delfin.db.reports import Report
from delfin.db.schedules import Schedule
from delfin.jobs.queue import FAILED
from delfin.jobs.report import REPORT, lease
from delfin.jobs.timetable import Timetable
from delfin.task_manager.report_watch import ReportWatch
from tests.unit.conftest import Bench
from tests.unit.task_manager.reporting import (
    alerts,
    ask,
    freshness,
    let_it_grow_old,
    outage,
    reported,
    row,
    schedule,
    script,
    shown,
)

LATE = "delfin.report_late"


@pytest.fixture
def watch(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Iterator[ReportWatch]:
    """One that has been there for an hour."""
    made = ReportWatch(bench.database, bench.conf)
    monkeypatch.setattr(made, "_began", made._began - 3600)
    yield made
    made.stop()


def own_schedule(bench: Bench, storage_id: str, **when: Any) -> None:
    """Have the array report by a schedule of its own."""
    with bench.database.writer() as session:
        session.add(
            Schedule(
                id="own",
                kind=REPORT,
                storage_id=storage_id,
                resource_kinds=[],
                jitter=0,
                priority=0,
                enabled=True,
                when_late="run",
                grace=0,
                origin="user",
                revision=1,
                counts_from=utcnow(),
                **when,
            )
        )
    Timetable(bench.database, bench.board, bench.conf).plan()


def let_pass(bench: Bench, storage_id: str, seconds: int) -> None:
    """As if the last report had come so much earlier."""
    with bench.database.writer() as session:
        report = session.get_one(Report, storage_id)
        assert report.reported_at is not None
        report.reported_at -= timedelta(seconds=seconds)
        report.valid_until -= seconds * 1000


def test_a_late_report_is_told_once_and_its_return_once(bench: Bench, watch: ReportWatch) -> None:
    storage_id = bench.register(script())
    schedule(bench)
    reported(bench, storage_id)
    watch.look()
    assert (alerts(bench, LATE), watch.figures()["oldest_report_age"] < 60) == ([], True)
    let_it_grow_old(bench, storage_id)
    watch.look()
    watch.look()
    assert alerts(bench, LATE) == ["open"]
    reported(bench, storage_id)
    watch.look()
    assert alerts(bench, LATE) == ["cleared"]
    assert row(bench, storage_id).late is False


def test_a_report_that_has_stopped_is_not_late(bench: Bench, watch: ReportWatch) -> None:
    array = script()
    storage_id = bench.register(array)
    schedule(bench)
    reported(bench, storage_id)
    array.storage["status"] = "abnormal"
    reported(bench, storage_id)
    let_it_grow_old(bench, storage_id)
    watch.look()
    assert alerts(bench, LATE) == []
    assert watch.figures()["stopped_reports"] == 1


def test_a_process_that_has_just_come_alarms_nobody(bench: Bench) -> None:
    storage_id = bench.register(script())
    schedule(bench)
    reported(bench, storage_id)
    let_it_grow_old(bench, storage_id)
    ReportWatch(bench.database, bench.conf).look()
    assert alerts(bench, LATE) == []


@pytest.mark.parametrize("when", [{"interval": 3600}, {"cron": "0 */2 * * *"}])
def test_a_report_that_is_asked_for_less_often_from_now_on_is_not_late(
    bench: Bench, watch: ReportWatch, when: dict[str, Any]
) -> None:
    storage_id = bench.register(script())
    schedule(bench)
    reported(bench, storage_id)
    let_pass(bench, storage_id, 600)
    own_schedule(bench, storage_id, **when)
    watch.look()
    assert alerts(bench, LATE) == []
    found = row(bench, storage_id)
    assert (found.lease >= 9_000_000, freshness(bench, storage_id)) == (True, "current")
    let_pass(bench, storage_id, 20_000)
    watch._began -= 86400
    watch.look()
    assert alerts(bench, LATE) == ["open"]


def test_a_try_that_fails_does_not_hide_that_reports_are_asked_for_less_often(
    bench: Bench, watch: ReportWatch
) -> None:
    array = script()
    storage_id = bench.register(array)
    schedule(bench)
    reported(bench, storage_id)
    let_pass(bench, storage_id, 600)
    own_schedule(bench, storage_id, interval=3600)
    array.listings["list_storage_pools"] = ValueError
    assert reported(bench, storage_id).state == FAILED
    watch.look()
    assert (alerts(bench, LATE), freshness(bench, storage_id)) == ([], "current")


def test_a_report_by_cron_counts_until_that_names_a_time_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage_id = bench.register(script())
    own_schedule(bench, storage_id, cron="*/30 8-17 * * 1-5", time_zone="Europe/Berlin")

    def hours(now: str) -> float:
        monkeypatch.setattr("delfin.jobs.report.utcnow", lambda: datetime.fromisoformat(now))
        with bench.database.reader() as session:
            return lease(session, bench.conf, storage_id) / 3600 / 2.5

    assert hours("2026-11-25T10:00:01+00:00") == 0.5
    assert 62 < hours("2026-11-27T16:30:01+00:00") <= 62.5, "from Friday to Monday"


def test_a_report_once_a_month_counts_until_after_the_next(bench: Bench) -> None:
    storage_id = bench.register(script())
    own_schedule(bench, storage_id, cron="30 4 1 * *", time_zone="UTC")
    reported(bench, storage_id)
    let_pass(bench, storage_id, 35 * 86400)
    assert freshness(bench, storage_id) == "current"
    assert row(bench, storage_id).lease >= 28 * 2.5 * 86_400_000
    let_pass(bench, storage_id, 45 * 86400)
    assert freshness(bench, storage_id) == "unknown"


def test_after_an_outage_of_the_database_each_array_has_the_time_to_report(
    bench: Bench, watch: ReportWatch
) -> None:
    storage_id = bench.register(script())
    schedule(bench)
    reported(bench, storage_id)
    let_it_grow_old(bench, storage_id)
    outage(bench, watch)
    watch._turn()
    assert alerts(bench, LATE) == []
    watch._began -= 3600
    watch._turn()
    assert alerts(bench, LATE) == ["open"], "nor is it waited for ever"


def test_a_report_is_not_late_while_a_synchronisation_holds_the_array(
    bench: Bench, watch: ReportWatch
) -> None:
    storage_id = bench.register(script())
    schedule(bench)
    reported(bench, storage_id)
    sync = bench.lease(storage_id)
    let_it_grow_old(bench, storage_id)
    watch.look()
    bench.queue.finish(sync, FAILED, {})
    watch.look()
    assert alerts(bench, LATE) == [], "the report that waited for it has yet to come"
    watch.look()
    assert alerts(bench, LATE) == ["open"]


def test_a_report_under_way_does_not_excuse_that_it_is_late(
    bench: Bench, watch: ReportWatch
) -> None:
    storage_id = bench.register(script())
    schedule(bench)
    reported(bench, storage_id)
    let_it_grow_old(bench, storage_id)
    ask(bench, storage_id)
    assert bench.queue.lease("bench") is not None
    watch.look()
    assert alerts(bench, LATE) == ["open"]


def test_reports_that_were_switched_off_are_forgotten_without_alarm(
    bench: Bench, watch: ReportWatch
) -> None:
    storage_id = bench.register(script())
    schedule(bench)
    reported(bench, storage_id)
    let_it_grow_old(bench, storage_id)
    watch.look()
    schedule(bench, 0)
    watch.look()
    assert alerts(bench, LATE) == ["cleared"]
    found = shown(bench, storage_id)
    assert (found["status"], found["freshness"], found["reported_at"]) == (
        "normal",
        "unknown",
        None,
    )


def test_an_array_that_never_reported_counts_since_it_was_asked_to(
    bench: Bench, watch: ReportWatch
) -> None:
    storage_id = bench.register(script())
    schedule(bench)
    ask(bench, storage_id)
    with bench.database.writer() as session:
        session.get_one(Report, storage_id).valid_until -= 500_000
    watch.look()
    assert 500 <= watch.figures()["oldest_report_age"] < 560


def test_reports_that_are_forgotten_meanwhile_are_not_made_anew_to_be_late(
    bench: Bench, watch: ReportWatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage_id = bench.register(script())
    schedule(bench)
    reported(bench, storage_id)
    let_it_grow_old(bench, storage_id)
    alert = watch._alert

    def after_another_has_forgotten(storage_id: str) -> None:
        schedule(bench, 0)
        watch._forget(storage_id)
        alert(storage_id)

    monkeypatch.setattr(watch, "_alert", after_another_has_forgotten)
    watch.look()
    with bench.database.reader() as session:
        assert session.get(Report, storage_id) is None


def test_only_the_owner_counts_a_storage(bench: Bench) -> None:
    array = script()
    storage_id = bench.register(array)
    array.storage["status"] = "offline"
    reported(bench, storage_id)
    others = ReportWatch(bench.database, bench.conf, mine=lambda _storage_id: False)
    others.look()
    assert others.figures()["stopped_reports"] == 0
