"""Looks again and again whether some pool satisfies each profile, and raises an alert when none does."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import timedelta

from oslo_config import cfg
from sqlalchemy import ColumnElement, or_, select, update

from delfin import exception
from delfin.alerts import internal
from delfin.coordination.loop import Loop, Looping
from delfin.db.base import CLOCKS_AGREE
from delfin.db.profiles import Profile, get
from delfin.db.session import Database, affected, retried
from delfin.inventory.profiles.match import all_pools


class ProfileWatch(Looping):
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
        super().start()

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
            wanted = select(Profile.id).where(_is_due(due)).order_by(Profile.id)
            profile_ids = list(session.scalars(wanted))
        if patient or not profile_ids:
            return
        # First, so that no two processes read all pools for the same profiles.
        claimed = self._claim(profile_ids, due)
        if not claimed:
            return
        with self._database.reader() as session:
            profiles = list(session.scalars(select(Profile).where(Profile.id.in_(claimed))))
            session.expunge_all()
            counts = dict.fromkeys((profile.id for profile in profiles), 0)
            for pools in all_pools(session):
                for profile in profiles:
                    counts[profile.id] += pools.satisfying(profile)
        for profile in profiles:
            self._note(profile, counts[profile.id])

    @retried
    def _claim(self, profile_ids: Sequence[str], due: int) -> list[str]:
        """Those among the profiles whose look is this process's."""
        with self._database.writer() as session:
            claim = update(Profile).where(_is_due(due))
            # Not a change of the profile: the time of that stays.
            claim = claim.values(checked_at=_now(), updated_at=Profile.updated_at)
            return [one for one in profile_ids if affected(session, claim.where(Profile.id == one))]

    @retried
    def _note(self, seen: Profile, count: int) -> None:
        """Keep how many pools satisfy it, and tell when the last one is gone, or one is back."""
        with self._database.writer() as session:
            try:
                profile = get(session, seen.id, lock=True)
            except exception.ProfileNotFound:
                return
            is_as_seen = profile.conditions == seen.conditions
            if not is_as_seen or profile.allow_stale != seen.allow_stale:
                # Counted for what nobody wants any more; the next look counts anew.
                return
            before = profile.satisfying
            if count == before:
                return
            kept = update(Profile).where(Profile.id == profile.id)
            session.execute(kept.values(satisfying=count, updated_at=Profile.updated_at))
            if count:
                internal.PROFILE_UNSATISFIED.recovery(session, None, location=profile.id)
            elif before:
                internal.PROFILE_UNSATISFIED.fault(session, None, profile.name, location=profile.id)


def _is_due(due: int) -> ColumnElement[bool]:
    """Also one whose last look is yet to come: a clock has been set back since."""
    ahead = _now() + CLOCKS_AGREE // timedelta(milliseconds=1)
    return or_(Profile.checked_at <= due, Profile.checked_at > ahead)


def _now() -> int:
    return time.time_ns() // 1_000_000
