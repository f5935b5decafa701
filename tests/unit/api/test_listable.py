"""Query parameters: what they mean without any database."""

from __future__ import annotations

import pytest

from delfin import exception
from delfin.api.listable import Listable, find_page, whole_number
from delfin.db.query import Listing, Page

THINGS = Listable(("id", "created_at", "name"), ("name",), ("state",), exception.VolumeNotFound)


def asked(query: dict[str, str], most: int = 5) -> Page:
    """The page that is asked of the database."""
    pages: list[Page] = []

    def find(page: Page) -> Listing:
        pages.append(page)
        return Listing([], 0)

    find_page(THINGS, query, most, find)
    return pages[-1]


def test_one_row_more_is_read_to_know_whether_more_follow() -> None:
    rows = [{"id": str(number)} for number in range(3)]
    found, more = find_page(THINGS, {"limit": "2"}, 5, lambda page: Listing(rows[: page.limit], 9))
    assert ([row["id"] for row in found.rows], found.total, more) == (["0", "1"], 9, True)
    found, more = find_page(THINGS, {"limit": "3"}, 5, lambda page: Listing(rows[: page.limit], 9))
    assert (len(found.rows), more) == (3, False)


def test_defaults() -> None:
    assert asked({}) == Page(limit=6)
    assert asked({"limit": "0"}) == Page(limit=0)
    assert asked({"limit": "77"}).limit == 6


def test_a_key_that_comes_again_counts_once_with_its_first_direction() -> None:
    assert asked({"sort": "name:asc,id,name:desc"}).sort == (("name", "asc"), ("id", "desc"))


def test_only_known_filters_are_passed_on() -> None:
    assert asked({"name": "", "name~": "x", "id": "1", "colour": "red"}).filters == {
        "name": "",
        "name~": "x",
    }


def test_an_impossible_filter_asks_nothing_of_the_database() -> None:
    def find(_page: Page) -> Listing:
        raise AssertionError

    query = {"state": "x", "marker": "none", "sort": "none"}
    assert find_page(THINGS, query, 5, find) == (Listing([], 0), False)


@pytest.mark.parametrize(
    ("text", "value"), [("0", 0), (" 7 ", 7), ("007", 7), ("1" * 30, 10**18), ("0" * 30 + "5", 5)]
)
def test_whole_numbers(text: str, value: int) -> None:
    assert whole_number({"limit": text}, "limit", 1) == value


@pytest.mark.parametrize("text", ["", "-1", "+1", "1.0", "1e3", "0x1", "1_0", "\u0661", "abc"])
def test_what_is_no_whole_number(text: str) -> None:
    with pytest.raises(exception.InvalidInput, match="limit: must be a whole number"):
        whole_number({"limit": text}, "limit", 1)
