"""What users see of the collection of a storage: lag, what is missing, what is lost, the last error."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from delfin.db import collection
from delfin.db.collection import CollectionState
from delfin.telemetry.collected import CollectedKind
from delfin.telemetry.windows import length
from delfin.utils import utcnow_ms


def standing(session: Session, storage_id: str, now: int | None = None) -> dict[str, Any]:
    """Times are epoch milliseconds (of the array's clock where data is meant), the rest seconds.

    'skew' is what the array's newest data was ahead of our clock when it was read; negative when
    it was behind. 'lag' is how far the newest data that was collected is behind the array's clock.
    Everything is null or empty while nothing was collected.
    """
    row = collection.read(session, storage_id)
    now = utcnow_ms() if now is None else now
    return {
        **_whole(row),
        "resources": [] if row is None else _resources(row, now),
        "gaps": [
            {
                "resource_type": gap.resource_type,
                "start_time": gap.start_time,
                "end_time": gap.end_time,
                "recorded_at": gap.recorded_at,
            }
            for gap in collection.gaps(session, storage_id)
        ],
    }


def _whole(row: CollectionState | None) -> dict[str, Any]:
    names = (
        *("last_attempt", "last_success", "failures", "error_code", "error_msg"),
        *("samples", "dropped"),
    )
    if row is None:
        empty = {"failures": 0, "samples": 0, "dropped": {}}
        return {"skew": None, **{name: empty.get(name) for name in names}}
    skew = None if row.skew is None else row.skew / 1000
    return {"skew": skew, **{name: getattr(row, name) for name in names}}


def _resources(row: CollectionState, now: int) -> list[dict[str, Any]]:
    found = []
    for kind, kept in sorted(row.kinds.items()):
        one = CollectedKind.of(kept)
        if one.lacking:
            continue
        covered = one.progress.covered
        lag = None if covered is None else max(0, now + (row.skew or 0) - covered) / 1000
        found.append(
            {
                "resource_type": kind,
                "collected_until": covered,
                "lag": lag,
                "missing": [
                    {"start_time": start, "end_time": end} for start, end in one.progress.missing
                ],
                "missing_seconds": length(one.progress.missing) / 1000,
                "last_attempt": one.last_attempt,
                "last_success": one.last_success,
                "failures": one.failures,
                "error_code": one.error["error_code"] if one.error else None,
                "error_msg": one.error["error_msg"] if one.error else None,
            }
        )
    return found
