"""Batches go into the database once, however often they are put; a removed storage leaves none."""

from __future__ import annotations

import math
import threading

import pytest
from oslo_config import cfg
from sqlalchemy import func, select

from delfin.db import storages
from delfin.db.metric_history import (
    HourDue,
    MetricBlock,
    MetricHistory,
    MetricHour,
    MetricResource,
)
from delfin.db.session import Database
from delfin.telemetry.history.keeping import keep_house
from delfin.telemetry.history.reading import Asked, Line, chart
from delfin.telemetry.history.sink import HistorySink, history_sink
from tests.unit.db.stored import add_storage
from tests.unit.telemetry.history.measured import MINUTE, batch, every_minute, hours_ago

TABLES = (MetricHistory, MetricResource, MetricBlock, MetricHour, HourDue)


@pytest.fixture
def storage_id(database: Database) -> str:
    with database.writer() as session:
        return add_storage(session)


@pytest.fixture
def sink(conf: cfg.ConfigOpts, database: Database) -> HistorySink:
    return HistorySink(conf, database)


def lines(database: Database, storage_id: str, part: str, *metrics: str) -> list[Line]:
    asked = Asked("volume", part, metrics, hours_ago(48), hours_ago(-24), 0)
    with database.reader() as session:
        return chart(session, storage_id, asked)


def points(database: Database, storage_id: str, part: str, metric: str) -> list[tuple[int, float]]:
    found = lines(database, storage_id, part, metric)
    return [(time, one.mean) for line in found for time, one in line.points]


def count(database: Database, model: type) -> int:
    with database.reader() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_samples_of_several_resources_come_out_as_they_went_in(
    database: Database, storage_id: str, sink: HistorySink
) -> None:
    start = hours_ago(1)
    iops, times = every_minute(start, [*range(40)]), every_minute(start + 7, [0.5] * 20)
    sink.put(batch(storage_id, {("v1", "iops"): iops, ("v1", "time"): times, ("v2", "iops"): iops}))
    assert points(database, storage_id, "v1", "iops") == iops
    assert points(database, storage_id, "v1", "time") == times
    assert points(database, storage_id, "v2", "iops") == iops
    assert points(database, storage_id, "v2", "time") == []
    shown = lines(database, storage_id, "v1", "time", "iops", "unheard")
    assert [(line.metric, line.unit) for line in shown] == [("time", "IOPS"), ("iops", "IOPS")]
    assert shown[0].resource.resource_name == "name of v1"


def test_what_is_put_again_changes_nothing(
    database: Database, storage_id: str, sink: HistorySink
) -> None:
    taken = batch(storage_id, {("v1", "iops"): every_minute(hours_ago(2), [*range(90)])})
    sink.put(taken)
    blocks = count(database, MetricBlock)
    sink.put(taken)
    assert count(database, MetricBlock) == blocks == 6
    assert points(database, storage_id, "v1", "iops") == every_minute(hours_ago(2), [*range(90)])


def test_windows_that_overlap_and_refills_make_one_line(
    database: Database, storage_id: str, sink: HistorySink
) -> None:
    start, values = hours_ago(2), [*range(60)]
    for part in (values[40:60], values[0:21], values[20:41]):
        begin = start + part[0] * MINUTE
        sink.put(batch(storage_id, {("v1", "iops"): every_minute(begin, part)}, refill=True))
    assert points(database, storage_id, "v1", "iops") == every_minute(start, values)


def test_a_corrected_sample_replaces_the_one_before(
    database: Database, storage_id: str, sink: HistorySink
) -> None:
    start = hours_ago(1)
    sink.put(batch(storage_id, {("v1", "iops"): every_minute(start, [1, 2, 3])}))
    sink.put(batch(storage_id, {("v1", "iops"): [(start + MINUTE, 20)]}))
    assert [value for _, value in points(database, storage_id, "v1", "iops")] == [1, 20, 3]


def test_what_is_no_number_is_left_out(
    database: Database, storage_id: str, sink: HistorySink
) -> None:
    start = hours_ago(1)
    sink.put(batch(storage_id, {("v1", "iops"): every_minute(start, [1, math.nan, math.inf, 4])}))
    assert [value for _, value in points(database, storage_id, "v1", "iops")] == [1, 4]


def test_samples_from_too_long_ago_or_from_next_week_are_not_kept(
    database: Database, storage_id: str, sink: HistorySink
) -> None:
    ages = (hours_ago(40 * 24), hours_ago(-7 * 24))
    sink.put(batch(storage_id, {("v1", "iops"): [(time, 1.0) for time in ages]}))
    assert count(database, MetricBlock) == 0


def test_a_resource_may_get_another_name(
    database: Database, storage_id: str, sink: HistorySink
) -> None:
    taken = batch(storage_id, {("v1", "iops"): every_minute(hours_ago(1), [1])})
    sink.put(taken)
    renamed = [series._replace(resource_name="renamed" * 50) for series in taken.series]
    sink.put(batch(storage_id, {("v1", "iops"): every_minute(hours_ago(1), [1])}))
    again = batch(storage_id, {("v1", "iops"): every_minute(hours_ago(1), [2])})
    sink.put(type(again)(again.source, renamed, again.index, again.times, again.values))
    (line,) = lines(database, storage_id, "v1", "iops")
    assert line.resource.resource_name == ("renamed" * 50)[:255]


def test_a_removed_storage_leaves_nothing_and_later_batches_are_dropped(
    conf: cfg.ConfigOpts, database: Database, storage_id: str, sink: HistorySink
) -> None:
    sink.put(batch(storage_id, {("v1", "iops"): every_minute(hours_ago(3), [*range(60)])}))
    keep_house(database, conf, lambda _id: True)
    sink.put(batch(storage_id, {("v1", "iops"): every_minute(hours_ago(1), [1])}))
    assert all(count(database, model) for model in TABLES)
    with database.writer() as session:
        storages.bury(session, storage_id)
    sink.put(batch(storage_id, {("v1", "iops"): every_minute(hours_ago(1), [2])}))
    with database.writer() as session:
        storages.forget(session, storage_id)
    assert not any(count(database, model) for model in TABLES)
    sink.put(batch(storage_id, {("v1", "iops"): every_minute(hours_ago(1), [3])}))
    assert not any(count(database, model) for model in TABLES)


def test_two_that_write_at_once_lose_nothing(
    conf: cfg.ConfigOpts, database: Database, storage_id: str
) -> None:
    start, errors = hours_ago(1), []

    def write(first: int) -> None:
        sink = HistorySink(conf, database)
        try:
            for place in range(first, 60, 2):
                point = [(start + place * MINUTE, float(place))]
                sink.put(batch(storage_id, {("v1", f"m{first}"): point, ("v1", "both"): point}))
        except Exception as error:  # noqa: BLE001 - told to the main thread
            errors.append(error)

    threads = [threading.Thread(target=write, args=(first,)) for first in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert points(database, storage_id, "v1", "both") == every_minute(start, [*range(60)])


def test_no_history_is_kept_where_none_is_wanted(conf: cfg.ConfigOpts, database: Database) -> None:
    assert history_sink(conf, database) is not None
    conf.set_override("enabled", False, "history")
    assert history_sink(conf, database) is None
