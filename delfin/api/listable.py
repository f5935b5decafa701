"""Query parameters of collections: what they mean and in which order they are checked."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from delfin import exception
from delfin.common.constants import DB_MAX_INT
from delfin.db.query import Listing, Page, SortKey

DEFAULT_SORT: tuple[SortKey, ...] = (("created_at", "desc"),)
_WHOLE_NUMBER = re.compile(r"\s*([0-9]+)\s*")
# No database can compare with it, so no row has it.
_NUL = "\0"


@dataclass(frozen=True)
class Listable:
    """What a collection may be sorted and filtered by.

    Attributes:
        sortable: Columns, all of them in the answer.
        filters: Columns whose exact value may be asked for; with '~' behind the name, a part of it.
        impossible: Filters for old clients; no row ever matches.
        missing: Raised when no row has the marker as its id.
    """

    sortable: tuple[str, ...]
    filters: tuple[str, ...]
    impossible: tuple[str, ...] = ()
    missing: type[exception.NotFound] = exception.NotFound


def find_page(
    listable: Listable,
    query: Mapping[str, str],
    most: int,
    find: Callable[[Page], Listing],
) -> tuple[Listing, bool]:
    """The rows that a query asks for, and whether more follow.

    Args:
        listable: What may be asked for; other parameters are ignored.
        query: The parameters as they came.
        most: Largest and default limit.
        find: Reads a page; raises 'listable.missing' for an unknown marker.

    Raises:
        exception.InvalidInput: A parameter is wrong; the text names it.
    """
    page, directions = _page(query, most)
    if any(direction not in {"asc", "desc"} for direction in directions):
        name = "sort" if "sort" in query else "sort_dir"
        raise exception.InvalidInput(f"{name}: the direction must be asc or desc")
    filters = _filters(listable, query)
    if filters is None:
        return Listing([], 0), False
    page = replace(page, filters=filters)
    if page.marker is not None and _NUL in page.marker:
        raise listable.missing(page.marker)
    if not {name for name, _ in page.sort} <= set(listable.sortable):
        if page.marker is not None:
            # An unknown marker counts more than an unknown key.
            find(replace(page, sort=DEFAULT_SORT, limit=0))
        name = "sort" if "sort" in query else "sort_key"
        raise exception.InvalidInput(f"{name}: the key must be one of {_words(listable)}")
    if not page.limit:
        return find(page), False
    # One row more than asked for tells whether there is a next page.
    found = find(replace(page, limit=page.limit + 1))
    more = len(found.rows) > page.limit
    return Listing(found.rows[: page.limit], found.total), more


def whole_number(
    query: Mapping[str, str], name: str, default: int, largest: int | None = None
) -> int:
    """A parameter that counts something.

    Raises:
        exception.InvalidInput: It is negative, larger than 'largest' or no whole number.
    """
    text = query.get(name)
    if text is None:
        return default
    match = _WHOLE_NUMBER.fullmatch(text)
    if match is None:
        raise exception.InvalidInput(f"{name}: must be a whole number, 0 or more")
    digits = match[1].lstrip("0") or "0"
    # Python refuses to read thousands of digits.
    value = int(digits) if len(digits) < 19 else 10**18
    if largest is not None and value > largest:
        raise exception.InvalidInput(f"{name}: must not be larger than {largest}")
    return value


def _page(query: Mapping[str, str], most: int) -> tuple[Page, list[str]]:
    """The page without its filters, and all directions as they came."""
    text = query.get("sort")
    if text is None:
        keys = [(query.get("sort_key", "created_at"), query.get("sort_dir", "desc"))]
    else:
        keys = [_sort_key(part) for part in text.split(",")]
    limit = min(whole_number(query, "limit", most), most)
    offset = whole_number(query, "offset", 0, DB_MAX_INT)
    # A key that comes again cannot change the order; thousands of them would cost.
    distinct = dict(reversed(keys))
    ordered = tuple((name, distinct[name]) for name in dict.fromkeys(name for name, _ in keys))
    page = Page(sort=ordered, limit=limit, offset=offset, marker=query.get("marker"))
    return page, [direction for _, direction in keys]


def _sort_key(part: str) -> SortKey:
    name, colon, direction = part.partition(":")
    return name.strip(), direction.strip() if colon else "desc"


def _filters(listable: Listable, query: Mapping[str, str]) -> dict[str, str] | None:
    """The filters among the parameters; None when no row can match."""
    if any(name in query for name in listable.impossible):
        return None
    names = {form for name in listable.filters for form in (name, f"{name}~")}
    chosen = {name: value for name, value in query.items() if name in names}
    return None if any(_NUL in value for value in chosen.values()) else chosen


def _words(listable: Listable) -> str:
    return ", ".join(listable.sortable)
