"""What users see of the collection of a storage: lag, what is missing, what is lost, the last error."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session


def standing(_session: Session, _storage_id: str) -> dict[str, Any]:
    """Times are epoch milliseconds, the rest seconds; null or empty while nothing was collected."""
    unknown = ("skew", "last_attempt", "last_success", "error_code", "error_msg")
    return {
        **dict.fromkeys(unknown),
        "failures": 0,
        "samples": 0,
        "dropped": {},
        "resources": [],
        "gaps": [],
    }
