"""What several controllers tell of one thing, as one."""

from __future__ import annotations

from delfin.drivers.huawei.oceanstor import indicators, metrics
from tests.unit.drivers.huawei.oceanstor.kept_files import WANTED


def test_what_two_controllers_tell_becomes_one() -> None:
    """Requests add up; a mean is weighed by the requests that it is a mean of."""
    first = {"time": 60_000, "22": 30, "25": 0, "78": 5, "93": 0, "68": 40}
    second = {"time": 60_000, "22": 10, "25": 8, "78": 1, "93": 90, "68": 0, "95": 70}
    told = {"time": 60_000, "22": 40, "25": 8, "78": 4, "93": 90, "68": 40, "95": 70}
    assert indicators.merged(first, second) == told
    assert indicators.merged(second, first) == told


def test_means_of_nothing_weigh_the_same() -> None:
    told = indicators.merged({"22": 0, "78": 4}, {"22": 0, "78": 2})
    assert told == {"22": 0, "78": 3}
    assert indicators.merged({"78": 4}, {"22": 9, "78": 2}) == {"22": 9, "78": 3}


def test_whatever_is_asked_of_two_controllers_can_be_merged() -> None:
    asked = {n for of in (metrics.V5, metrics.V6) for kind in WANTED for n in of.indicators(kind)}
    assert set(map(str, asked)) == indicators.MERGED.keys()
