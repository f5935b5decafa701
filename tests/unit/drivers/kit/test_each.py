"""What is asked about one thing after the other, of things that may be removed meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Iterable

import pytest

from delfin import exception
from delfin.common import deadline
from delfin.drivers.kit.each import each


class Array:
    """Things by number; 'gone' are found no more, 'listed' are named by another listing."""

    def __init__(self, gone: Iterable[int] = (), listed: Iterable[int] = ()) -> None:
        self.gone, self.listed = set(gone), list(listed)
        self.listings = 0
        self.asked: list[int] = []

    def ask(self, number: int) -> str:
        self.asked.append(number)
        if number in self.gone:
            raise exception.ComponentNotFound(str(number))
        return f"thing {number}"

    def listing(self) -> list[int]:
        self.listings += 1
        return self.listed


@pytest.mark.parametrize("at_once", [1, 4])
def test_answers_come_in_the_order_of_the_names(at_once: int) -> None:
    array = Array()
    found = each(array.ask, iter([3, 1, 2]), array.listing, at_once=at_once)
    assert list(found.items()) == [(3, "thing 3"), (1, "thing 1"), (2, "thing 2")]
    assert array.listings == 0


def test_one_that_is_listed_no_more_is_left_out() -> None:
    array = Array(gone=[1, 3], listed=[0, 2, 4])
    assert list(each(array.ask, range(5), array.listing)) == [0, 2, 4]
    assert array.listings == 1


def test_one_that_is_listed_still_is_an_error() -> None:
    array = Array(gone=[1, 3], listed=[0, 2, 3, 4])
    with pytest.raises(exception.ComponentNotFound, match="3"):
        each(array.ask, range(5), array.listing)


def test_what_stands_for_missing_is_the_vendors() -> None:
    array = Array(gone=[1])
    with pytest.raises(exception.ComponentNotFound):
        each(array.ask, range(3), array.listing, missing=(KeyError,))
    assert array.listings == 0


def test_another_error_is_raised_without_another_listing() -> None:
    array = Array()

    def ask(number: int) -> None:
        array.ask(number)
        raise exception.ConnectTimeout

    with pytest.raises(exception.ConnectTimeout):
        each(ask, range(3), array.listing)
    assert array.listings == 0


def test_so_many_are_asked_at_a_time() -> None:
    together = threading.Barrier(3, timeout=30)
    found = each(lambda _: together.wait() >= 0, range(6), list, at_once=3)
    assert all(found.values())


def test_the_deadline_of_the_call_is_kept_by_each() -> None:
    with deadline.within(60.0):
        found = each(lambda _: deadline.left(), range(2), list, at_once=2)
    assert all(left is not None and left > 0 for left in found.values())
