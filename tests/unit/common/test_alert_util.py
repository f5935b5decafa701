"""The time filter of alert queries, and the array's fields on an alert."""

from __future__ import annotations

from typing import Any

import pytest

from delfin.common import alert_util

RANGE = [
    (None, 5, True),
    ({}, 5, True),
    ({"begin_time": 1, "end_time": 9}, 5, True),
    ({"begin_time": 5, "end_time": 5}, 5, True),
    ({"begin_time": "1", "end_time": "9"}, 5, True),
    ({"begin_time": 6, "end_time": 9}, 5, False),
    ({"begin_time": 1, "end_time": 4}, 5, False),
    ({"begin_time": 5}, 5, True),
    ({"begin_time": 6}, 5, False),
    ({"end_time": 5}, 5, True),
    ({"end_time": 4}, 5, False),
    ({"begin_time": None, "end_time": 4}, 5, False),
    ({"begin_time": "soon", "end_time": 1}, 5, True),
    ({"begin_time": [1], "end_time": 1}, 5, True),
    ({"other": 1}, 5, False),
    ({"begin_time": 0, "end_time": 0}, 5, False),
    ({"begin_time": None, "end_time": None}, 5, False),
    ({"begin_time": 1, "end_time": 9}, "5", True),
    ({"begin_time": 1, "end_time": 9}, None, True),
    ({"begin_time": 1, "end_time": 9}, "", True),
]


@pytest.mark.parametrize(("query", "occurred", "wanted"), RANGE)
def test_alert_in_time_range(query: dict[str, Any] | None, occurred: Any, wanted: bool) -> None:
    assert alert_util.is_alert_in_time_range(query, occurred) is wanted


def test_alert_says_which_array_it_is_from() -> None:
    storage = {"id": "s1", "name": "n", "vendor": "v", "model": "m", "serial_number": "1"}
    alert = {"alert_id": "7", "vendor": "other"}
    alert_util.fill_storage_attributes(alert, {**storage, "location": "here"})
    assert alert == {
        "alert_id": "7",
        "storage_id": "s1",
        "storage_name": "n",
        "vendor": "v",
        "model": "m",
        "serial_number": "1",
    }
