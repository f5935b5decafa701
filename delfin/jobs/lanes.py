"""Which jobs of one storage may run beside each other: one at a time in each lane, in one process if it can."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, String, and_, bindparam, exists, not_, or_
from sqlalchemy.orm import aliased

from delfin.db.jobs import Job

# Kinds that do not share the lane of all others. A collection changes nothing that another kind of
# job changes or relies on, and an array that keeps nothing loses what it is not asked for in time.
LANES: Mapping[str, str] = {"collect": "collect"}
# Kinds beside which nothing runs.
ALONE = frozenset({"removal"})


def running_key(kind: str, storage_id: str) -> str:
    """What a running job holds: no other one that runs has the same."""
    return storage_id + _ending(LANES.get(kind))


def running_keys(storage_id: str) -> set[str]:
    """All that jobs of a storage may hold."""
    return {storage_id + _ending(lane) for lane in (None, *LANES.values())}


def asked_by(owner: str, now: int, patience: int) -> dict[str, Any]:
    """The parameters of a statement with IS_FREE: the worker that asks, and epoch milliseconds.

    'patience' is for how many milliseconds a job waits for the worker that has another one.
    """
    return {"lane_owner": owner, "lane_now": now, "lane_since": now - patience}


def _is_in_the_way(lane: str | None) -> ColumnElement[bool]:
    """Whether the job that holds a lane of the storage, if there is one, is."""
    if lane is None:
        same_lane = Job.kind.not_in(LANES)
    else:
        same_lane = Job.kind.in_([kind for kind in LANES if LANES[kind] == lane])
    other = aliased(Job)
    elsewhere = and_(
        other.lease_owner != bindparam("lane_owner", type_=String),
        # A lease that has ended is that of a process that died.
        other.lease_until >= bindparam("lane_now", type_=BigInteger),
        # Beside what may have killed a process, the worker that has it starts nothing.
        other.crashes == 0,
        # A worker that has no place for a job leaves it for longer than that.
        Job.not_before >= bindparam("lane_since", type_=BigInteger),
    )
    return exists().where(
        # A key that is unique: there may be thousands of jobs of a storage.
        other.running_key == Job.storage_id + _ending(lane),
        other.id != Job.id,
        or_(same_lane, elsewhere, other.kind.in_(ALONE), Job.kind.in_(ALONE)),
    )


def _ending(lane: str | None) -> str:
    return "" if lane is None else f"/{lane}"


# For a query on jobs: no other one that runs keeps the worker that asks from running this one now.
# Jobs of a storage run beside each other in one process, if that has room for both in time: two
# processes take the session with the array away from one another with each call.
IS_FREE: ColumnElement[bool] = or_(
    Job.storage_id.is_(None),
    not_(or_(*(_is_in_the_way(lane) for lane in (None, *sorted({*LANES.values()}))))),
)
