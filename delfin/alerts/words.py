"""The words of an alert's life: its states, what changed, and what ended it."""

from __future__ import annotations

OPEN, ACKNOWLEDGED, CLEARED = "open", "acknowledged", "cleared"
STATES = (OPEN, ACKNOWLEDGED, CLEARED)
LASTING = (OPEN, ACKNOWLEDGED)

RAISED, CHANGED, WAS_CLEARED = "raised", "changed", "cleared"
WAS_ACKNOWLEDGED, WAS_UNACKNOWLEDGED = "acknowledged", "unacknowledged"
# Not a change: told again because it lasts.
REPEATED = "repeated"

BY_RECOVERY, BY_SYNC, BY_USER, BY_DELFIN = "recovery", "sync", "user", "delfin"

FROM_ARRAY, FROM_DELFIN = "array", "delfin"
