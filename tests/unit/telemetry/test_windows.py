"""Arithmetic on ranges of time; any order of readings and failures leaves nothing out."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as some

from delfin.telemetry import windows
from delfin.telemetry.windows import Progress, Range, Rules

RULES = Rules(history=100, horizon=10_000, longest=50)
RANGES = some.lists(
    some.tuples(some.integers(0, 200), some.integers(0, 30)).map(lambda r: Range(r[0], sum(r))),
    max_size=8,
)


def moments(ranges: tuple[Range, ...] | list[Range]) -> set[int]:
    return {at for start, end in ranges for at in range(start + 1, end + 1)}


@given(RANGES)
def test_joined_ranges_hold_the_same_and_do_not_touch(ranges: list[Range]) -> None:
    found = windows.joined(ranges)
    assert moments(found) == moments(ranges)
    assert windows.length(found) == len(moments(ranges))
    assert all(one.end < two.start for one, two in itertools.pairwise(found))


@given(RANGES, some.integers(0, 200), some.integers(0, 60))
def test_what_is_taken_away_is_gone_and_nothing_else(
    ranges: list[Range], start: int, long: int
) -> None:
    taken = Range(start, start + long)
    left = windows.without(windows.joined(ranges), taken)
    assert moments(left) == moments(ranges) - moments([taken])


@given(RANGES, some.integers(0, 250))
def test_divided_ranges_are_the_same_together(ranges: list[Range], at: int) -> None:
    before, after = windows.divided(windows.joined(ranges), at)
    assert moments(before) | moments(after) == moments(ranges)
    assert all(one.end <= at for one in before)
    assert all(one.start >= at for one in after)


@given(RANGES, some.integers(1, 40))
def test_pieces_come_newest_first_and_are_short(ranges: list[Range], longest: int) -> None:
    whole = windows.joined(ranges)
    found = list(windows.pieces(whole, longest))
    assert moments(found) == moments(ranges)
    assert all(one.end - one.start <= longest for one in found)
    assert found == sorted(found, reverse=True)


def test_each_piece_has_its_turn() -> None:
    missing = (Range(0, 20), Range(30, 40))
    found = [windows.piece(missing, 10, number) for number in range(4)]
    assert found == [Range(30, 40), Range(10, 20), Range(0, 10), Range(30, 40)]
    assert windows.piece((), 10, 5) is None


def test_less_is_asked_for_down_to_an_interval() -> None:
    assert windows.shrunk(900, 60) == 450
    assert windows.shrunk(100, 60) == 60


@given(
    some.lists(some.tuples(some.integers(0, 300), some.sampled_from(("read", "fail", "refill"))))
)
def test_nothing_is_ever_left_out(turns: list[tuple[int, str]]) -> None:
    progress, now, had, lost = Progress(), 1000, set[int](), set[int]()
    for passed, what in turns:
        now += passed
        window = windows.piece(progress.missing, 40, passed)
        if what == "refill" and window is not None:
            had |= moments([window])
            progress = windows.refilled(progress, window)
        elif what == "read":
            begun, start = windows.begin(progress, now, RULES)
            if start is not None:
                new = moments([Range(start, now)])
                assert not new & had, "nothing is read twice"
                had |= new
                progress, gone = windows.went_on(begun, start, now, RULES)
                lost |= moments(gone)
    if progress.edge is not None:
        first = min(had | lost | moments(progress.missing))
        whole = had | lost | moments(progress.missing)
        assert whole == set(range(first, progress.edge + 1))


def test_what_is_older_than_the_array_keeps_is_lost() -> None:
    progress = Progress(1000, 1000, (Range(200, 300), Range(600, 900)))
    rules = Rules(history=100, horizon=500, longest=50)
    _, start = windows.begin(progress, 1300, rules)
    assert start == 1250
    after, lost = windows.went_on(progress, 1250, 1300, rules)
    assert lost == (Range(200, 300), Range(600, 800))
    assert after.missing == (Range(800, 900), Range(1000, 1250))


def test_what_the_array_turns_out_not_to_have_is_lost() -> None:
    progress = Progress(1000, 1000, (Range(200, 300), Range(600, 900)))
    rules = Rules(history=100, horizon=5000, longest=50)
    after, lost = windows.forgot(progress, 700)
    assert (lost, after.missing) == ((Range(200, 300), Range(600, 700)), (Range(700, 900),))
    after, lost = windows.went_on(after, 1000, 1300, rules, kept=1100)
    assert (after, lost) == (Progress(1300, 1300), (Range(700, 900), Range(1000, 1100)))
    # A moment before all that is missing takes nothing away.
    assert windows.forgot(progress, 100) == (progress, ())
    assert windows.went_on(progress, 1000, 1300, rules, kept=100)[1] == ()


def test_a_time_without_data_is_not_missing() -> None:
    progress = Progress(edge=100, asked=900)
    after, lost = windows.went_on(progress, 1000, 1050, Rules(100, 0, 50))
    assert (after.edge, lost) == (1050, (Range(900, 1000),))


def test_a_clock_far_back_begins_anew() -> None:
    far = 10_000_000
    begun, start = windows.begin(Progress(far, far, (Range(far - 50, far),)), 1000, RULES)
    assert (begun.edge, begun.missing, start) == (900, (), 950)
    _, start = windows.begin(Progress(far, far), far - 1000, RULES)
    assert start is None
