"""Collection as a job: what is due of an array, whether it is to be asked now, and what came of it."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from oslo_config import cfg
from sqlalchemy import select
from sqlalchemy.orm import Session

from delfin import exception
from delfin.common.constants import ResourceType
from delfin.context import get_admin_context
from delfin.db import access_info, access_state, collection, storages
from delfin.db.access_state import CREDENTIALS_INVALID
from delfin.db.session import Database
from delfin.drivers.api import DriverAPI
from delfin.inventory.catalog import BY_KEY
from delfin.jobs.outcome import told
from delfin.jobs.queue import DONE, FAILED, PARTIAL, JobQueue, Lease, LeaseLostError, now_ms
from delfin.jobs.worker import Finished, StoppedError
from delfin.task_manager import fenced
from delfin.task_manager.collection import commit
from delfin.task_manager.collection.apart import SeriesApart
from delfin.task_manager.collection.clock import ArrayClocks, Clock
from delfin.task_manager.collection.commit import Outcome
from delfin.task_manager.collection.figures import LEFT_ALONE, Figures
from delfin.task_manager.collection.reading import Asked, Reader
from delfin.task_manager.collection.round import Round
from delfin.telemetry.collected import CollectedKind
from delfin.telemetry.plan import Wanted, plan_for
from delfin.telemetry.policy import retention
from delfin.telemetry.samples import Sink, Source
from delfin.telemetry.windows import Rules

Plan = Callable[[Session, cfg.ConfigOpts, str], list[Wanted]]

# What one reading of current data covers at least, in ms, so that a stall of minutes needs no second.
_SHORTEST = 300_000


@dataclass(frozen=True)
class _Known:
    """What the database says of the array before."""

    source: Source
    due: list[Wanted]
    kinds: Mapping[str, CollectedKind]
    skew: int | None
    failures: int
    last_attempt: int | None
    error: dict[str, str]
    is_refused: bool


class CollectRunner:
    """Runs jobs of kind 'collect'; their payload names the types of resources that are due."""

    def __init__(
        self,
        database: Database,
        queue: JobQueue,
        drivers: DriverAPI,
        conf: cfg.ConfigOpts,
        sink: Sink,
        *,
        plan: Plan = plan_for,
        clock: Clock | None = None,
    ) -> None:
        """'sink' keeps the samples safe; 'plan' says what is to be collected of an array."""
        self._database = database
        self._queue = queue
        self._drivers = drivers
        self._conf = conf
        self._sink = sink
        self._plan = plan
        self._clock = clock or Clock()
        self._clocks = ArrayClocks(self._clock)
        self._apart = SeriesApart()
        self.figures = Figures()

    def __call__(self, lease: Lease, stopping: threading.Event) -> Finished:
        """Collect. A failure adds no job: what is missing is read by those that come anyway.

        Raises:
            LeaseLostError: The storage is being removed, or the job was cancelled.
            delfin.jobs.worker.StoppedError: The service stops.
        """
        storage_id = lease.storage_id or ""
        self.figures.began(max(0, now_ms() - lease.due) / 1000)
        try:
            finished = self._collect(lease, storage_id, stopping)
        except (exception.StorageNotFound, exception.AccessInfoNotFound):
            raise LeaseLostError(lease.job_id) from None
        except (LeaseLostError, StoppedError):
            raise
        except Exception:
            # The worker writes down that it failed.
            self.figures.ended(FAILED)
            raise
        self.figures.ended(LEFT_ALONE if finished.result.get("skipped") else finished.state)
        return finished

    def write_epitaph(self, lease: Lease, finished: Finished) -> None:
        """For a job that was given up: the array counts as away.

        Raises:
            LeaseLostError: The job had ended.
        """
        self._write(lease, Outcome(error=finished.result, failed=True, is_last=True))
        self.figures.ended(FAILED)

    def _collect(self, lease: Lease, storage_id: str, stopping: threading.Event) -> Finished:
        known = self._read(storage_id, lease.payload.get("resource_types") or ())
        if known.is_refused:
            fenced.write(
                *(self._database, self._queue, lease),
                lambda session: commit.write_refused(session, storage_id, known.error),
            )
            return Finished(FAILED, known.error)
        try:
            context = get_admin_context(storage_id=storage_id)
            able = self._drivers.get_capabilities(context, storage_id)
        except exception.StorageCapabilityNotSupported:
            return Finished(DONE, {"supported": False})
        except (exception.InvalidStorageCapability, exception.StorageDriverNotFound) as error:
            # Another try says the same.
            return Finished(FAILED, told(error))
        due = [one for wanted in known.due if (one := self._asked(wanted, able, known))]
        if not due:
            return Finished(DONE, {"samples": 0})
        if not lease.payload.get("at_once"):
            due = [one for one in due if not self._is_left_alone(one, known)]
            if not due:
                return Finished(PARTIAL, {**known.error, "skipped": True})
        done = Round(
            *(storage_id, known.kinds, known.skew, self._drivers, self._reader(lease, known)),
            *(self._clock, self._clocks),
            lambda outcome: self._write(lease, outcome),
        )
        half = min(one.interval for one in due) / 2000
        try:
            done.run(due, min(self._conf.telemetry.refill_time, half), stopping)
        finally:
            self.figures.read(done.samples, done.refilled, done.dropped)
        return _finished(done)

    def _read(self, storage_id: str, types: Collection[str]) -> _Known:
        with self._database.reader() as session:
            storage = storages.get(session, storage_id)
            source = Source(
                storage_id,
                *(storage.name or "", storage.vendor or "", storage.model or ""),
                storage.serial_number or "",
            )
            access = access_state.read(session, storage_id)
            generation = access_info.get(session, storage_id).generation
            wanted = self._plan(session, self._conf, storage_id)
            row = collection.read(session, storage_id)
            kinds = {} if row is None else row.kinds
            error = {}
            if row is not None and row.error_code:
                error = {"error_code": row.error_code, "error_msg": row.error_msg or ""}
            is_refused = (
                access is not None
                and access.state == CREDENTIALS_INVALID
                and access.generation == generation
            )
            if is_refused and access is not None:
                code, text = access.error_code or "", access.reason or ""
                error = {"error_code": code, "error_msg": text}
            return _Known(
                source,
                [one for one in wanted if not types or one.resource_type in types],
                {kind: CollectedKind.of(kept) for kind, kept in kinds.items()},
                None if row is None else row.skew,
                0 if row is None else row.failures,
                None if row is None else row.last_attempt,
                error,
                is_refused,
            )

    def _asked(self, wanted: Wanted, able: Mapping[str, Any], known: _Known) -> Asked | None:
        """What to ask for of a type of resource; None when the driver does not collect it."""
        offered = able.get("resource_metrics", {}).get(wanted.resource_type, {})
        metrics = {
            name: offered[name]
            for name in offered
            if wanted.metrics is None or name in wanted.metrics
        }
        if not metrics:
            return None
        interval = wanted.interval * 1000
        options = self._conf.telemetry
        horizon = 1000 * retention(able, self._conf) if wanted.historic else 0
        longest = max(2 * interval, _SHORTEST if horizon else 0)
        # Half, so that nothing of it is forgotten before there was time to read it.
        history = min(1000 * options.performance_history_on_reschedule, horizon // 2) or interval
        at_most = known.kinds.get(wanted.resource_type, CollectedKind()).longest
        return Asked(
            *(wanted.resource_type, metrics, interval, wanted.labels),
            Rules(history, horizon, longest if at_most is None else min(longest, at_most)),
        )

    def _is_left_alone(self, asked: Asked, known: _Known) -> bool:
        """Whether the array, or this type of its resources, failed a short while ago."""
        kind = known.kinds.get(asked.resource_type, CollectedKind())
        return self._is_pause(known.failures, known.last_attempt, asked.interval) or self._is_pause(
            kind.failures, kind.last_attempt, asked.interval
        )

    def _is_pause(self, failures: int, last_attempt: int | None, interval: int) -> bool:
        if not failures or last_attempt is None:
            return False
        # The half allows for timers that are not exact.
        doubled = int(interval * (2.0 ** min(failures - 1, 20) - 0.5))
        pause = min(doubled, int(self._conf.telemetry.retry_longest_delay * 1000))
        # Our clock may have jumped back meanwhile: then it is time.
        return 0 <= self._clock.wall_ms() - last_attempt < pause

    def _reader(self, lease: Lease, known: _Known) -> Reader:
        storage_id = known.source.storage_id

        @cache
        def names_of(resource_type: str) -> Mapping[str, str]:
            with self._database.reader() as session:
                return _names(session, storage_id, resource_type)

        def name_of(resource_type: str, native_id: str) -> str:
            if resource_type == ResourceType.STORAGE:
                return known.source.storage_name
            return names_of(resource_type).get(native_id, "")

        return Reader(
            *(self._drivers, self._sink, known.source),
            1000 * self._conf.telemetry.performance_timestamp_overlap,
            lambda: fenced.check(self._database, self._queue, lease),
            name_of,
            self._apart,
        )

    def _write(self, lease: Lease, outcome: Outcome) -> None:
        now = self._clock.wall_ms()
        storage_id = lease.storage_id or ""
        fenced.write(
            *(self._database, self._queue, lease),
            lambda session: commit.write(session, storage_id, outcome, now),
        )
        for ranges in outcome.lost.values():
            self.figures.lost(tuple(ranges))


def _names(session: Session, storage_id: str, resource_type: str) -> dict[str, str]:
    """Names of the resources in the inventory, by native id."""
    # The word storagePool stands for the table storage_pools.
    key = re.sub("([A-Z])", r"_\1", resource_type).lower() + "s"
    if key not in BY_KEY:
        return {}
    kind = BY_KEY[key]
    table = kind.columns
    if "name" not in table:
        return {}
    wanted = select(table[kind.native_id], table["name"]).where(table["storage_id"] == storage_id)
    return {native_id: name for native_id, name in session.execute(wanted) if name}


def _finished(done: Round) -> Finished:
    result: dict[str, Any] = {"samples": done.samples, "refilled": done.refilled}
    if done.dropped:
        result["dropped"] = dict(done.dropped)
    if done.error is None:
        return Finished(DONE, result)
    failed: Sequence[str] = sorted(done.failed)
    return Finished(FAILED if done.is_away else PARTIAL, {**result, **done.error, "failed": failed})
