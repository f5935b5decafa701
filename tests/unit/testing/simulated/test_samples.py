"""What the fake array measures: its clock, what it keeps, and a counter that runs over."""

from __future__ import annotations

from typing import Any

import pytest

from delfin.testing.simulated.fake_storage import FakeStorage
from delfin.testing.simulated.fake_storage.samples import Measuring
from tests.unit.testing.simulated.calling import ask, command

MINUTE = 60_000
NOW = 1_764_000_030_000


def test_there_is_data_up_to_now_and_as_far_back_as_it_is_kept() -> None:
    now = NOW // MINUTE * MINUTE
    assert list(Measuring().minutes(NOW - MINUTE, NOW + MINUTE, NOW)) == [now]
    kept = Measuring(kept_ms=3 * MINUTE).minutes(0, NOW, NOW)
    assert list(kept) == [now - 2 * MINUTE, now - MINUTE, now]
    assert len(Measuring().minutes(0, NOW, NOW)) == 24 * 60


def test_the_clock_is_set_by_an_order() -> None:
    with FakeStorage(clock_ms=lambda: NOW) as array:
        order = {"skew_ms": 3_600_000, "kept_ms": 600_000}
        answer = command(array, "/samples", method="PUT", body=order)
        assert answer.json() == {**order, "negative": False}
        body = {"user": "admin", "password": "Fake-Array-1", "array": {"volumes": "2"}}
        token = ask(array, "/api/v1/sessions", method="POST", body=body).json()["token"]
        system = ask(array, "/api/v1/system", token=token).json()
        assert system["clock_ms"] == NOW + 3_600_000
        window = f"begin_ms=0&end_ms={NOW + 2 * 3_600_000}"
        command(array, "/samples", method="PUT", body={"negative": True})
        found = ask(array, f"/api/v1/statistics/volumes?{window}", token=token).json()["items"]
        assert len(found[0]["times_ms"]) == 10
        assert [set(part["rd_ops"]) == {-1} for part in found] == [True, False]


@pytest.mark.parametrize("order", [{"skew": 1}, {"skew_ms": "1"}, {"negative": 1}])
def test_a_wrong_order_is_refused(order: dict[str, Any]) -> None:
    with FakeStorage() as array:
        answer = command(array, "/samples", method="PUT", body=order)
        assert answer.status_code == 400
        assert next(iter(order)) in answer.json()["error"]
