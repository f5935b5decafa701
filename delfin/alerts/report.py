"""What a driver reports as an alert, ready to be stored: liberal, as with inventory rows.

Unknown words become NotSpecified, times become milliseconds, texts are cut; what
was mended is counted.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from delfin import exception
from delfin.common.constants import Category, EventType, Severity
from delfin.utils import utcnow_ms

Row = dict[str, Any]

_TEXTS = {
    "alert_id": 255,
    "alert_name": 255,
    "sequence_number": 255,
    "description": 16000,
    "recovery_advice": 16000,
    "resource_type": 64,
    "location": 255,
    "match_key": 255,
    "clear_category": 16,
}
_WORDS = {
    name: {str(word).lower(): str(word) for word in vocabulary.ALL}
    for name, vocabulary in (
        ("severity", Severity),
        ("category", Category),
        ("type", EventType),
    )
}
_UNKNOWN = "NotSpecified"
# Epoch numbers tell their unit by their size: each holds for the years 1973 to 5138.
_UNITS = ((10**11, 1000.0), (10**14, 1.0), (10**17, 0.001), (10**20, 0.000001))


@dataclass(frozen=True)
class Report:
    """One report of an alert.

    Attributes:
        row: The columns of the alerts table that a driver fills, all of them.
        notes: What was mended, and how often.
    """

    row: Row
    notes: Counter[str] = field(default_factory=Counter)

    @property
    def dedup_key(self) -> str:
        """The same for all reports of one condition of an array: a fault and its recovery."""
        row = self.row
        if row["match_key"]:
            return _digest("match", row["match_key"])
        place = row["location"] or row["sequence_number"]
        what = row["alert_id"] or row["alert_name"] or row["description"]
        return _digest("parts", what, row["resource_type"], place)

    @property
    def occurrence_key(self) -> str:
        """The same only for reports of the same moment; for events, which have no end."""
        row = self.row
        return _digest(
            "event", self.dedup_key, row["sequence_number"], row["occur_time"], row["description"]
        )


def tidy(alert: Mapping[str, Any], now: int | None = None) -> Report:
    """An alert of SODA's model as the columns of a row.

    Args:
        alert: What a driver's list_alerts or parse_alert gave.
        now: Epoch milliseconds; the time of an alert that tells none.

    Raises:
        exception.InvalidResults: It is no mapping.
    """
    if not isinstance(alert, Mapping):
        raise exception.InvalidResults(f"an alert is {type(alert).__name__}, not a mapping")
    notes: Counter[str] = Counter()
    row: Row = {
        name: _text(alert.get(name), name, length, notes) for name, length in _TEXTS.items()
    }
    row.update((name, _word(alert.get(name), name, notes)) for name in _WORDS)
    row["occur_time"] = _moment(alert.get("occur_time"), notes)
    if row["occur_time"] is None:
        row["occur_time"] = utcnow_ms() if now is None else now
    return Report(row, notes)


def _digest(*parts: Any) -> str:
    text = "\0".join("" if part is None else str(part) for part in parts)
    return hashlib.sha256(text.encode()).hexdigest()


def _text(value: Any, name: str, length: int, notes: Counter[str]) -> str | None:
    if value is None or value == "":
        return None
    plain = str(value)
    # PostgreSQL refuses NUL, every engine refuses half of a surrogate pair.
    clean = plain.replace("\0", "").encode("utf-8", "replace").decode()
    if clean != plain:
        notes[f"{name} freed of characters that cannot be stored"] += 1
    if len(clean) > length:
        notes[f"{name} cut to {length} characters"] += 1
        clean = clean[:length]
    return clean


def _word(value: Any, name: str, notes: Counter[str]) -> str:
    if value is None or value == "":
        return _UNKNOWN
    word = _WORDS[name].get(str(value).strip().lower())
    if word is None:
        notes[f"unknown {name} taken for {_UNKNOWN}"] += 1
        return _UNKNOWN
    return word


def _moment(value: Any, notes: Counter[str]) -> int | None:
    """Epoch milliseconds of a number in s, ms, us or ns, or of an ISO 8601 text."""
    if value is None or value == "":
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        return _iso(value, notes)
    for below, factor in _UNITS:
        if 0 < number < below:
            if factor == 1.0:
                return int(number)
            notes["occur_time turned into milliseconds"] += 1
            return int(number * factor)
    notes["occur_time is no time"] += 1
    return None


def _iso(value: Any, notes: Counter[str]) -> int | None:
    try:
        moment = datetime.fromisoformat(str(value).strip())
    except ValueError:
        notes["occur_time is no time"] += 1
        return None
    notes["occur_time turned into milliseconds"] += 1
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return int(moment.timestamp() * 1000)
