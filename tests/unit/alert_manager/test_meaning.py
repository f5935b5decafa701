"""Equal reports become one with their number, and a recovery between them is not passed by."""

from __future__ import annotations

from typing import Any

import pytest

from delfin.alert_manager.meaning import Reported, collapsed
from delfin.alerts.report import tidy


def report(letter: str) -> Reported:
    """A capital is a fault, a small letter the recovery of the same; a digit an event."""
    category = "Event" if letter.isdigit() else "Fault" if letter.isupper() else "Recovery"
    alert: dict[str, Any] = {"alert_id": letter.upper(), "category": category, "severity": "Major"}
    return Reported("s", tidy({**alert, "match_key": letter.upper(), "occur_time": 10**12}))


def told(found: list[Reported]) -> str:
    names = {"Recovery": str.lower}
    return " ".join(
        f"{names.get(one.report.row['category'], str)(one.report.row['alert_id'])}{one.times}"
        for one in found
    )


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("AAAA", "A4"),
        ("ABAB", "A2 B2"),
        ("AaA", "A1 a1 A1"),
        ("AABaaAB", "A2 B1 a2 A1 B1"),
        ("aba", "a1 b1 a1"),
        ("11A1", "13 A1"),
        ("", ""),
    ],
)
def test_runs_are_counted_in_their_order(sent: str, kept: str) -> None:
    assert told(collapsed(report(letter) for letter in sent)) == kept


def test_the_same_alert_of_another_severity_stays_apart() -> None:
    loud = Reported("s", tidy({"match_key": "A", "category": "Fault", "severity": "Fatal"}))
    found = collapsed([report("A"), loud, report("A"), report("A")])
    assert [(one.report.row["severity"], one.times) for one in found] == [
        ("Major", 1),
        ("Fatal", 1),
        ("Major", 2),
    ]
