"""Watches how long ago this process's storages were collected, for /metrics."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import func, select

from delfin.coordination.loop import Loop, Looping
from delfin.db.collection import CollectionState
from delfin.db.schedules import Schedule, ScheduleState
from delfin.db.session import Database
from delfin.db.storages import Storage
from delfin.jobs.collect import COLLECT
from delfin.jobs.queue import Mine, anybodys
from delfin.task_manager.collection.clock import Clock

_INTERVAL = 30.0
# A storage is overdue after so many intervals without a good collection.
_OVERDUE = 3
# Storages that a schedule collects, how often the most frequent one does, and the last good one.
_EXPECTED = (
    select(
        ScheduleState.storage_id,
        func.min(Schedule.interval),
        func.max(CollectionState.last_success),
    )
    .join(Schedule, Schedule.id == ScheduleState.schedule_id)
    .join(Storage, Storage.id == ScheduleState.storage_id)
    .outerjoin(CollectionState, CollectionState.storage_id == ScheduleState.storage_id)
    .where(
        Schedule.kind == COLLECT,
        Schedule.interval.is_not(None),
        ScheduleState.next_due.is_not(None),
        Storage.deleted.is_(False),
    )
    .group_by(ScheduleState.storage_id)
)


class CollectionWatch(Looping):
    """A storage that has never been collected counts from the first look that found it here."""

    def __init__(
        self, database: Database, mine: Mine = anybodys, clock: Clock | None = None
    ) -> None:
        self._database = database
        self._mine = mine
        self._clock = clock or Clock()
        self._found: dict[str, float] = {}
        self._figures = {"oldest_collection_age": 0, "overdue_collections": 0}
        self._loop = Loop("collections", self.look, _INTERVAL)

    def figures(self) -> Mapping[str, int]:
        """Of the storages of this process, at the last look: seconds since the last good
        collection of the one where that is longest ago, and how many are overdue.
        """
        return self._figures

    def look(self) -> None:
        """One round."""
        with self._database.reader() as session:
            expected = [row for row in session.execute(_EXPECTED) if self._mine(row[0])]
        now, moment = self._clock.wall_ms(), self._clock.monotonic()
        found = {storage_id: self._found.get(storage_id, moment) for storage_id, _, _ in expected}
        oldest = overdue = 0
        for storage_id, interval, success in expected:
            # Who has just got a storage, or a process that has just started, is not to blame yet.
            here = moment - found[storage_id]
            age = here if success is None else max(0.0, (now - success) / 1000)
            oldest = max(oldest, int(age))
            overdue += min(age, here) > _OVERDUE * (interval or 0)
        self._found = found
        self._figures = {"oldest_collection_age": oldest, "overdue_collections": overdue}
