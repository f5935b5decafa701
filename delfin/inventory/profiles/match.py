"""Holds pools against profiles, a page of them at a time: three queries for each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from delfin.db.profiles import Profile
from delfin.db.query import Listing, Page, find
from delfin.db.reports import CURRENT, STALE, Report
from delfin.db.storages import Storage
from delfin.inventory.block import POOLS
from delfin.inventory.kind import table_of
from delfin.inventory.profiles.conditions import STORAGE_FIELDS, unmet

Row = dict[str, Any]
# What is shown of a pool beside the verdict.
SHOWN = (
    *("id", "storage_id", "native_storage_pool_id", "name", "status", "storage_type"),
    *("total_capacity", "free_capacity", "availability_zone", "reported_at", "freshness"),
)
# Pools that are in memory at once.
_AT_ONCE = 1000


@dataclass(frozen=True)
class Verdict:
    """A pool, and why it does not satisfy a profile; without reasons it does."""

    pool: Row
    reasons: list[str]


class Pools:
    """Some pools with what is known of their storages, to be held against any number of profiles."""

    def __init__(self, session: Session, rows: Sequence[Row]) -> None:
        """'rows' have every column that a listing of pools shows."""
        self._pools = rows
        concerned = {row["storage_id"] for row in rows}
        storages = table_of(Storage).c
        about = select(*(storages[name] for name in STORAGE_FIELDS)).where(
            storages.id.in_(concerned)
        )
        self._storages = {row["id"]: dict(row) for row in session.execute(about).mappings()}
        abilities = select(Report.storage_id, Report.capabilities, Report.stopped_at)
        found = session.execute(abilities.where(Report.storage_id.in_(concerned))).all()
        self._abilities: dict[str, Row | None] = {row.storage_id: row.capabilities for row in found}
        self._stopped = {row.storage_id for row in found if row.stopped_at is not None}

    def verdicts(self, profile: Profile, *, though_busy: bool = False) -> Iterator[Verdict]:
        """What is to be said of each pool; 'though_busy' counts what is stale for that alone."""
        good = {CURRENT, STALE} if profile.allow_stale else {CURRENT}
        for pool in self._pools:
            storage = self._storages.get(pool["storage_id"])
            if storage is None:
                # It has gone since the pools were read.
                continue
            facts = {
                **pool,
                "storage": storage,
                "capabilities": self._abilities.get(pool["storage_id"]),
            }
            reasons = unmet(profile.conditions, facts)
            is_busy = pool["freshness"] == STALE and pool["storage_id"] not in self._stopped
            if pool["freshness"] not in good and not (though_busy and is_busy):
                reasons.insert(0, f"freshness: its last report is {pool['freshness']}")
            yield Verdict({name: pool[name] for name in SHOWN}, reasons)

    def satisfying(self, profile: Profile) -> int:
        """How many pools satisfy it, or would if no worker were busy with their array just now.

        While something else than a report is done there none can come, and nothing is missed.
        """
        return sum(not one.reasons for one in self.verdicts(profile, though_busy=True))


def listing(session: Session, page: Page) -> Listing:
    """One page of the pools that are held against profiles.

    Raises:
        delfin.exception.StoragePoolNotFound: The marker is not there.
    """
    return find(session, POOLS.shown, page, missing=POOLS.missing, where=(_of_live_storage(),))


def all_pools(session: Session) -> Iterator[Pools]:
    """Every pool once, in parts that have room in memory however many pools there are."""
    pool_id = POOLS.columns["id"]
    shown = select(*(column.label(name) for name, column in POOLS.shown.items()))
    wanted = shown.where(_of_live_storage()).order_by(pool_id).limit(_AT_ONCE)
    last = ""
    while rows := [dict(row) for row in session.execute(wanted.where(pool_id > last)).mappings()]:
        yield Pools(session, rows)
        last = rows[-1]["id"]


def _of_live_storage() -> ColumnElement[bool]:
    """One that is being removed has no pools to offer."""
    live = select(Storage.id).where(Storage.deleted.is_(False))
    return POOLS.columns["storage_id"].in_(live)
