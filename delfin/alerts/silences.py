"""Silences: which alerts are stored and not exported, and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from delfin.db.alerts import Alert, Silence
from delfin.utils import utcnow_ms

_MATCHED = ("storage_id", "severity", "alert_id")


@dataclass(frozen=True)
class Silences:
    """Those that are in force, or have been, as one transaction sees them."""

    rows: Sequence[Silence]
    now: int

    @classmethod
    def of(cls, session: Session) -> Silences:
        return cls(session.scalars(select(Silence)).all(), utcnow_ms())

    def cover(
        self, alert: Mapping[str, Any] | Alert, made_at: int, *, window_of_past: bool = True
    ) -> bool:
        """Whether one matches the alert, and covers this moment or the one it was made at.

        What happened in a maintenance window is of no interest after it either; what still
        lasts when it is over is, so those who ask for that say 'window_of_past=False'.
        """
        moments = (self.now, made_at) if window_of_past else (self.now,)
        return any(
            _matches(row, alert) and any(_in_force(row, moment) for moment in moments)
            for row in self.rows
        )


def _in_force(silence: Silence, moment: int) -> bool:
    return silence.starts_at <= moment and (silence.ends_at is None or moment < silence.ends_at)


def _matches(silence: Silence, alert: Mapping[str, Any] | Alert) -> bool:
    for name in _MATCHED:
        wanted = getattr(silence, name)
        has = alert.get(name) if isinstance(alert, Mapping) else getattr(alert, name)
        if wanted is not None and wanted != has:
            return False
    return True
