"""Synchronisation: reads one array's inventory and makes the stored rows agree.

Each kind is one transaction of its own, fenced by the job's lease and by the
storage's tombstone. A kind that fails keeps its rows and says why.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from oslo_config import cfg
from oslo_log import log
from sqlalchemy.orm import Session

from delfin import exception
from delfin.context import RequestContext, get_admin_context
from delfin.db import capacity, reports, storages
from delfin.db.base import utcnow
from delfin.db.session import Database
from delfin.drivers.api import DriverAPI
from delfin.drivers.intake import Intake
from delfin.inventory import reconcile
from delfin.inventory.block import POOLS
from delfin.inventory.catalog import BY_KEY, KINDS
from delfin.inventory.kind import ResourceKind
from delfin.jobs.outcome import outcome_of, told
from delfin.jobs.queue import DONE, FAILED, PARTIAL, JobQueue, Lease, LeaseLostError, now_ms
from delfin.jobs.worker import Finished, StoppedError
from delfin.task_manager import fenced, reading

T = TypeVar("T")

LOG = log.getLogger(__name__)


@dataclass
class _Tally:
    """What came of the kinds read so far."""

    rows: dict[str, int] = field(default_factory=dict)
    unsupported: list[str] = field(default_factory=list)
    failed: list[dict[str, str]] = field(default_factory=list)
    again: list[str] = field(default_factory=list)

    def fail(self, kind: ResourceKind, error: BaseException) -> None:
        self.failed.append({"kind": kind.key, **told(error)})
        if outcome_of(error).retry:
            self.again.append(kind.key)


class SyncRunner:
    """Runs jobs of kind 'sync'; their payload may name the 'kinds' to read, default all."""

    def __init__(
        self, database: Database, queue: JobQueue, drivers: DriverAPI, conf: cfg.ConfigOpts
    ) -> None:
        self._database = database
        self._queue = queue
        self._drivers = drivers
        self._conf = conf

    def __call__(self, lease: Lease, stopping: threading.Event) -> Finished:
        """Read the array and store what it reports.

        Raises:
            LeaseLostError: The storage is being removed, or the job was cancelled.
            StoppedError: The worker is stopping.
        """
        storage_id = lease.storage_id or ""
        context = get_admin_context(storage_id=storage_id)
        try:
            finished = self._read_array(context, lease, stopping, storage_id)
            self._write_outcome(lease, storage_id, finished)
        except (exception.StorageNotFound, exception.AccessInfoNotFound):
            raise LeaseLostError(lease.job_id) from None
        return finished

    def write_epitaph(self, lease: Lease, finished: Finished) -> None:
        """Show at the storage how a synchronisation ended that was given up.

        Raises:
            LeaseLostError: As above.
        """
        try:
            self._write_outcome(lease, lease.storage_id or "", finished)
        except exception.StorageNotFound:
            raise LeaseLostError(lease.job_id) from None

    def _read_array(
        self, context: RequestContext, lease: Lease, stopping: threading.Event, storage_id: str
    ) -> Finished:
        try:
            self._sync_storage(context, lease, storage_id)
        except (exception.StorageNotFound, exception.AccessInfoNotFound, LeaseLostError):
            raise
        except Exception as error:  # noqa: BLE001 - drivers raise anything; the table says what next
            LOG.warning("storage %s cannot be read", storage_id, exc_info=_traceback(error))
            retry = lease.payload if outcome_of(error).retry else None
            return Finished(FAILED, told(error), retry=retry)
        tally = _Tally()
        kinds = [BY_KEY[key] for key in lease.payload.get("kinds", ())] or list(KINDS)
        for place, kind in enumerate(kinds):
            if stopping.is_set():
                raise StoppedError
            met = self._sync_kind(context, lease, kind, tally)
            if met is not None and outcome_of(met).whole_array:
                for rest in kinds[place + 1 :]:
                    tally.fail(rest, met)
                break
        return _finished(tally, kinds)

    def _sync_storage(self, context: RequestContext, lease: Lease, storage_id: str) -> None:
        row = self._drivers.get_storage(context, storage_id)

        def write(session: Session) -> None:
            storages.take_report(storages.get(session, storage_id), row)
            capacity.record(session, storage_id, [(capacity.WHOLE, row)])

        self._write(lease, write)

    def _sync_kind(
        self, context: RequestContext, lease: Lease, kind: ResourceKind, tally: _Tally
    ) -> Exception | None:
        """Read and store one kind; the error that it met, if any, is in the tally too."""
        storage_id = lease.storage_id or ""
        try:
            tally.rows[kind.key] = self._read_kind(context, lease, storage_id, kind)
        except NotImplementedError:
            self._write(lease, lambda s: reading.note_unsupported(s, storage_id, kind))
            tally.unsupported.append(kind.key)
        except (exception.StorageNotFound, exception.AccessInfoNotFound, LeaseLostError):
            raise
        except Exception as error:  # noqa: BLE001 - drivers raise anything; other kinds go on
            LOG.warning(
                "storage %s: %s cannot be read", storage_id, kind.key, exc_info=_traceback(error)
            )
            why = error
            self._write(lease, lambda s: reading.note_failure(s, storage_id, kind, told(why)))
            tally.fail(kind, error)
            return error
        return None

    def _read_kind(
        self, context: RequestContext, lease: Lease, storage_id: str, kind: ResourceKind
    ) -> int:
        asked_at = utcnow()
        taken = self._drivers.list_rows(context, storage_id, kind)
        doubt = self._write(lease, lambda s: self._store(s, storage_id, kind, taken, asked_at))
        if doubt is not None:
            raise exception.InvalidResults(doubt)
        return len(taken.rows)

    def _store(
        self,
        session: Session,
        storage_id: str,
        kind: ResourceKind,
        taken: Intake,
        asked_at: datetime,
    ) -> str | None:
        """Make the rows agree; or, when the reading is doubtful, note that and say why."""
        doubt = reading.doubts(session, storage_id, kind, len(taken.rows), self._conf)
        if doubt is not None:
            return doubt
        reconcile.reconcile(session, kind, storage_id, taken.rows)
        if kind.embed is not None and kind.embed.written:
            reconcile.reconcile_members(session, kind, storage_id, taken.members)
        if kind is POOLS:
            reports.note_reading(session, storage_id, asked_at)
            named = [(row[POOLS.native_id], row) for row in taken.rows]
            capacity.record(session, storage_id, named)
        reading.note_success(session, storage_id, kind, taken)
        return None

    def _write(self, lease: Lease, write: Callable[[Session], T]) -> T:
        return fenced.write(self._database, self._queue, lease, write)

    def _write_outcome(self, lease: Lease, storage_id: str, finished: Finished) -> None:
        summary = {
            "result": finished.state,
            "finished_at": now_ms(),
            "job_id": lease.job_id,
            "error_code": finished.result.get("error_code"),
            "error_msg": finished.result.get("error_msg"),
        }

        def write(session: Session) -> None:
            storages.get(session, storage_id).last_sync = summary

        self._write(lease, write)


def _finished(tally: _Tally, kinds: Sequence[ResourceKind]) -> Finished:
    result = {
        "rows": tally.rows,
        "unsupported_kinds": tally.unsupported,
        "failed_kinds": tally.failed,
    }
    if not tally.failed:
        return Finished(DONE, result)
    state = FAILED if len(tally.failed) == len(kinds) else PARTIAL
    return Finished(state, result, retry={"kinds": tally.again} if tally.again else None)


def _traceback(error: Exception) -> bool:
    """A translated error says all in its text; anything else is a bug that wants its traceback."""
    if isinstance(error, exception.DelfinException):
        LOG.info("%s: %s", error.error_code, error.msg)
        return False
    return True
