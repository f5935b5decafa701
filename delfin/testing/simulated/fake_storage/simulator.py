"""The fake array to start: answers the driver's requests for any number of serial numbers."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import asdict
from typing import Any
from zlib import crc32

from delfin import utils
from delfin.testing.simulated import faults
from delfin.testing.simulated.array import SimulatedArray
from delfin.testing.simulated.control import members
from delfin.testing.simulated.fake_storage import api, samples
from delfin.testing.simulated.fake_storage.data import LISTINGS, FakeArray
from delfin.testing.simulated.fake_storage.sizes import Sizes
from delfin.testing.simulated.server import Answer, Request
from delfin.testing.simulated.sessions import BadCredentials, SessionLimit

HEALTH = ("OK", "DEGRADED", "FAILED")


class FakeStorage(SimulatedArray):
    """See SimulatedArray for how to start it and 'api' for what it answers."""

    def __init__(
        self, *args: Any, clock_ms: Callable[[], int] = utils.utcnow_ms, **kw: Any
    ) -> None:
        super().__init__(*args, **kw)
        self.measuring = samples.Measuring()
        self._our_clock_ms = clock_ms
        self._started_ms = clock_ms()
        self._lock = threading.Lock()
        self._arrays: dict[str, FakeArray] = {}
        self.default_serial = f"FAKE{crc32(f'{self.host}:{self.port}'.encode()):08X}"

    def _clock_ms(self) -> int:
        return self._our_clock_ms() + self.measuring.skew_ms

    def array(self, serial: str | None = None) -> FakeArray:
        """The array with this serial number, or the default one; raises KeyError if unknown."""
        with self._lock:
            return self._arrays[serial or self.default_serial]

    def change_volumes(self, action: str, percent: float, serial: str | None = None) -> int:
        """Renames, grows, adds or removes that share of one array's volumes, or of all arrays'.

        How many differ; raises ValueError for a wrong order or an unknown serial number.
        """
        with self._lock:
            chosen = [a for s, a in self._arrays.items() if serial in {None, s}]
        if serial is not None and not chosen:
            raise ValueError(f"serial: no array {serial!r} has been signed in to")
        return sum(array.change_volumes(action, percent) for array in chosen)

    # What the server asks.

    def endpoint(self, request: Request) -> str:
        return api.apart(request.path.removeprefix(api.ROOT + "/").split("/"))[1][0]

    def serial(self, request: Request) -> str | None:
        named, _ = api.apart(request.path.removeprefix(api.ROOT + "/").split("/"))
        if named is not None:
            return named
        token = request.headers.get(api.TOKEN)
        if token is not None:
            session = self.sessions.peek(token)
            return session.tag if session else None
        wish = request.body.get("array") if isinstance(request.body, dict) else None
        return self._serial_in(wish) if isinstance(wish, dict) else self.default_serial

    def answer(self, request: Request) -> Answer:
        try:
            return self._answer(request)
        except api.Refusal as refusal:
            return refusal.answer

    def order(self, request: Request) -> Answer | None:
        """GET /arrays, POST /volumes with {"action", "percent", "serial"}, PUT /health, and PUT
        /samples with the members of samples.Measuring.
        """
        if (request.method, request.path) == ("PUT", "/samples"):
            self.measuring = self.measuring.but(members(request))
            return Answer(200, asdict(self.measuring))
        if (request.method, request.path) == ("GET", "/arrays"):
            with self._lock:
                arrays = list(self._arrays.values())
            return Answer(200, {"arrays": [array.read() for array in arrays]})
        if (request.method, request.path) == ("POST", "/volumes"):
            wish = members(request)
            action, percent, serial = wish.get("action"), wish.get("percent"), wish.get("serial")
            if not isinstance(action, str) or not isinstance(percent, int | float):
                raise ValueError("action and percent: want a word and a number")
            if not isinstance(serial, str | None):
                raise ValueError("serial: want text")
            return Answer(200, {"changed": self.change_volumes(action, percent, serial)})
        if (request.method, request.path) == ("PUT", "/health"):
            wish = members(request)
            health, serial = wish.get("health"), wish.get("serial")
            if health not in HEALTH or not isinstance(serial, str):
                raise ValueError(f"health and serial: want one of {', '.join(HEALTH)}, and text")
            try:
                self.array(serial).health = health
            except KeyError:
                raise ValueError(f"serial: no array {serial!r} has been signed in to") from None
            return Answer(200, {"serial": serial, "health": health})
        return None

    # The requests.

    def _sign_in(self, request: Request) -> Answer:
        body = request.body if isinstance(request.body, dict) else {}
        user, password, wish = (body.get(name) for name in ("user", "password", "array"))
        wish = wish if isinstance(wish, dict) else {}
        serial = self._serial_in(wish)
        try:
            session = self.sessions.sign_in(str(user), str(password), serial)
            self._prepare(serial, Sizes.read(wish))
        except BadCredentials:
            raise api.Refusal("AUTH_FAILED", "wrong user name or password") from None
        except SessionLimit:
            raise api.Refusal("SESSION_LIMIT", "too many sessions are open") from None
        except ValueError as error:
            self.sessions.sign_out(session.token)
            raise api.Refusal("BAD_SIZE", str(error)) from None
        return Answer(201, {"token": session.token, "serial": serial})

    def _serial_in(self, wish: dict[str, Any]) -> str:
        return str(wish.get("serial") or self.default_serial)[:64]

    def _prepare(self, serial: str, sizes: Sizes) -> None:
        with self._lock:
            array = self._arrays.get(serial)
            if array is None:
                self._arrays[serial] = FakeArray(serial, sizes, self._started_ms)
                return
        array.resize(sizes)

    def _answer(self, request: Request) -> Answer:
        path = api.words(request)
        if (request.method, path) == ("POST", ["sessions"]):
            return self._sign_in(request)
        session = self.sessions.find(request.headers.get(api.TOKEN, ""))
        if session is None:
            raise api.Refusal("TOKEN_INVALID", "sign in first")
        if (request.method, path) == ("DELETE", ["sessions", "current"]):
            self.sessions.sign_out(session.token)
            return Answer(204)
        serial, path = api.apart(path)
        if serial is not None:
            # A manager's array, made as large as the one that was signed in to.
            self._prepare(serial, self.array(session.tag).snapshot.state.sizes)
        return self._about(request, path, self.array(serial or session.tag))

    def _about(self, request: Request, path: list[str], array: FakeArray) -> Answer:
        match request.method, path:
            case "GET", ["system"]:
                now = {"health": array.health, "clock_ms": self._clock_ms()}
                return Answer(200, {**array.snapshot.system(), **now})
            case "GET", ["events"]:
                begin, end = (api.number(request.query, name) for name in ("begin_ms", "end_ms"))
                found = array.events.between(begin, end)
                return self._paged(request, array, len(found), lambda i, n: found[i : i + n])
            case "DELETE", ["events", number] if number.isdecimal():
                if array.events.clear(int(number)):
                    return Answer(204)
            case "GET", ["statistics", collection] if collection in {"system", *LISTINGS}:
                return self._statistics(request, array, collection)
            case "GET", [collection] if collection in LISTINGS:
                snapshot = array.snapshot
                total = snapshot.count(collection)
                return self._paged(
                    request, array, total, lambda i, n: snapshot.page(collection, i, n)
                )
        raise api.Refusal("NOT_FOUND", "no such thing")

    def _paged(
        self, request: Request, array: FakeArray, total: int, items: Callable[[int, int], list[Any]]
    ) -> Answer:
        """One page, with the ordered fault; that happens once per listing, not once per page."""
        fault = self.faults.find(faults.IN_LISTING, self.endpoint(request), array.serial)
        name = fault.name if fault else None
        announced, reached = api.reach(total, name)
        offset, limit = api.window(request.query)
        count = max(min(limit, reached - offset), 0)
        if fault is not None and (count == 0 or name == faults.UNSUPPORTED):
            self.faults.spend(fault)
        if name == faults.UNSUPPORTED:
            raise api.Refusal("UNSUPPORTED", "this model has no such thing")
        return api.page(announced, offset, items(offset, count) if count else [])

    def _statistics(self, request: Request, array: FakeArray, collection: str) -> Answer:
        begin, end = (api.number(request.query, name, 0) or 0 for name in ("begin_ms", "end_ms"))
        measuring, snapshot = self.measuring, array.snapshot
        times = measuring.minutes(begin, end, self._clock_ms())
        names = snapshot.state.names

        def rows(offset: int, count: int) -> list[Any]:
            whole = [snapshot.system()] if collection == "system" else None
            parts = whole or snapshot.page(collection, offset, count)
            found = [samples.series(names, collection, part, times) for part in parts]
            if measuring.negative and found and offset == 0:
                found[0]["rd_ops"] = [-1 for _ in times]
            return found

        total = 1 if collection == "system" else snapshot.count(collection)
        return self._paged(request, array, total, rows)
