"""The control port of a simulated array: orders and readings for other processes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Protocol

from delfin.testing.simulated.counters import Counters
from delfin.testing.simulated.faults import Fault, Faults
from delfin.testing.simulated.server import Answer, Request
from delfin.testing.simulated.sessions import Sessions

DONE = Answer(204)


class Controlled(Protocol):
    """What the control port may touch."""

    faults: Faults
    sessions: Sessions
    counters: Counters

    def read_counters(self) -> dict[str, object]: ...

    def reset_counters(self) -> None: ...

    def order(self, request: Request) -> Answer | None: ...


class Control:
    """GET /counters, /faults, /sessions; POST and DELETE to order; a wrong order is a 400."""

    def __init__(self, array: Controlled) -> None:
        self._array = array
        self._routes: Mapping[tuple[str, str], Callable[[Request], Answer]] = {
            ("GET", "/counters"): lambda _: Answer(200, array.read_counters()),
            ("DELETE", "/counters"): self._reset_counters,
            ("GET", "/faults"): lambda _: Answer(200, {"faults": array.faults.read()}),
            ("POST", "/faults"): self._order_fault,
            ("DELETE", "/faults"): self._clear_faults,
            ("GET", "/sessions"): lambda _: Answer(200, array.sessions.read()),
            ("DELETE", "/sessions"): lambda _: Answer(200, {"ended": array.sessions.expire_all()}),
            ("PUT", "/sessions"): self._set_sessions,
            ("PUT", "/password"): self._change_password,
        }

    def enter(self, request: Request) -> AbstractContextManager[None]:
        del request
        return nullcontext()

    def fault(self, request: Request) -> Fault | None:  # noqa: ARG002 - as the server asks
        """The control port itself never fails by order."""
        return None

    def connected(self) -> None:
        """Connections for control are not the array's."""

    def answer(self, request: Request) -> Answer:
        route = self._routes.get((request.method, request.path))
        try:
            answer = self._array.order(request) if route is None else route(request)
        except ValueError as error:
            return Answer(400, {"error": str(error)})
        return answer or Answer(404, {"error": f"no command {request.method} {request.path}"})

    def _reset_counters(self, request: Request) -> Answer:
        del request
        self._array.reset_counters()
        return DONE

    def _order_fault(self, request: Request) -> Answer:
        return Answer(201, self._array.faults.order_from(members(request)).read())

    def _clear_faults(self, request: Request) -> Answer:
        return Answer(200, {"cancelled": self._array.faults.clear(request.query.get("fault"))})

    def _set_sessions(self, request: Request) -> Answer:
        """{"limit": how many, "lifetime": seconds without use}, both optional."""
        wish = members(request)
        limit, lifetime = wish.get("limit"), wish.get("lifetime")
        if not isinstance(limit, int | None) or not isinstance(lifetime, int | float | None):
            raise ValueError("limit and lifetime: want a number")  # noqa: TRY004 - becomes a 400
        if limit is not None:
            self._array.sessions.limit = limit
        if lifetime is not None:
            self._array.sessions.lifetime = lifetime
        return DONE

    def _change_password(self, request: Request) -> Answer:
        """{"password": text, "keep": whether who is signed in stays so}, the second optional."""
        password, keep = members(request).get("password"), members(request).get("keep", False)
        if not isinstance(password, str) or not isinstance(keep, bool):
            raise ValueError("password and keep: want text, and true or false")  # noqa: TRY004 - becomes a 400
        self._array.sessions.change_password(password, keep=keep)
        return DONE


def members(request: Request) -> dict[str, Any]:
    """The JSON object in the body; raises ValueError when it is none."""
    if not isinstance(request.body, dict):
        raise ValueError("body: want a JSON object")  # noqa: TRY004 - becomes a 400
    return request.body
