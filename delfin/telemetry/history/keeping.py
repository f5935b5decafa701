"""House-keeping of the short history: hours that are over are summed up, what is old is deleted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import Any

from oslo_config import cfg
from oslo_log import log
from sqlalchemy import Table, delete, func, select
from sqlalchemy.orm import Session

from delfin.db.metric_history import (
    HourDue,
    MetricBlock,
    MetricHistory,
    MetricHour,
    MetricResource,
    table_of,
)
from delfin.db.session import Database, affected, retried
from delfin.db.upsert import insert_or_replace
from delfin.telemetry.history.packed import (
    HOUR,
    Sum,
    pack_hour,
    sums_of,
    unpack,
    unpack_hour,
)
from delfin.utils import utcnow_ms

LOG = log.getLogger(__name__)

# Collections of the last minutes of an hour come in after it has ended.
_SETTLED = 5 * 60_000
_DAY = 24 * HOUR

# Says whether this process is the one to look after a storage.
Mine = Callable[[str], bool]


def keep_house(database: Database, conf: cfg.ConfigOpts, mine: Mine) -> None:
    """One round for the storages that are 'mine': sum up first, since only then may samples go.

    Two processes that both take a storage for theirs do the same work twice, and no harm.
    """
    with database.reader() as session:
        rows = session.execute(select(MetricHistory.id, MetricHistory.storage_id))
        histories = [history_id for history_id, storage_id in rows if mine(storage_id)]
    for history_id in histories:
        sum_up(database, history_id)
        prune(database, conf, history_id)


def sum_up(database: Database, history_id: int) -> int:
    """Sum up the hours that are over and have changed; how many."""
    table = table_of(HourDue)
    over = utcnow_ms() - HOUR - _SETTLED
    with database.reader() as session:
        due = session.execute(
            select(table.c.start, table.c.touched)
            .where(table.c.history_id == history_id, table.c.start <= over)
            .order_by(table.c.start)
        ).all()
    for start, touched in due:
        _sum_up_hour(database, history_id, start, touched)
    return len(due)


def _sum_up_hour(database: Database, history_id: int, start: int, touched: int) -> None:
    rows = []
    # Not in the transaction that writes: on SQLite nobody else writes meanwhile.
    with database.reader() as session:
        before = _stored_hours(session, history_id, start)
        for resource, sums in _sums(session, history_id, start):
            kept = _fuller(before.get(resource, {}), sums)
            if kept:
                key = {"history_id": history_id, "start": start, "resource": resource}
                rows.append({**key, "data": pack_hour(kept)})
    _write_hour(database, history_id, start, touched, rows)


@retried
def _write_hour(
    database: Database, history_id: int, start: int, touched: int, rows: Sequence[dict[str, Any]]
) -> None:
    due = select(HourDue).where(HourDue.history_id == history_id, HourDue.start == start)
    with database.writer() as session:
        if session.scalars(due.with_for_update()).one_or_none() is None:
            # Another process was a moment earlier, or the storage is removed.
            return
        if rows:
            statement = insert_or_replace(session, table_of(MetricHour), "data")
            session.connection().execute(statement, rows)
        # A batch that came in meanwhile has touched the row, and the hour is summed up again.
        session.execute(
            delete(HourDue)
            .where(
                HourDue.history_id == history_id,
                HourDue.start == start,
                HourDue.touched == touched,
            )
            .execution_options(synchronize_session=False)
        )


def _sums(session: Session, history_id: int, start: int) -> Iterator[tuple[int, dict[int, Sum]]]:
    table = table_of(MetricBlock)
    rows = session.execute(
        select(table.c.resource, table.c.data)
        .where(
            table.c.history_id == history_id,
            table.c.start >= start,
            table.c.start < start + HOUR,
        )
        .order_by(table.c.resource, table.c.start)
    )
    for resource, of_resource in groupby(rows, key=lambda row: row[0]):
        yield resource, sums_of([unpack(data) for _, data in of_resource])


def _stored_hours(session: Session, history_id: int, start: int) -> dict[int, dict[int, Sum]]:
    table = table_of(MetricHour)
    rows = session.execute(
        select(table.c.resource, table.c.data).where(
            table.c.history_id == history_id, table.c.start == start
        )
    )
    return {resource: unpack_hour(data) for resource, data in rows}


def _fuller(before: dict[int, Sum], now: dict[int, Sum]) -> dict[int, Sum]:
    """Of each metric the sum of more samples.

    A refill may bring a part of an hour again whose other samples are deleted by now.
    """
    kept = {**before, **now}
    return {
        metric: before[metric] if metric in before and before[metric].size > one.size else one
        for metric, one in kept.items()
    }


def prune(database: Database, conf: cfg.ConfigOpts, history_id: int) -> int:
    """Delete what is older than the configuration says; how many rows."""
    now = utcnow_ms()
    oldest_sample = now - conf.history.keep_samples * 1000
    oldest_hour = now - conf.history.keep_hours * 1000
    due = table_of(HourDue)
    with database.reader() as session:
        waiting = session.scalar(
            select(func.min(due.c.start)).where(due.c.history_id == history_id)
        )
    if waiting is not None:
        # What is not summed up stays, but no hour that cannot be summed up stays for ever.
        oldest_sample = min(oldest_sample, max(waiting, oldest_sample - _DAY))
    deleted = _delete_before(database, table_of(MetricBlock), history_id, oldest_sample)
    old_hours = _delete_before(database, table_of(MetricHour), history_id, oldest_hour - HOUR)
    if old_hours:
        deleted += old_hours + _forget_resources(database, history_id, oldest_hour - 2 * _DAY)
    if deleted:
        LOG.debug("history %d: %d rows were old and are deleted", history_id, deleted)
    return deleted


def _delete_before(database: Database, table: Table, history_id: int, oldest: int) -> int:
    """One begin after the other, so that no transaction is long."""
    mine = table.c.history_id == history_id
    deleted = 0
    while True:
        with database.reader() as session:
            first = session.scalar(select(func.min(table.c.start)).where(mine))
        if first is None or first >= oldest - oldest % HOUR:
            return deleted
        deleted += _delete(database, table, mine, table.c.start == first)


@retried
def _delete(database: Database, table: Table, *which: Any) -> int:
    with database.writer() as session:
        return affected(session, delete(table).where(*which))


def _forget_resources(database: Database, history_id: int, unseen_since: int) -> int:
    """Parts of the array that are gone for so long that nothing is left of them."""
    table = table_of(MetricResource)
    return _delete(database, table, table.c.history_id == history_id, table.c.seen < unseen_since)
