"""What is kept of arrays whose lists of series repeat, take turns, or are never the same."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, islice
from weakref import WeakSet

import pytest

from delfin.exporter.performance.per_series import PerSeries
from delfin.telemetry.samples import Series, Source
from tests.unit.exporter.performance.collected import batch, source, volume


class Worked:
    """What was worked out."""


class Works:
    """Counts what it has made, and what of it is still kept."""

    def __init__(self) -> None:
        self.made = 0
        self.kept: WeakSet[Worked] = WeakSet()
        self.results = PerSeries(self._work)

    def _work(self, _source: Source, _series: Sequence[Series]) -> Worked:
        self.made += 1
        worked = Worked()
        self.kept.add(worked)
        return worked

    def without(self, *missing: int) -> None:
        """A round in which these volumes have no sample."""
        series = [volume(number) for number in range(50) if number not in missing]
        self.results.of(batch(source(), series))

    def part(self, number: int) -> None:
        self.results.of(batch(source(), [volume(number)]))


@pytest.fixture
def works() -> Works:
    return Works()


def test_of_a_thousand_lists_that_never_come_again_a_few_are_kept(works: Works) -> None:
    for missing in islice(combinations(range(50), 2), 1000):
        works.without(*missing)
    assert len(works.kept) <= 4


def test_a_list_that_comes_again_is_found_among_those_that_do_not(works: Works) -> None:
    for missing in islice(combinations(range(50), 2), 100):
        works.without()
        works.without(*missing)
    assert works.made == 1 + 100
    assert len(works.kept) <= 4


def test_parts_that_took_turns_go_when_none_comes_again(works: Works) -> None:
    for _ in range(3):
        for number in range(20):
            works.part(number)
    assert works.made < 3 * 20
    assert len(works.kept) == 20
    for number in range(100, 200):
        works.part(number)
    assert len(works.kept) <= 4


def test_more_lists_than_there_can_be_room_for_are_not_kept(works: Works) -> None:
    for _ in range(5):
        for number in range(200):
            works.part(number)
    assert len(works.kept) <= 48
