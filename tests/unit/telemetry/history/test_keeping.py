"""Hours that are over are summed up, and what is old is deleted, however often and late it came."""

from __future__ import annotations

import pytest
from oslo_config import cfg
from sqlalchemy import func, select, update

from delfin.db.metric_history import HourDue, MetricBlock, MetricHour, MetricResource
from delfin.db.session import Database
from delfin.telemetry.history.keeping import keep_house
from delfin.telemetry.history.packed import HOUR, Sum
from delfin.telemetry.history.reading import Asked, chart
from delfin.telemetry.history.sink import HistorySink
from tests.unit.db.stored import add_storage
from tests.unit.telemetry.history.measured import MINUTE, batch, every_minute, hours_ago


@pytest.fixture
def storage_id(database: Database) -> str:
    with database.writer() as session:
        return add_storage(session)


@pytest.fixture
def sink(conf: cfg.ConfigOpts, database: Database) -> HistorySink:
    return HistorySink(conf, database)


def everybodys(_storage_id: str) -> bool:
    return True


def hours(database: Database, storage_id: str, part: str = "v1") -> dict[int, Sum]:
    asked = Asked("volume", part, ("iops",), hours_ago(60 * 24), hours_ago(-1), HOUR)
    with database.reader() as session:
        found = chart(session, storage_id, asked)
    return {time: one for line in found for time, one in line.points}


def count(database: Database, model: type) -> int:
    with database.reader() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_an_hour_that_is_over_is_summed_up_once(
    conf: cfg.ConfigOpts, database: Database, storage_id: str, sink: HistorySink
) -> None:
    sink.put(batch(storage_id, {("v1", "iops"): every_minute(hours_ago(2), [*range(60)])}))
    before = hours(database, storage_id)
    assert count(database, MetricHour) == 0
    keep_house(database, conf, everybodys)
    assert (count(database, MetricHour), count(database, HourDue)) == (1, 0)
    assert hours(database, storage_id) == before == {hours_ago(2): Sum(60, 29.5, 0.0, 59.0)}


def test_the_hour_that_runs_is_shown_and_not_yet_summed_up(
    conf: cfg.ConfigOpts, database: Database, storage_id: str, sink: HistorySink
) -> None:
    sink.put(batch(storage_id, {("v1", "iops"): every_minute(hours_ago(0), [1, 3])}))
    keep_house(database, conf, everybodys)
    assert (count(database, MetricHour), count(database, HourDue)) == (0, 1)
    assert hours(database, storage_id) == {hours_ago(0): Sum(2, 2.0, 1.0, 3.0)}


def test_what_comes_late_is_summed_up_again(
    conf: cfg.ConfigOpts, database: Database, storage_id: str, sink: HistorySink
) -> None:
    sink.put(batch(storage_id, {("v1", "iops"): every_minute(hours_ago(2), [10] * 30)}))
    keep_house(database, conf, everybodys)
    late = every_minute(hours_ago(2) + 30 * MINUTE, [20] * 30)
    sink.put(batch(storage_id, {("v1", "iops"): late}, refill=True))
    keep_house(database, conf, everybodys)
    assert hours(database, storage_id) == {hours_ago(2): Sum(60, 15.0, 10.0, 20.0)}


def test_samples_older_than_a_day_go_and_their_hours_stay(
    conf: cfg.ConfigOpts, database: Database, storage_id: str, sink: HistorySink
) -> None:
    for age in (30, 2):
        sink.put(batch(storage_id, {("v1", "iops"): every_minute(hours_ago(age), [age] * 60)}))
    keep_house(database, conf, everybodys)
    assert count(database, MetricBlock) == 4
    assert sorted(one.mean for one in hours(database, storage_id).values()) == [2, 30]


def test_a_part_of_an_old_hour_that_comes_again_does_not_spoil_it(
    conf: cfg.ConfigOpts, database: Database, storage_id: str, sink: HistorySink
) -> None:
    whole = every_minute(hours_ago(30), [*range(60)])
    sink.put(batch(storage_id, {("v1", "iops"): whole}))
    keep_house(database, conf, everybodys)
    sink.put(batch(storage_id, {("v1", "iops"): whole[:10]}, refill=True))
    keep_house(database, conf, everybodys)
    assert count(database, MetricBlock) == 0
    assert hours(database, storage_id) == {hours_ago(30): Sum(60, 29.5, 0.0, 59.0)}


def test_hours_older_than_a_month_and_parts_without_any_go(
    conf: cfg.ConfigOpts, database: Database, storage_id: str, sink: HistorySink
) -> None:
    for part, age in (("gone", 29 * 24), ("v1", 5)):
        sink.put(batch(storage_id, {(part, "iops"): every_minute(hours_ago(age), [1])}))
    keep_house(database, conf, everybodys)
    assert count(database, MetricHour) == count(database, MetricResource) == 2
    conf.set_override("keep_hours", 86400, "history")
    with database.writer() as session:
        session.execute(
            update(MetricResource)
            .where(MetricResource.resource_id == "gone")
            .values(seen=hours_ago(29 * 24))
        )
    keep_house(database, conf, everybodys)
    assert count(database, MetricHour) == count(database, MetricResource) == 1
    assert hours(database, storage_id, "gone") == {}


def test_samples_stay_until_their_hour_is_summed_up(
    conf: cfg.ConfigOpts,
    database: Database,
    storage_id: str,
    sink: HistorySink,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sink.put(batch(storage_id, {("v1", "iops"): every_minute(hours_ago(30), [1] * 60)}))
    with monkeypatch.context() as patched:
        patched.setattr("delfin.telemetry.history.keeping.sum_up", lambda *_: 0)
        keep_house(database, conf, everybodys)
        assert count(database, MetricBlock) == 4
    keep_house(database, conf, everybodys)
    assert (count(database, MetricBlock), count(database, MetricHour)) == (0, 1)


def test_each_process_looks_after_its_own_storages(
    conf: cfg.ConfigOpts, database: Database, storage_id: str, sink: HistorySink
) -> None:
    with database.writer() as session:
        other = add_storage(session, "SN2")
    for one in (storage_id, other):
        sink.put(batch(one, {("v1", "iops"): every_minute(hours_ago(2), [1])}))
    keep_house(database, conf, lambda which: which == other)
    assert count(database, MetricHour) == count(database, HourDue) == 1
