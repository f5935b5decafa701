"""Writes down how a collection went: after its samples are safe, and only while the job is ours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from delfin.alerts.internal import COLLECTION_GAP
from delfin.db import collection
from delfin.telemetry.collected import CollectedKind
from delfin.telemetry.windows import Range


@dataclass
class Outcome:
    """What is to be written.

    Attributes:
        kinds: How the types of resources stand that were tried.
        lost: What can never be read any more, by type.
        newest: The newest time that the array has shown, epoch milliseconds.
        skew: What that was ahead of our clock.
        samples: How many were exported.
        dropped: How many were not, by reason.
        error: Code and text of what went wrong last.
        failed: The array did not answer.
        is_whole: All that was due was read.
        is_last: The job ends with it. Only then is known whether the array failed, and why.
    """

    kinds: dict[str, CollectedKind] = field(default_factory=dict)
    lost: dict[str, list[Range]] = field(default_factory=dict)
    newest: int | None = None
    skew: int | None = None
    samples: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    error: Mapping[str, str] | None = None
    failed: bool = False
    is_whole: bool = False
    is_last: bool = False


def write(session: Session, storage_id: str, outcome: Outcome, now: int) -> None:
    """In a fenced transaction; 'now' is our clock in epoch milliseconds."""
    row = collection.locked(session, storage_id)
    row.kinds = {**row.kinds, **{kind: one.kept() for kind, one in outcome.kinds.items()}}
    row.last_attempt = now
    if outcome.newest is not None:
        row.newest, row.skew = outcome.newest, outcome.skew
    row.samples += outcome.samples
    if outcome.dropped:
        row.dropped = dict(Counter(row.dropped) + outcome.dropped)
    if outcome.is_last:
        row.failures = row.failures + 1 if outcome.failed else 0
        error = outcome.error or {}
        collection.set_error(row, error.get("error_code"), error.get("error_msg"))
    if outcome.is_whole:
        row.last_success = now
    for kind, ranges in outcome.lost.items():
        for start, end in ranges:
            collection.add_gap(session, storage_id, kind, start, end)
    if any(outcome.lost.values()):
        COLLECTION_GAP.fault(session, storage_id, _told(outcome.lost))
    elif outcome.is_whole and not any(one["missing"] for one in row.kinds.values()):
        COLLECTION_GAP.recovery(session, storage_id)


def write_refused(session: Session, storage_id: str, error: Mapping[str, str]) -> None:
    """In a fenced transaction: the array was not asked, since its password is known to be wrong."""
    row = collection.locked(session, storage_id)
    collection.set_error(row, error.get("error_code"), error.get("error_msg"))


def _told(lost: Mapping[str, Sequence[Range]]) -> str:
    return "; ".join(
        f"{kind}: {_moment(min(ranges).start)} to {_moment(max(ranges).end)}"
        for kind, ranges in sorted(lost.items())
        if ranges
    )


def _moment(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
