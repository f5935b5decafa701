"""How arrays cut listings into pages, as values: for a driver's client.py.

`walk` yields the records of all pages. A listing that never ends, repeats a page or stops before
its announced end raises InvalidResults: a cut-off listing must never look like one from which
rows were deleted. A 'get' takes a path with its query and returns the JSON of the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from delfin import exception
from delfin.drivers.kit.rule import found_at

Get = Callable[[str], Any]

MOST_PAGES = 10_000


@dataclass(frozen=True)
class Position:
    """Where a listing stands: the page just read, its records, and how much was read so far."""

    name: str
    path: str
    page: Any
    records: list[dict[str, Any]]
    done: int
    pages: int

    def ended(self, total: str | None, size: int) -> bool:
        """By the total that the page tells, or because it is not full; raises InvalidResults."""
        if total is None:
            return len(self.records) < size
        count = found_at(self.page, total.split("."))
        if not isinstance(count, int) or isinstance(count, bool):
            raise _invalid(self.name, f"a page without a number at '{total}'")
        if self.done < count and not self.records:
            raise _invalid(self.name, f"the listing ends after {self.done} of {count} rows")
        return self.done >= count


@dataclass(frozen=True, kw_only=True)
class Listing:
    """'items' is the dotted path to a page's records ('' when the page is the list), 'most' the
    number of pages that a sane listing has at most.
    """

    items: str = "items"
    most: int = MOST_PAGES

    def walk(self, get: Get, path: str) -> Iterator[dict[str, Any]]:
        """Every record, page by page; raises InvalidResults and what 'get' raises."""
        name = path.partition("?")[0].strip("/")
        seen: set[str] = set()
        url: str | None = self._first(path)
        previous: list[dict[str, Any]] = []
        done = 0
        for _ in range(self.most):
            if url is None:
                return
            if url in seen:
                raise _invalid(name, "the listing comes back to a page that was read")
            seen.add(url)
            page = get(url)
            records = self._records(name, page)
            # An array that does not know the parameter sends its first page again and again.
            if records and records[0] and records == previous:
                raise _invalid(name, "the listing repeats a page")
            yield from records
            previous, done = records, done + len(records)
            at = Position(name, path, page, records, done, len(seen))
            url = self._next(at)
        if url is not None:
            raise _invalid(name, f"more than {self.most} pages")

    def _records(self, name: str, page: Any) -> list[dict[str, Any]]:
        records = found_at(page, self.items.split(".")) if self.items else page
        if not isinstance(records, list) or not all(isinstance(one, dict) for one in records):
            raise _invalid(name, f"a page without a list of records at '{self.items}'")
        return records

    def _first(self, path: str) -> str:
        return path

    def _next(self, at: Position) -> str | None:
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class OffsetLimit(Listing):
    """`?offset=2000&limit=1000`. 'total' is the path to the number of all records; where the array
    tells none (None), a page that is not full is the last.
    """

    total: str | None = "total"
    offset: str = "offset"
    limit: str = "limit"
    size: int = 1000

    def _first(self, path: str) -> str:
        return self._at(path, 0)

    def _at(self, path: str, offset: int) -> str:
        return with_query(path, **{self.offset: offset, self.limit: self.size})

    def _next(self, at: Position) -> str | None:
        if at.ended(self.total, self.size):
            return None
        return self._at(at.path, at.done)


@dataclass(frozen=True, kw_only=True)
class PageNumber(Listing):
    """`?page=3&per_page=100`, counted from 'first'. 'total' as for OffsetLimit."""

    total: str | None = None
    page: str = "page"
    limit: str = "per_page"
    size: int = 100
    first: int = 1

    def _first(self, path: str) -> str:
        return self._at(path, self.first)

    def _at(self, path: str, number: int) -> str:
        return with_query(path, **{self.page: number, self.limit: self.size})

    def _next(self, at: Position) -> str | None:
        if at.ended(self.total, self.size):
            return None
        return self._at(at.path, self.first + at.pages)


@dataclass(frozen=True, kw_only=True)
class Cursor(Listing):
    """`?cursor=opaque`: 'cursor' is the path to the next page's token, 'parameter' where it goes.

    No token, or an empty one, ends the listing; so does a false flag at 'more', if there is one.
    """

    cursor: str = "next"
    parameter: str = "cursor"
    more: str | None = None

    def _next(self, at: Position) -> str | None:
        token = found_at(at.page, self.cursor.split("."))
        goes_on = self.more is None or bool(found_at(at.page, self.more.split(".")))
        if self.more is not None and goes_on and not token:
            raise _invalid(at.name, f"there is more, but no token at '{self.cursor}'")
        return with_query(at.path, **{self.parameter: token}) if token and goes_on else None


@dataclass(frozen=True, kw_only=True)
class NextLink(Listing):
    """'link' is the path to the next page's address.

    Only its path and query are used: arrays write names there that nobody resolves, and the token
    must not follow a link to another host. 'root' is what the client puts before each path.
    """

    link: str = "links.next.href"
    root: str = ""

    def _next(self, at: Position) -> str | None:
        link = found_at(at.page, self.link.split("."))
        if not link:
            return None
        if not isinstance(link, str):
            raise _invalid(at.name, f"no address at '{self.link}'")
        parts = urlsplit(link)
        place = parts.path.removeprefix(self.root)
        return f"{place}?{parts.query}" if parts.query else place


def with_query(path: str, **parameters: Any) -> str:
    """The path with more parameters."""
    return f"{path}{'&' if '?' in path else '?'}{urlencode(parameters)}"


def _invalid(name: str, what: str) -> exception.InvalidResults:
    return exception.InvalidResults(f"{name}: {what}")
