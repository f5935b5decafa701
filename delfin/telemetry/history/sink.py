"""Writes batches of samples into the short history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from oslo_config import cfg
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from delfin import exception
from delfin.db import storages
from delfin.db.metric_history import (
    HourDue,
    MetricBlock,
    MetricHistory,
    MetricName,
    MetricResource,
    locked_history,
    table_of,
)
from delfin.db.session import Database, retried
from delfin.db.upsert import insert_or_keep, insert_or_replace
from delfin.telemetry.history.packed import HOUR, Column, Packed, blocks_of, merged, pack, unpack
from delfin.telemetry.samples import Batch, Sink
from delfin.utils import utcnow_ms

# A clock may be wrong; what is further ahead would stay for ever.
AHEAD = 24 * HOUR
# Resources in one transaction: on SQLite nobody else writes meanwhile.
_AT_ONCE = 500
# What a resource was last seen at is written so often; who deletes looks at months.
_SEEN_AGAIN = 24 * HOUR
_LONGEST_NAME, _LONGEST_METRIC, _LONGEST_UNIT = 255, 128, 64

Key = tuple[str, str]
Blocks = dict[tuple[int, int], Packed]


def history_sink(conf: cfg.ConfigOpts, database: Database) -> Sink | None:
    """The sink, or None when the configuration wants no history."""
    return HistorySink(conf, database) if conf.history.enabled else None


class HistorySink:
    """A `Sink`. Samples that are put again change nothing; those of a storage that is gone are
    dropped. So a batch may be put again when it was written in part.
    """

    def __init__(self, conf: cfg.ConfigOpts, database: Database) -> None:
        self._conf = conf
        self._database = database
        self._metrics: dict[Key, int] = {}

    def put(self, batch: Batch) -> None:
        now = utcnow_ms()
        columns = _columns(batch, now - self._conf.history.keep_hours * 1000, now + AHEAD)
        if not columns:
            return
        metrics = self._ids_of_metrics(
            {metric for resource in columns.values() for metric in resource}
        )
        names = {(s.resource_type, s.resource_id): s.resource_name for s in batch.series}
        newest = min(max(batch.times), now + AHEAD)
        storage_id = batch.source.storage_id
        try:
            ids = self._ids_of_resources(storage_id, {key: names[key] for key in columns})
            resources = iter(sorted(columns, key=ids.__getitem__))
            while part := list(islice(resources, _AT_ONCE)):
                blocks = {
                    (start, ids[key]): block
                    for key in part
                    for start, block in blocks_of(
                        {metrics[name]: column for name, column in columns[key].items()}
                    )
                }
                self._write(storage_id, blocks, newest)
        except exception.StorageNotFound:
            return

    @retried
    def _ids_of_resources(self, storage_id: str, names: Mapping[Key, str]) -> dict[Key, int]:
        with self._database.writer() as session:
            storages.get(session, storage_id, lock=True)
            history = locked_history(session, storage_id)
            return _ids_of_resources(session, history.id, names)

    @retried
    def _write(self, storage_id: str, blocks: Blocks, newest: int) -> None:
        with self._database.writer() as session:
            # A removal waits until this is written, and takes it away then.
            storages.get(session, storage_id, lock=True)
            history = locked_history(session, storage_id)
            changed = _with_stored(session, history.id, blocks)
            _write_blocks(session, history.id, changed)
            _note_due(session, history.id, {start - start % HOUR for start, _ in changed})
            if newest > history.newest:
                session.execute(
                    update(MetricHistory)
                    .where(MetricHistory.id == history.id)
                    .values(newest=newest)
                    .execution_options(synchronize_session=False)
                )

    def _ids_of_metrics(self, wanted: set[Key]) -> dict[Key, int]:
        """Ids by name and unit. They are never given to another metric, so they are remembered."""
        if not wanted <= self._metrics.keys():
            self._metrics |= self._look_up(wanted - self._metrics.keys())
        return self._metrics

    @retried
    def _look_up(self, wanted: set[Key]) -> dict[Key, int]:
        table = table_of(MetricName)
        with self._database.writer() as session:
            # In order, so that two that add the same ones do not wait for each other.
            rows = [{"name": name, "unit": unit} for name, unit in sorted(wanted)]
            found = _names(session)
            if fresh := [row for row in rows if (row["name"], row["unit"]) not in found]:
                session.connection().execute(insert_or_keep(session, table), fresh)
        with self._database.reader() as session:
            return _names(session)


def _names(session: Session) -> dict[Key, int]:
    table = table_of(MetricName)
    rows = session.execute(select(table.c.name, table.c.unit, table.c.id))
    return {(name, unit): number for name, unit, number in rows}


def _columns(batch: Batch, oldest: int, latest: int) -> dict[Key, dict[Key, Column]]:
    """Times and values by metric and unit, by resource type and id; without what is too old."""
    times: list[list[int]] = [[] for _ in batch.series]
    values: list[list[float]] = [[] for _ in batch.series]
    for number, time, value in zip(batch.index, batch.times, batch.values, strict=True):
        if oldest <= time <= latest:
            times[number].append(time)
            values[number].append(value)
    found: dict[Key, dict[Key, Column]] = {}
    for series, of_series, taken in zip(batch.series, times, values, strict=True):
        if of_series:
            metric = (series.metric[:_LONGEST_METRIC], series.unit[:_LONGEST_UNIT])
            resource = (series.resource_type, series.resource_id)
            found.setdefault(resource, {})[metric] = (of_series, taken)
    return found


def _ids_of_resources(
    session: Session, history_id: int, names: Mapping[Key, str]
) -> dict[Key, int]:
    """Ids of the resources; those that are new get one, and a changed name is kept."""
    table = table_of(MetricResource)
    kinds = {kind for kind, _ in names}
    found: dict[Key, int] = {}
    now = utcnow_ms()
    stale = []
    for row in _stored_resources(session, history_id, kinds):
        key = (row.resource_type, row.resource_id)
        if key in names:
            found[key] = row.id
            name = names[key][:_LONGEST_NAME]
            if row.resource_name != name or row.seen < now - _SEEN_AGAIN:
                stale.append({"which": row.id, "called": name})
    fresh = [
        {
            "history_id": history_id,
            "resource_type": kind,
            "resource_id": resource_id,
            "resource_name": names[kind, resource_id][:_LONGEST_NAME],
            "seen": now,
        }
        for kind, resource_id in sorted(names.keys() - found.keys())
    ]
    if stale:
        session.connection().execute(
            update(table)
            .where(table.c.id == bindparam("which"))
            .values(resource_name=bindparam("called"), seen=now),
            stale,
        )
    if fresh:
        session.connection().execute(insert(table), fresh)
        for row in _stored_resources(session, history_id, kinds):
            found[row.resource_type, row.resource_id] = row.id
    return found


def _stored_resources(session: Session, history_id: int, kinds: Iterable[str]) -> Sequence[Any]:
    table = table_of(MetricResource)
    return session.execute(
        select(table).where(
            table.c.history_id == history_id, table.c.resource_type.in_(sorted(kinds))
        )
    ).all()


def _with_stored(session: Session, history_id: int, blocks: Blocks) -> dict[tuple[int, int], bytes]:
    """The blocks, together with what is stored of them; packed, and only those that change."""
    table = table_of(MetricBlock)
    starts = sorted({start for start, _ in blocks})
    resources = sorted({resource for _, resource in blocks})
    # The key begins with the time, so this is one stretch of it; few resources are looked up.
    within = [table.c.history_id == history_id, table.c.start.in_(starts)]
    within.append(table.c.resource.between(resources[0], resources[-1]))
    changed: dict[tuple[int, int], bytes] = {}
    rest = dict(blocks)
    rows = session.execute(select(table.c.start, table.c.resource, table.c.data).where(*within))
    for start, resource, data in rows:
        block = rest.pop((start, resource), None)
        if block is None:
            continue
        both = pack(merged(unpack(data), block))
        if both != data:
            changed[start, resource] = both
    changed |= {key: pack(block) for key, block in rest.items()}
    return changed


def _write_blocks(
    session: Session, history_id: int, changed: Mapping[tuple[int, int], bytes]
) -> None:
    if not changed:
        return
    rows = [
        {"history_id": history_id, "start": start, "resource": resource, "data": data}
        for (start, resource), data in sorted(changed.items())
    ]
    statement = insert_or_replace(session, table_of(MetricBlock), "data")
    session.connection().execute(statement, rows)


def _note_due(session: Session, history_id: int, hours: set[int]) -> None:
    """These hours are to be summed up, again if they were before."""
    table = table_of(HourDue)
    mine = table.c.history_id == history_id
    known = set(session.scalars(select(table.c.start).where(mine, table.c.start.in_(hours))))
    if known:
        session.execute(
            update(table).where(mine, table.c.start.in_(known)).values(touched=table.c.touched + 1)
        )
    if fresh := sorted(hours - known):
        session.connection().execute(
            insert(table),
            # Not the number that an earlier note of the same hour had, which somebody may still
            # have in mind.
            [
                {"history_id": history_id, "start": start, "touched": utcnow_ms() % 2**30}
                for start in fresh
            ],
        )
