"""The simulated OceanStor to start: answers the driver's requests; see 'api' for which."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from http.cookies import SimpleCookie
from typing import Any

from delfin import utils
from delfin.testing.simulated import faults
from delfin.testing.simulated.array import SimulatedArray
from delfin.testing.simulated.control import members
from delfin.testing.simulated.oceanstor import api, performance_files, samples
from delfin.testing.simulated.oceanstor.data import OF_KIND, Array
from delfin.testing.simulated.oceanstor.parts import Item
from delfin.testing.simulated.oceanstor.sizes import RELEASES, Sizes
from delfin.testing.simulated.server import Answer, Request
from delfin.testing.simulated.sessions import BadCredentials, Session, SessionLimit
from delfin.testing.simulated.sftp import SftpServer

SERIAL = "2102352VUV10K6000007"
# Of DeviceManager: 32 users at once, signed out after 20 minutes without a request.
USERS, LIFETIME = 32, 1200.0


class OceanStor(SimulatedArray):
    """See SimulatedArray for how to start it; 'release' is V5 or V6.

    With 'has_files' each controller is an SFTP server in 'controllers' too, with the performance
    files of a day; the account is that of the REST interface.

    The control port also takes PUT /sizes, a JSON object of numbers, and PUT /account with
    {"state": number}, the state that the next sign-ins are told.
    """

    def __init__(
        self,
        *args: Any,
        sizes: Sizes | None = None,
        release: str = "V6",
        serial: str = SERIAL,
        clock_ms: Callable[[], int] = utils.utcnow_ms,
        has_files: bool = False,
        **kw: Any,
    ) -> None:
        self.controllers: list[SftpServer] = []
        super().__init__(*args, **kw)
        self.sessions.limit, self.sessions.lifetime = USERS, LIFETIME
        self.account_state = 1
        # How many of the next requests are answered that the array is busy.
        self.busy = 0
        self.port_ranges = api.PortRanges.KNOWN
        # Whether an unknown path is refused with a code in place of a 404.
        self.refuses_unknown = False
        # What somebody deleted: collection and number.
        self.gone: set[tuple[str, int]] = set()
        self._lock = threading.Lock()
        self._clock_ms = clock_ms
        self._started_ms = clock_ms()
        self._serial, self._firmware = serial, RELEASES[release]
        # The words of the interfaces that it has for last samples.
        self.realtime = {self._firmware.realtime}
        self.array = self._made(sizes or Sizes())
        for number in range(self.array.state.sizes.controllers if has_files else 0):
            self.controllers.append(self._controller(number))

    def start(self) -> None:
        super().start()
        for controller in self.controllers:
            controller.start()

    def close(self) -> None:
        for controller in self.controllers:
            controller.close()
        super().close()

    def resize(self, sizes: Sizes) -> None:
        """Makes the array anew; who is signed in stays so."""
        self.array = self._made(sizes)

    # What the server asks.

    def endpoint(self, request: Request) -> str:
        """The interface: 'lun', 'performance_data'; what belongs to a group has its own word."""
        path = request.path.removeprefix(api.ROOT).strip("/").split("/")[1:]
        if len(path) > 1 and path[0] == "alarm":
            return path[1]
        of_group = path[1:2] == ["associate"] or "ASSOCIATEOBJTYPE" in request.query
        return f"{path[0]}/associate" if of_group else (path or [""])[0]

    def answer(self, request: Request) -> Answer:
        try:
            return self._answer(request)
        except api.Refusal as refusal:
            return refusal.answer
        except api.NoSuchPath:
            if self.refuses_unknown:
                return api.Refusal(api.NOT_SUPPORTED).answer
            return Answer(404, b"<html>404 Not Found</html>", content_type="text/html")

    def particulars(self) -> Iterable[str]:
        """Where the performance files are."""
        return [
            f"performance files on ssh://{one.host}:{one.port}, host key {one.fingerprint}"
            for one in self.controllers
        ]

    def order(self, request: Request) -> Answer | None:
        if (request.method, request.path) == ("PUT", "/sizes"):
            self.resize(self.array.state.sizes.changed(members(request)))
            return Answer(204)
        if (request.method, request.path) == ("PUT", "/account"):
            state = members(request).get("state")
            if type(state) is not int:
                raise ValueError("state: want a number")
            self.account_state = state
            return Answer(204)
        return None

    # The requests.

    def _controller(self, number: int) -> SftpServer:
        return SftpServer(
            *(self.host, self.sessions.knows),
            lambda: performance_files.files(lambda: self.array, number, self._clock_ms),
        )

    def _made(self, sizes: Sizes) -> Array:
        return Array(self._serial, sizes, self._firmware, self._started_ms)

    def _answer(self, request: Request) -> Answer:
        root, _, rest = request.path.partition(f"{api.ROOT}/")
        path = rest.rstrip("/").split("/")
        if root or len(path) < 2:
            raise api.NoSuchPath
        if (request.method, path[1:]) == ("POST", ["sessions"]):
            return self._sign_in(request)
        session = self._signed_in(request, path[0])
        if (request.method, path[1:]) == ("DELETE", ["sessions"]):
            self.sessions.sign_out(session.token)
            return api.good({})
        with self._lock:
            busy, self.busy = self.busy > 0, max(self.busy - 1, 0)
        if busy:
            raise api.Refusal(api.BUSY)
        return self._about(request, path[1:], self.array)

    def _sign_in(self, request: Request) -> Answer:
        body = request.body if isinstance(request.body, dict) else {}
        try:
            session = self.sessions.sign_in(str(body.get("username")), str(body.get("password")))
        except BadCredentials:
            raise api.Refusal(self._firmware.wrong_password) from None
        except SessionLimit:
            raise api.Refusal(api.SESSION_LIMIT) from None
        told = {
            "deviceid": self._serial,
            "iBaseToken": session.token,
            "accountstate": self.account_state,
            "userscope": "0",
            "username": self.sessions.username,
        }
        return api.good(told, {"Set-Cookie": f"{api.COOKIE}=ismsession={session.token}; Path=/"})

    def _signed_in(self, request: Request, device: str) -> Session:
        """Token and cookie must both be there, and agree."""
        token = request.headers.get(api.TOKEN, "")
        cookie = SimpleCookie(request.headers.get("cookie", "")).get(api.COOKIE)
        if device != self._serial or cookie is None or not cookie.value.endswith(token):
            raise api.Refusal(api.NOT_SIGNED_IN)
        session = self.sessions.find(token)
        if session is None:
            raise api.Refusal(api.USER_OFFLINE if token else api.NOT_SIGNED_IN)
        return session

    def _about(self, request: Request, path: list[str], array: Array) -> Answer:
        now = self._clock_ms() // 1000
        match request.method, path:
            case "GET", [word, "cur_statistic_data"] if word in self.realtime:
                return api.good(samples.current(array, request.query, self.gone, now))
            case "GET", _:
                return self._read(request, path, array)
            case "DELETE", ["alarm", "currentalarm"]:
                if array.events.clear(api.number(request.query, "sequence"), self._clock_ms()):
                    return api.good({})
                raise api.Refusal(api.NO_SUCH_ALARM)
            case "POST", ["performance_data"] if path[0] in self.realtime:
                return api.good(samples.last(array, request.body, now))
        raise api.NoSuchPath

    def _read(self, request: Request, path: list[str], array: Array) -> Answer:
        match path:
            case ["system"]:
                return api.good(array.system())
            case ["system_utc_time"]:
                return api.good({"CMO_SYS_UTC_TIME": str(self._clock_ms() // 1000)})
            case ["alarm", ("currentalarm" | "historyalarm") as place]:
                return self._alarms(request, place, array)
            case ["alarm", "currentalarm", "count"]:
                return self._counted(request, len(array.events.current()))
            case [name, "count"]:
                return self._counted(request, len(self._numbers(request, name, array)[1]))
            case [name] | [name, "associate", *_]:
                return self._numbered(request, *self._numbers(request, name, array), array)
        raise api.NoSuchPath

    def _numbers(self, request: Request, name: str, array: Array) -> tuple[str, Sequence[int]]:
        """The collection that is asked for, and the numbers of those in it that are."""
        if self.endpoint(request).endswith("/associate"):
            return self._associated(request, array)
        if name == "QUOTATREE":
            filesystem = api.number(request.query, "PARENTID")
            self._must_be_there("filesystem", filesystem)
            return name, array.dtrees_of(filesystem)
        count = array.count(name)
        if count is None:
            raise api.NoSuchPath
        if not self.gone:
            return name, range(count)
        return name, [n for n in range(count) if (name, n) not in self.gone]

    def _counted(self, request: Request, count: int) -> Answer:
        """A listing that is well and empty by order has nothing to count, either."""
        fault = self.faults.find((faults.EMPTY_LIST,), self.endpoint(request), self._serial)
        return api.good({"COUNT": str(count if fault is None else 0)})

    def _alarms(self, request: Request, place: str, array: Array) -> Answer:
        found = array.events.current() if place == "currentalarm" else array.events.history()
        found = list(filter(api.wanted(request.query), found))
        return self._paged(request, len(found), lambda start, count: found[start : start + count])

    def _associated(self, request: Request, array: Array) -> tuple[str, Sequence[int]]:
        asked = [
            api.number(request.query, name)
            for name in ("TYPE", "ASSOCIATEOBJTYPE", "ASSOCIATEOBJID")
        ]
        try:
            found = array.associated(*asked)
        except KeyError:
            raise api.Refusal(api.WRONG_PARAMETER) from None
        self._must_be_there(OF_KIND[asked[1]], asked[2])
        return found

    def _must_be_there(self, collection: str, number: int) -> None:
        if (collection, number) in self.gone:
            raise api.Refusal(api.GONE[collection])

    def _numbered(
        self, request: Request, collection: str, numbers: Sequence[int], array: Array
    ) -> Answer:
        def rows(start: int, count: int) -> list[Item]:
            return [array.one(collection, n) for n in numbers[start : start + count]]

        in_pages = self.port_ranges == api.PortRanges.KNOWN or collection not in api.PORTS
        return self._paged(request, len(numbers), rows, in_pages=in_pages)

    def _paged(
        self,
        request: Request,
        total: int,
        rows: Callable[[int, int], list[Item]],
        *,
        in_pages: bool = True,
    ) -> Answer:
        """One page, with the ordered fault; that happens once per listing, not once per page."""
        fault = self.faults.find(faults.IN_LISTING, self.endpoint(request), self._serial)
        name = fault.name if fault else None
        reached = api.reach(total, name)
        if in_pages:
            start, count = api.window(request.query)
        elif "range" in request.query and self.port_ranges == api.PortRanges.REFUSED:
            raise api.Refusal(api.WRONG_PARAMETER)
        else:
            start, count = 0, reached
        count = max(min(count, reached - start), 0)
        is_last = count < api.LARGEST_PAGE or not in_pages
        if fault is not None and (is_last or name == faults.UNSUPPORTED):
            self.faults.spend(fault)
        if name == faults.UNSUPPORTED:
            raise api.NoSuchPath
        return api.good(rows(start, count) if count else None)
