"""Listings in pages: whole, or an error; never endless and never cut off in silence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from delfin import exception
from delfin.drivers.kit.paging import Cursor, Listing, NextLink, OffsetLimit, PageNumber
from tests.unit.drivers.kit.acme import Acme, AcmeClient, Reply

ROWS = [{"id": number} for number in range(7)]


def asked(path: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}


def by_offset(path: str) -> Any:
    query = asked(path)
    start, size = int(query["start"]), int(query["max"])
    return {"data": {"rows": ROWS[start : start + size]}, "count": len(ROWS)}


def by_number(path: str) -> Any:
    query = asked(path)
    start, size = (int(query["page"]) - 1) * int(query["per_page"]), int(query["per_page"])
    return ROWS[start : start + size]


def by_cursor(path: str) -> Any:
    start = int(asked(path).get("cursor", "0"))
    return {"items": ROWS[start : start + 3], "next": str(start + 3) if start < 6 else ""}


def by_link(path: str) -> Any:
    start = int(asked(path).get("from", "0"))
    link = {"href": f"https://elsewhere.example/rest/rows?from={start + 3}"} if start < 6 else None
    return {"items": ROWS[start : start + 3], "links": {"next": link}}


WAYS: list[tuple[Listing, Callable[[str], Any]]] = [
    (
        OffsetLimit(items="data.rows", total="count", offset="start", limit="max", size=3),
        by_offset,
    ),
    (OffsetLimit(items="data.rows", total=None, offset="start", limit="max", size=3), by_offset),
    (PageNumber(items="", size=3), by_number),
    (PageNumber(items="", size=7), by_number),
    (Cursor(), by_cursor),
    (Cursor(more="next"), by_cursor),
    (NextLink(root="/rest"), by_link),
]


@pytest.mark.parametrize(("listing", "array"), WAYS)
def test_every_record_comes_once(listing: Listing, array: Callable[[str], Any]) -> None:
    assert list(listing.walk(array, "/rows")) == ROWS
    assert list(listing.walk(array, "/rows?sort=id")) == ROWS


def test_a_listing_over_the_network(array: Acme, client: AcmeClient) -> None:
    array.answer = lambda _, path: Reply(body=by_link(path))
    assert list(NextLink(root="/rest").walk(client.get, "/rows")) == ROWS
    assert [path for method, path in array.asked if method == "GET"] == [
        "/rest/rows",
        "/rest/rows?from=3",
        "/rest/rows?from=6",
    ]


def test_an_empty_listing_has_no_rows() -> None:
    assert list(OffsetLimit().walk(lambda _: {"items": [], "total": 0}, "/rows")) == []
    assert list(PageNumber().walk(lambda _: {"items": []}, "/rows")) == []
    assert list(Cursor().walk(lambda _: {"items": []}, "/rows")) == []


@pytest.mark.parametrize(
    ("listing", "page", "text"),
    [
        (OffsetLimit(), {"items": [{"a": 1}], "total": 9}, "rows: the listing repeats a page"),
        (PageNumber(size=1), {"items": [{"a": 1}]}, "repeats a page"),
        (Cursor(), {"items": [{"a": 1}], "next": "x"}, "repeats a page"),
        (Cursor(), {"items": [{}], "next": "x"}, "comes back"),
        (Cursor(more="more"), {"items": [{}], "more": True}, "there is more, but no token"),
        (NextLink(), {"items": [{}], "links": {"next": {"href": "/rows"}}}, "comes back"),
        (NextLink(), {"items": [{}], "links": {"next": {"href": 5}}}, "no address"),
        (OffsetLimit(most=3), {"items": [{}], "total": 10**9}, "more than 3 pages"),
        (OffsetLimit(), {"items": [], "total": 5}, "the listing ends after 0 of 5 rows"),
        (OffsetLimit(), {"items": [{}]}, "without a number at 'total'"),
        (OffsetLimit(), {"items": [{}], "total": True}, "without a number"),
        (OffsetLimit(), {"items": {}, "total": 1}, "without a list of records at 'items'"),
        (OffsetLimit(), {"items": ["a"], "total": 1}, "without a list of records"),
        (OffsetLimit(), None, "without a list of records"),
        (PageNumber(items=""), {"error": "x"}, "without a list of records"),
    ],
)
def test_a_senseless_listing_is_an_error(listing: Listing, page: Any, text: str) -> None:
    with pytest.raises(exception.InvalidResults, match=text):
        list(listing.walk(lambda _: page, "/rows?x=1"))


def test_an_array_may_give_smaller_pages_than_asked_for() -> None:
    def two_at_a_time(path: str) -> Any:
        start = (int(asked(path)["page"]) - 1) * 2
        return {"items": ROWS[start : start + 2], "total": len(ROWS)}

    assert list(PageNumber(total="total", size=100).walk(two_at_a_time, "/rows")) == ROWS


def test_an_endless_listing_of_new_rows_ends() -> None:
    count = iter(range(10**9))

    def endless(_: str) -> Any:
        return {"items": [{"id": (number := next(count))}], "next": f"token{number}"}

    with pytest.raises(exception.InvalidResults, match="more than 20 pages"):
        list(Cursor(most=20).walk(endless, "/rows"))
