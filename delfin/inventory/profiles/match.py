"""Holds the pools of all arrays against profiles, with three queries however many there are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from delfin.db.profiles import Profile
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


@dataclass(frozen=True)
class Verdict:
    """A pool, and why it does not satisfy a profile; without reasons it does."""

    pool: Row
    reasons: list[str]


class Pools:
    """All pools of live storages as they are known now, to be held against any number of profiles."""

    def __init__(self, session: Session) -> None:
        live = Storage.deleted.is_(False)
        storages = table_of(Storage).c
        about = select(*(storages[name] for name in STORAGE_FIELDS)).where(live)
        self._storages = {row["id"]: dict(row) for row in session.execute(about).mappings()}
        abilities = select(Report.storage_id, Report.capabilities, Report.stopped_at)
        found = session.execute(abilities).all()
        self._abilities: dict[str, Row | None] = {row.storage_id: row.capabilities for row in found}
        self._stopped = {row.storage_id for row in found if row.stopped_at is not None}
        shown = (column.label(name) for name, column in POOLS.shown.items())
        pools = select(*shown).order_by(POOLS.columns["storage_id"], POOLS.columns["name"])
        self._pools = [dict(row) for row in session.execute(pools).mappings()]

    def verdicts(self, profile: Profile, *, though_busy: bool = False) -> Iterator[Verdict]:
        """What is to be said of each pool; 'though_busy' counts what is stale for that alone."""
        good = {CURRENT, STALE} if profile.allow_stale else {CURRENT}
        for pool in self._pools:
            storage = self._storages.get(pool["storage_id"])
            if storage is None:
                # It is being removed.
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
