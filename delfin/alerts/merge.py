"""Merges an array's list of current alerts into the store: what is gone there ends here, once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from oslo_config import cfg
from sqlalchemy import select
from sqlalchemy.orm import Session

from delfin.alerts import store
from delfin.alerts.report import Report, tidy
from delfin.alerts.words import BY_RECOVERY, BY_SYNC, FROM_ARRAY, LASTING
from delfin.common.constants import Category
from delfin.db.alerts import Alert, AlertReading
from delfin.utils import utcnow_ms

_LONGEST_TEXT = 1024


@dataclass(frozen=True)
class Listed:
    """What an array listed.

    Attributes:
        alerts: As its driver gave them.
        began_at: When it was asked, epoch milliseconds.
        begin_time: Only alerts from then on were wanted; 0 for all.
        end_time: Only alerts up to then; 0 for all.
    """

    alerts: Sequence[Mapping[str, Any]]
    began_at: int
    begin_time: int = 0
    end_time: int = 0

    def asked_for(self, occurred: int) -> bool:
        return self.begin_time <= occurred and (not self.end_time or occurred <= self.end_time)


@dataclass(frozen=True)
class Merged:
    """What came of it; 'doubt' says why nothing was ended although alerts are missing."""

    listed: int
    ended: int
    doubt: str | None = None


def merge(session: Session, storage_id: str, listed: Listed, conf: cfg.ConfigOpts) -> Merged:
    """Take what the array lists, and end what it does not list any more.

    A suddenly empty or much shorter list is often an array that starts up: it ends
    nothing until a second one, [sync] doubt_time later, agrees.

    Raises:
        exception.StorageNotFound: There is no such storage, or it is being removed.
        exception.InvalidResults: An alert is no mapping.
    """
    reports = [report for report in map(tidy, listed.alerts) if listed.asked_for(_time(report))]
    current, over = _standing(reports)
    lasting = _lasting(session, storage_id, listed)
    numbers = {report.row["sequence_number"] for report in current.values()} - {None}
    missing = [
        alert
        for alert in lasting
        if alert.dedup_key not in current and alert.sequence_number not in numbers
    ]
    doubt = _doubts(session, storage_id, len(lasting), len(missing), conf)
    just_ended = _ended_since(session, storage_id, listed.began_at)
    for report in reports:
        if report.row["category"] == Category.EVENT:
            store.take(session, storage_id, report, times=0)
    for key, report in current.items():
        if key not in just_ended:
            store.take(session, storage_id, report, times=0)
    ended = sum(store.end(session, storage_id, report, BY_RECOVERY) for report in over)
    if doubt is None and missing:
        ended += store.clear(session, Alert.id.in_([alert.id for alert in missing]), BY_SYNC)
    return Merged(len(reports), ended, doubt)


def note_unsupported(session: Session, storage_id: str) -> None:
    """The driver cannot list alerts; nothing is concluded from that."""
    reading = _reading(session, storage_id)
    reading.supported = False
    reading.error_code = reading.error_msg = None


def note_failure(session: Session, storage_id: str, error: Mapping[str, str]) -> None:
    """Keep why the listing failed: 'error_code' and 'error_msg'."""
    reading = _reading(session, storage_id)
    reading.error_code = error["error_code"]
    reading.error_msg = error["error_msg"][:_LONGEST_TEXT]


def _time(report: Report) -> int:
    return int(report.row["occur_time"])


def _standing(reports: Iterable[Report]) -> tuple[dict[str, Report], list[Report]]:
    """The last word on each condition: what stands, by its key, and what is over.

    Some arrays list their whole history, faults and recoveries.
    """
    last: dict[str, Report] = {}
    for report in sorted(reports, key=_time):
        if report.row["category"] != Category.EVENT:
            last[report.dedup_key] = report
    over = {k: r for k, r in last.items() if r.row["category"] == Category.RECOVERY}
    return {k: r for k, r in last.items() if k not in over}, list(over.values())


def _lasting(session: Session, storage_id: str, listed: Listed) -> list[Alert]:
    """Alerts that the array could have listed: what came while it was asked is newer than that."""
    lasting = select(Alert).where(
        Alert.storage_id == storage_id,
        Alert.state.in_(LASTING),
        Alert.reported_by == FROM_ARRAY,
        Alert.last_seen < listed.began_at,
    )
    return [alert for alert in session.scalars(lasting) if listed.asked_for(alert.occur_time)]


def _ended_since(session: Session, storage_id: str, moment: int) -> set[str]:
    """Keys of what has ended while the array was asked: its list is older than that."""
    ended = select(Alert.dedup_key).where(
        Alert.storage_id == storage_id, Alert.cleared_at >= moment, Alert.category != Category.EVENT
    )
    return set(session.scalars(ended))


def _doubts(
    session: Session, storage_id: str, lasting: int, missing: int, conf: cfg.ConfigOpts
) -> str | None:
    reading = _reading(session, storage_id)
    reading.supported = True
    left = lasting - missing
    short = missing and (
        left == 0 or (lasting >= conf.sync.doubt_rows and left < lasting * conf.sync.doubt_ratio)
    )
    ripe = utcnow_ms() - int(conf.sync.doubt_time * 1000)
    if short and (reading.doubted_at is None or reading.doubted_at > ripe):
        reading.doubted_at = reading.doubted_at or utcnow_ms()
        return (
            f"{missing} of {lasting} alerts are not listed any more; "
            "none is ended until a second listing agrees"
        )
    reading.doubted_at = None
    reading.last_success = reading.last_attempt
    reading.error_code = reading.error_msg = None
    return None


def _reading(session: Session, storage_id: str) -> AlertReading:
    reading = session.get(AlertReading, storage_id)
    if reading is None:
        reading = AlertReading(storage_id=storage_id)
        session.add(reading)
    reading.last_attempt = utcnow_ms()
    return reading
