"""How the last collection of a configuration went, from how each type of resource stands."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from delfin.api.telemetry_view import last_of


def stands(kind: str, attempt: int | None = None, error: str | None = None) -> dict[str, Any]:
    return {
        "resource_type": kind,
        "last_attempt": attempt,
        "error_code": error and "BadResponse",
        "error_msg": error,
    }


@pytest.mark.parametrize(
    ("rows", "attempt", "result", "error"),
    [
        ([], None, None, None),
        ([stands("volume")], None, None, None),
        ([stands("volume", 5000), stands("port", 9000, "no")], 5, "done", None),
        ([stands("volume", 5000), stands("disk", 6000)], 6, "done", None),
        ([stands("volume", 5000, "cut off"), stands("disk", 6000)], 6, "partial", "cut off"),
        ([stands("volume", 5000, "a"), stands("disk", 4000, "b")], 5, "failed", "a"),
    ],
)
def test_the_last_collection_of_two_types(
    rows: list[dict[str, Any]], attempt: int | None, result: str | None, error: str | None
) -> None:
    moment = None if attempt is None else datetime.fromtimestamp(attempt, UTC)
    assert last_of({"volume", "disk"}, rows) == {
        "last_poll": moment,
        "last_result": result,
        "last_error": error,
    }
