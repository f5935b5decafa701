"""Faults that can be ordered from a simulated array."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import NoneType
from typing import Any

HANG = "hang"  # accepts the request and never answers
DRIP = "drip"  # sends the answer a few bytes at a time
SERVER_ERROR = "server_error"  # HTTP 500
HTML = "html"  # a web page with status 200 where JSON belongs
CUT_BODY = "cut_body"  # announces the whole answer, sends half, closes
SHORT_LIST = "short_list"  # announces all rows, ends the listing halfway
EMPTY_LIST = "empty_list"  # a well-formed listing with nothing in it
UNSUPPORTED = "unsupported"  # this kind of row is unknown to the array

# The first five concern the connection and are done by the server, whatever the vendor.
IN_TRANSPORT = (HANG, DRIP, SERVER_ERROR, HTML, CUT_BODY)
IN_LISTING = (SHORT_LIST, EMPTY_LIST, UNSUPPORTED)
ALL = (*IN_TRANSPORT, *IN_LISTING)

_MEMBERS: Mapping[str, tuple[type, ...]] = {
    "fault": (str,),
    "where": (str, NoneType),
    "serial": (str, NoneType),
    "times": (int, NoneType),
    "chunk": (int,),
    "interval": (int, float),
}


@dataclass(eq=False)
class Fault:
    """One order.

    'where' is an endpoint word such as 'volumes' or 'sessions', 'serial' one array among those
    that the simulator plays; None means everywhere. 'times' is how often it happens yet; None
    means until cancelled. A drip sends 'chunk' bytes every 'interval' seconds.
    """

    name: str
    where: str | None = None
    serial: str | None = None
    times: int | None = None
    chunk: int = 16
    interval: float = 0.1
    cancelled: threading.Event = field(default_factory=threading.Event, repr=False)

    def concerns(self, where: str, serial: str | None) -> bool:
        return self.where in {None, where} and self.serial in {None, serial}

    def read(self) -> dict[str, object]:
        return {
            "fault": self.name,
            "where": self.where,
            "serial": self.serial,
            "times": self.times,
            "chunk": self.chunk,
            "interval": self.interval,
        }


class Faults:
    """The orders in force."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._orders: list[Fault] = []
        self._begun: list[Fault] = []

    def order(
        self,
        name: str,
        where: str | None = None,
        *,
        serial: str | None = None,
        times: int | None = None,
        chunk: int = 16,
        interval: float = 0.1,
    ) -> Fault:
        """Puts a fault in force; raises ValueError for an unknown name or a senseless number."""
        if name not in ALL:
            raise ValueError(f"fault: {name!r} is not one of {', '.join(ALL)}")
        if times is not None and times < 1:
            raise ValueError(f"times: {times} is less than 1")
        if chunk < 1 or interval < 0:
            raise ValueError("chunk and interval: want at least 1 byte and 0 seconds")
        fault = Fault(name, where, serial, times, chunk, interval)
        with self._lock:
            self._orders.append(fault)
        return fault

    def order_from(self, wish: Mapping[str, Any]) -> Fault:
        """The same from a JSON object; raises ValueError naming the member that is wrong."""
        for name, value in wish.items():
            if not isinstance(value, _MEMBERS.get(name, ())):
                problem = f"{name}: not a member of a fault, or not of its type"
                raise ValueError(problem)  # noqa: TRY004 - becomes a 400 for the caller
        options = {name: value for name, value in wish.items() if name not in {"fault", "where"}}
        return self.order(wish.get("fault", ""), wish.get("where"), **options)

    def take(self, names: tuple[str, ...], where: str, serial: str | None) -> Fault | None:
        """The first order that concerns this request; it counts as having happened once."""
        fault = self.find(names, where, serial)
        return fault if fault is None or self.spend(fault) else None

    def find(self, names: tuple[str, ...], where: str, serial: str | None) -> Fault | None:
        """The same without counting it: a fault of a listing lasts for several pages."""
        with self._lock:
            concerned = (f for f in self._orders if f.name in names and f.concerns(where, serial))
            return next(concerned, None)

    def spend(self, fault: Fault) -> bool:
        """Counts the fault as having happened once; False when others have used it up."""
        with self._lock:
            if fault not in self._orders:
                return False
            if fault.times is not None:
                fault.times -= 1
                if fault.times == 0:
                    self._orders.remove(fault)
                    # A request may hang on it still, so it stays within reach of 'clear'.
                    self._begun.append(fault)
            return True

    def clear(self, name: str | None = None) -> int:
        """Cancels the orders of this name, or all, and lets go of whom they hold; how many."""
        with self._lock:
            ended = [f for f in (*self._orders, *self._begun) if name in {None, f.name}]
            self._orders = [f for f in self._orders if f not in ended]
            self._begun = [f for f in self._begun if f not in ended]
        for fault in ended:
            fault.cancelled.set()
        return len(ended)

    def read(self) -> list[dict[str, object]]:
        with self._lock:
            return [fault.read() for fault in self._orders]
