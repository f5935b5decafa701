"""How an OceanStor cuts its listings into pages, and where it does not: for client.py.

That ports are listed without ranges: Linuxfabrik's library of its checks (`get_all_data`), which
knows arrays that refuse a range there and arrays that tell the whole list in spite of one. cinder
29.0.0, and aklyuk/zabbix-huawei-storages on V3, V5 and Dorado V3, ask for ports without one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from delfin import exception
from delfin.drivers.huawei.oceanstor.fields.ports import PORTS
from delfin.drivers.kit.paging import Get, Listing

Record = dict[str, Any]

# More are not given at once (CSI, constants.go: QueryCountPerBatch).
PAGE = 100


class WrongParameter(exception.StorageBackendException):
    """The array does not take the parameters; so it refuses to count some things (cinder)."""


class Moved(exception.InvalidResults):
    """A page does not begin with what was read last: rows came or went before it."""


@dataclass(frozen=True, kw_only=True)
class Ranges(Listing):
    """`?range=[99-199]`, whose end is counted in by some releases and not by others.

    So the next page begins with the last row that was read: when it does not, rows have shifted,
    and one of them may be in no page. A page with less than was asked for is the last; one with
    more comes from an interface that does not know ranges, and is all there is.

    Where it is not certain that ranges are known, the first page is asked for without one, and is
    all there is when it has 'enough' rows, when the next range is refused, or when the same rows
    come again.
    """

    items: str = "data"
    size: int = PAGE
    are_known: bool = True
    enough: int | None = None

    def walk(self, get: Get, path: str) -> Iterator[Record]:
        """Every record once; raises Moved, InvalidResults and what 'get' raises."""
        name = path.partition("?")[0].strip("/")
        known = self.are_known
        records = self._records(name, get(self._at(path, 0) if known else path))
        yield from records
        done = len(records)
        for _ in range(self.most):
            if len(records) not in {self.size, self.size + 1} or done == self.enough:
                return
            before = records
            try:
                records = self._records(name, get(self._at(path, done - 1)))
            except WrongParameter:
                if known:
                    raise
                return
            if _identities(records) == _identities(before):
                if not known:
                    return
                raise exception.InvalidResults(f"{name}: the listing repeats a page")
            if not records or identity(records[0]) != identity(before[-1]):
                raise Moved(f"{name}: rows came or went")
            known = True
            yield from records[1:]
            done += len(records) - 1
        raise exception.InvalidResults(f"{name}: more than {self.most} pages")

    def _at(self, path: str, start: int) -> str:
        return f"{path}{'&' if '?' in path else '?'}range=[{start}-{start + self.size}]"


def ranges(path: str, count: int | None) -> Ranges:
    """How to read what is at a path, of which there are so many, if the array tells that."""
    collection = path.partition("?")[0].partition("/")[0]
    return Ranges(are_known=False, enough=count) if collection in PORTS else Ranges()


def identity(record: Record) -> str:
    """What a row is told from others by; alarms have a number instead of an id."""
    return str(record.get("ID", record.get("sequence")))


def _identities(records: list[Record]) -> list[str]:
    return [identity(one) for one in records]
