"""Runs reports: asks an array for its state and its pools, and keeps the newest answer.

A report needs no lease to be written. Its row knows the time of the newest one, and an older one
gives way: what was read while the database was away is kept until it is back, and counts if
nothing newer has come meanwhile.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from oslo_config import cfg
from oslo_db import exception as db_exception
from oslo_log import log
from sqlalchemy.orm import Session

from delfin import exception
from delfin.alerts import internal
from delfin.common.constants import StorageStatus
from delfin.context import RequestContext, get_admin_context
from delfin.db import access_state, reports, storages
from delfin.db.access_state import OK
from delfin.db.base import utcnow
from delfin.db.reports import Report
from delfin.db.session import AWAY, Database, retried
from delfin.drivers.api import DriverAPI
from delfin.drivers.intake import Intake
from delfin.drivers.session.limits import Call
from delfin.inventory import reconcile
from delfin.inventory.block import POOLS
from delfin.jobs import report as report_requests
from delfin.jobs.outcome import told
from delfin.jobs.queue import DONE, FAILED, Lease, LeaseLostError
from delfin.jobs.worker import Finished, StoppedError
from delfin.task_manager import reading

LOG = log.getLogger(__name__)

# What an array that answers says of itself when there is no use in its pools.
IN_ERROR = (StorageStatus.ABNORMAL, StorageStatus.OFFLINE)
# Errors of a call that hung and was ended.
HUNG = (exception.DriverCallTimeout, exception.JobDeadlineExceeded)
# Seconds between two tries to write while the database is away.
_TRY_AGAIN = 1.0

Row = dict[str, Any]


# Of what a database says, what it will say again.
_REFUSED = (
    *(db_exception.DBDataError, db_exception.DBConstraintError, db_exception.DBReferenceError),
    *(db_exception.DBInvalidUnicodeParameter, db_exception.DBNotSupportedError),
    db_exception.DBNonExistentTable,
)


@dataclass(frozen=True)
class Told:
    """What an array said when it was asked at that time; no pools while it is in error, or has none.

    'cut_off_by' is what kept delfin from asking further.
    """

    at: datetime
    storage: Row
    pools: Intake | None = None
    capabilities: Row | None = None
    cut_off_by: Exception | None = None

    @property
    def is_in_error(self) -> bool:
        return self.storage["status"] in IN_ERROR


class ReportRunner:
    """Runs jobs of kind 'report'. Never tried again as a job: the next report comes by itself."""

    def __init__(self, database: Database, drivers: DriverAPI, conf: cfg.ConfigOpts) -> None:
        self._database = database
        self._drivers = drivers
        self._conf = conf
        # Jobs whose array has answered, or has said that it does not.
        self._answered: set[str] = set()

    def __call__(self, lease: Lease, stopping: threading.Event) -> Finished:
        """Ask and write.

        Raises:
            LeaseLostError: The storage is being removed.
            StoppedError: The worker is stopping, and the database is away.
        """
        at = utcnow()
        try:
            return self._report(lease, at, stopping)
        except (exception.StorageNotFound, exception.AccessInfoNotFound):
            raise LeaseLostError(lease.job_id) from None
        finally:
            self._answered.discard(lease.job_id)

    def write_epitaph(self, lease: Lease, finished: Finished) -> None:
        """Count a report that was given up because it hung; waiting for the database is no hang."""
        if lease.job_id in self._answered:
            return
        storage_id = lease.storage_id or ""

        def note(_session: Session, report: Report) -> None:
            report.restarts += 1
            report.fail(finished.result)

        try:
            self._change(storage_id, note)
        except exception.StorageNotFound:
            raise LeaseLostError(lease.job_id) from None

    def _report(self, lease: Lease, at: datetime, stopping: threading.Event) -> Finished:
        storage_id = lease.storage_id or ""
        try:
            answer = self._ask(storage_id, at)
        except (exception.StorageNotFound, exception.AccessInfoNotFound):
            raise
        except Exception as error:  # noqa: BLE001 - drivers raise anything; the row says what came of it
            unexpected = not isinstance(error, exception.DelfinException)
            LOG.warning("storage %s does not report", storage_id, exc_info=unexpected)
            self._answered.add(lease.job_id)
            why, hung = told(error), isinstance(error, HUNG)
            self._keep(storage_id, lambda s, r: _note_failure(s, r, at, why, hung=hung), stopping)
            return Finished(FAILED, why)
        self._answered.add(lease.job_id)
        doubt = self._keep(storage_id, lambda s, r: self._take(s, r, answer), stopping)
        if doubt is not None:
            return Finished(FAILED, {"error_code": "InvalidResults", "error_msg": doubt})
        if answer.cut_off_by is not None:
            return Finished(FAILED, told(answer.cut_off_by))
        pools = None if answer.pools is None else len(answer.pools.rows)
        return Finished(DONE, {"status": answer.storage["status"], "pools": pools})

    def _ask(self, storage_id: str, at: datetime) -> Told:
        context = get_admin_context(storage_id=storage_id)
        answer = Told(at, self._drivers.get_storage(context, storage_id, Call.REPORT))
        if answer.is_in_error:
            return answer
        try:
            capabilities = self._capabilities(context, storage_id)
            # The pools last: once they are told, nothing more is needed of a database.
            return Told(at, answer.storage, self._pools(context, storage_id), capabilities)
        except AWAY as error:
            # Without it nothing can be asked; what the array has said of itself counts.
            return replace(answer, cut_off_by=error)

    def _capabilities(self, context: RequestContext, storage_id: str) -> Row | None:
        try:
            return self._drivers.get_capabilities(context, storage_id)
        except (exception.StorageCapabilityNotSupported, exception.InvalidStorageCapability):
            return None

    def _pools(self, context: RequestContext, storage_id: str) -> Intake | None:
        try:
            return self._drivers.list_rows(context, storage_id, POOLS, Call.REPORT)
        except NotImplementedError:
            return None

    def _take(self, session: Session, report: Report, answer: Told) -> str | None:
        """Keep an answer, unless a newer one is kept already; why it is doubted, if it is."""
        is_last = _is_newest(report, answer.at)
        if reports.is_since(report.reported_at, answer.at):
            return None
        if not reports.is_since(report.told_at, answer.at):
            # Also when another try has failed since: that has told nothing of the array itself.
            report.told_at = answer.at
            storages.take_report(storages.get(session, report.storage_id), answer.storage)
            if answer.is_in_error and (is_last or report.stopped_at is None):
                _stop(session, report, f"the array says that it is {answer.storage['status']}")
        if answer.is_in_error or answer.cut_off_by is not None:
            return None
        doubt = self._take_pools(session, report, answer.pools)
        if doubt is not None:
            return doubt
        report.take(answer.at)
        report.capabilities = answer.capabilities
        if is_last and report.resume():
            internal.REPORTS_STOPPED.recovery(session, report.storage_id)
        if report.late:
            report.late = False
            internal.REPORT_LATE.recovery(session, report.storage_id)
        return None

    def _take_pools(self, session: Session, report: Report, pools: Intake | None) -> str | None:
        if pools is None:
            return None
        doubt = reading.doubts(session, report.storage_id, POOLS, len(pools.rows), self._conf)
        if doubt is not None:
            report.fail({"error_code": "InvalidResults", "error_msg": doubt})
            return doubt
        tally = reconcile.reconcile(session, POOLS, report.storage_id, pools.rows)
        reading.note_success(session, report.storage_id, POOLS, pools, tally)
        return None

    def _keep(
        self,
        storage_id: str,
        change: Callable[[Session, Report], str | None],
        stopping: threading.Event,
    ) -> str | None:
        """Write it as soon as there is a database; what the array said is not asked again."""
        while True:
            try:
                return self._change(storage_id, change)
            except _REFUSED:
                # No database takes that, however long it is waited for.
                raise
            except AWAY:
                LOG.warning("a report of storage %s waits for the database", storage_id)
                if stopping.wait(_TRY_AGAIN):
                    raise StoppedError from None

    @retried
    def _change(
        self, storage_id: str, change: Callable[[Session, Report], str | None]
    ) -> str | None:
        with self._database.writer() as session:
            storages.get(session, storage_id, lock=True)
            usual = report_requests.lease(session, self._conf, storage_id)
            report = reports.locked(session, storage_id, usual)
            report.grant(usual)
            return change(session, report)


def _note_failure(
    session: Session, report: Report, at: datetime, why: dict[str, str], *, hung: bool
) -> None:
    """Keep why the array did not report; stop when it lets nobody in."""
    if hung:
        report.restarts += 1
    if not _is_newest(report, at):
        return
    report.fail(why)
    access = access_state.read(session, report.storage_id)
    if access is not None and access.state != OK:
        _stop(session, report, f"{access.state}: {why['error_msg']}")


def _is_newest(report: Report, at: datetime) -> bool:
    """Whether nobody has tried since; then the state that was met is the state now."""
    if report.attempted_at != at and reports.is_since(report.attempted_at, at):
        return False
    report.attempted_at = at
    return True


def _stop(session: Session, report: Report, reason: str) -> None:
    if report.stop(reason):
        internal.REPORTS_STOPPED.fault(session, report.storage_id, reason)
    if report.late:
        report.late = False
        internal.REPORT_LATE.recovery(session, report.storage_id)
