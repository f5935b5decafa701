"""Rows as bytes."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from delfin.api import wire


def test_moments_keep_their_zeros_and_lose_their_zone() -> None:
    moments = [datetime(2026, 1, 2, 3, 4, 5, micro, tzinfo=UTC) for micro in (0, 1, 120000)]
    assert wire.dumps(moments) == (
        b'["2026-01-02T03:04:05.000000","2026-01-02T03:04:05.000001","2026-01-02T03:04:05.120000"]'
    )


def test_days() -> None:
    assert wire.dumps({"day": date(2026, 1, 2)}) == b'{"day":"2026-01-02"}'


def test_other_objects_are_a_bug() -> None:
    with pytest.raises(TypeError):
        wire.dumps({"x": {1, 2}})
