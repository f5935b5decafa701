"""Raises one alert while a receiver drops traps, which tells exactly how many and why."""

from __future__ import annotations

import time

from sqlalchemy import select

from delfin.alert_manager.counters import Counters
from delfin.alert_manager.snmp.reasons import (
    KERNEL_DROPPED,
    QUEUE_FULL,
    RATE_LIMITED,
    SPOOL_FULL,
)
from delfin.alerts.internal import TRAPS_DROPPED
from delfin.alerts.words import LASTING
from delfin.db import trap_inbox
from delfin.db.alerts import Alert
from delfin.db.session import Database, retried

# What might have become an alert, and was never looked at.
REASONS = (KERNEL_DROPPED, RATE_LIMITED, QUEUE_FULL, SPOOL_FULL)


class DropAlert:
    """The alert of one receiver; one thread looks from time to time.

    Its count is the number of traps that were dropped, its text how many for which reason.
    """

    def __init__(
        self, database: Database, counters: Counters, receiver: str, quiet_time: float
    ) -> None:
        """It ends 'quiet_time' seconds after the last drop that was seen."""
        self._database = database
        self._counters = counters
        self._receiver = receiver
        self._quiet_time = quiet_time
        self._before = dict.fromkeys(REASONS, 0)
        self._told = dict.fromkeys(REASONS, 0)
        # An earlier process of this name may have raised it.
        self._lasts = True
        self._dropped_at = time.monotonic()

    def look(self) -> None:
        """Raise it, count on, or end it.

        Raises:
            oslo_db.exception.DBError: The database is away; the next look tells it all.
        """
        counts = {name: self._counters[name] for name in REASONS}
        more = sum(counts.values()) - sum(self._told.values())
        if more > 0:
            self._count(counts, more)
            self._told, self._lasts, self._dropped_at = counts, True, time.monotonic()
        elif self._lasts and time.monotonic() - self._dropped_at > self._quiet_time:
            self._end()
            self._before, self._lasts = counts, False

    @retried
    def _count(self, counts: dict[str, int], more: int) -> None:
        told = ", ".join(
            f"{counts[name] - self._before[name]} {name}"
            for name in REASONS
            if counts[name] > self._before[name]
        )
        detail = f"Receiver {self._receiver} dropped: {told}."
        with self._database.writer() as session:
            TRAPS_DROPPED.count(session, None, detail, more, location=self._receiver)

    @retried
    def _end(self) -> None:
        """Also for receivers that are not heard of any more: they will not do it themselves."""
        raised = select(Alert.location).where(
            Alert.alert_id == TRAPS_DROPPED.alert_id, Alert.state.in_(LASTING)
        )
        with self._database.writer() as session:
            known = {row.receiver for row in trap_inbox.receivers(session)} - {self._receiver}
            for location in set(session.scalars(raised)) - known:
                TRAPS_DROPPED.recovery(session, None, location=location or "")
