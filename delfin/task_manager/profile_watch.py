"""Looks again and again whether some pool satisfies each profile, and raises an alert when none does."""

from __future__ import annotations

import time

from oslo_config import cfg
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from delfin.alerts import internal
from delfin.coordination.loop import Loop
from delfin.db.profiles import Profile
from delfin.db.session import Database, affected, retried
from delfin.inventory.profiles.match import Pools


class ProfileWatch:
    """Every process looks; a profile's row says when the last look was, so that one does it."""

    def __init__(self, database: Database, conf: cfg.ConfigOpts) -> None:
        self._database = database
        self._pause: float = conf.reports.profile_interval
        # After a time without any process or database, the arrays are given the time to report.
        self._patience: float = conf.reports.interval * conf.reports.lease_intervals
        self._began = time.monotonic()
        self._loop = Loop("profiles", self._turn, self._pause)

    def start(self) -> None:
        self._began = time.monotonic()
        self._loop.start()

    def stop(self) -> None:
        self._loop.stop()

    def wait(self, longest: float) -> None:
        self._loop.wait(longest)

    def _turn(self) -> None:
        try:
            self.look(patient=time.monotonic() - self._began < self._patience)
        except Exception:
            self._began = time.monotonic()
            raise

    def look(self, *, patient: bool = False) -> None:
        """One round: profiles that nobody has looked at for an interval.

        While 'patient' it only finds out whether the database is there.
        """
        due = _now() - int(self._pause * 1000)
        with self._database.reader() as session:
            wanted = select(Profile.id).where(Profile.checked_at <= due)
            profile_ids = list(session.scalars(wanted))
            if patient or not profile_ids:
                return
            pools = Pools(session)
            session.expunge_all()
        for profile_id in profile_ids:
            self._look_at(profile_id, pools, due)

    @retried
    def _look_at(self, profile_id: str, pools: Pools, due: int) -> None:
        with self._database.writer() as session:
            mine = update(Profile).where(Profile.id == profile_id, Profile.checked_at <= due)
            # Not a change of the profile: the time of that stays.
            kept = mine.values(checked_at=_now(), updated_at=Profile.updated_at)
            if affected(session, kept):
                note(session, session.get_one(Profile, profile_id), pools)


def note(session: Session, profile: Profile, pools: Pools) -> None:
    """Keep how many pools satisfy the profile, and tell when the last one is gone, or one is back."""
    before, count = profile.satisfying, pools.satisfying(profile)
    if count == before:
        return
    kept = update(Profile).where(Profile.id == profile.id)
    session.execute(kept.values(satisfying=count, updated_at=Profile.updated_at))
    if count:
        internal.PROFILE_UNSATISFIED.recovery(session, None, location=profile.id)
    elif before:
        internal.PROFILE_UNSATISFIED.fault(session, None, profile.name, location=profile.id)


def _now() -> int:
    return time.time_ns() // 1_000_000
