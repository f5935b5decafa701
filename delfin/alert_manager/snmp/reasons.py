"""Why a datagram was not taken: the names under which it is counted."""

from __future__ import annotations

KERNEL_DROPPED = "kernel_dropped"
RATE_LIMITED = "rate_limited"
QUEUE_FULL = "queue_full"
MALFORMED = "malformed"
NOT_A_NOTIFICATION = "not_a_notification"
UNKNOWN_SOURCE = "unknown_source"
AMBIGUOUS_SOURCE = "ambiguous_source"
WRONG_VERSION = "wrong_version"
WRONG_COMMUNITY = "wrong_community"
UNKNOWN_USER = "unknown_user"
WRONG_SECURITY_LEVEL = "wrong_security_level"
WRONG_KEY = "wrong_key"
UNDECRYPTABLE = "undecryptable"
OUTSIDE_TIME_WINDOW = "outside_time_window"
REPLAYED = "replayed"
DISCOVERY = "engine_discovery"
SPOOL_FULL = "spool_full"
STORAGE_GONE = "storage_gone"
DUPLICATE = "duplicate"
UNKNOWN_ENGINE = "unknown_engine"


class RefusedError(Exception):
    """A datagram is not taken.

    Attributes:
        reason: One of the names above.
        report: What the sender is told, or None.
    """

    def __init__(self, reason: str, report: bytes | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.report = report
