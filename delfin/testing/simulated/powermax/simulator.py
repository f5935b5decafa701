"""A Unisphere for PowerMax on a real socket, with as many arrays behind it as it is told.

It speaks what the driver reads of Dell's OpenAPI document "PowerMax" 10.3, and what differs before:
no enhanced calls before 10.1, no performance of volumes and 'ucode' for 'microcode' before 10.0, no
'/version' and no disks in 9.0. Enhanced calls have a root of their own: PyU4V 10.4, univmax_conn.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from delfin import utils
from delfin.testing.simulated.array import SimulatedArray
from delfin.testing.simulated.faults import EMPTY_LIST, IN_LISTING, SHORT_LIST, UNSUPPORTED
from delfin.testing.simulated.powermax import enhanced, measured
from delfin.testing.simulated.powermax.iterators import Iterators
from delfin.testing.simulated.powermax.model import KEYS, Model
from delfin.testing.simulated.powermax.sizes import Sizes
from delfin.testing.simulated.server import Answer, Request
from delfin.testing.simulated.sessions import BadCredentials, SessionLimit

ROOT, ENHANCED_ROOT = "/univmax/restapi/", "/univmax/rest/"
VERSIONS = ("90", "91", "92", "100", "101", "102", "103")
RELEASES = {version: f"V{version[:-1]}.{version[-1]}.0.0" for version in VERSIONS}
ARRAY = "000297900330"
# The version in which Unisphere began to tell what volumes do.
_VOLUMES_SINCE = "100"
# And in which it began to answer enhanced calls.
_ENHANCED_SINCE = "101"


class PowerMax(SimulatedArray):
    """'arrays' are the local ones by their id, 'remote' the ids of those at the other end.

    'version' is that of the newest interface served; the two before it are served as well.
    """

    def __init__(
        self,
        *args: Any,
        arrays: Mapping[str, Sizes] | None = None,
        remote: Sequence[str] = (),
        version: str = "102",
        clock_ms: Callable[[], int] = utils.utcnow_ms,
        **kw: Any,
    ) -> None:
        super().__init__(*args, **kw)
        self._clock_ms = clock_ms
        started = clock_ms()
        chosen = arrays or {ARRAY: Sizes()}
        self.arrays = {name: Model(name, sizes, started) for name, sizes in chosen.items()}
        self.remote = tuple(remote)
        self.iterators = Iterators()
        newest = VERSIONS.index(version)
        self.served = VERSIONS[max(newest - 2, 0) : newest + 1]
        # Which arrays enhanced calls know half of: they answer from another place.
        self.behind: set[str] = set()
        # How many objects these put into one page.
        self.enhanced_page = enhanced.PAGE
        # Which arrays are not registered for performance data.
        self.unregistered: set[str] = set()
        # By how many milliseconds the samples of a category come later than those of others.
        self.lags: dict[str, int] = {}
        # What an endpoint says for the truth, with a good status.
        self.instead: dict[str, Any] = {}
        self._tokens: dict[str, str] = {}

    # What the server asks.

    def endpoint(self, request: Request) -> str:
        """The kind that is asked for: 'volume', 'alert', 'Iterator', 'performance' and so on."""
        path = _words(request)
        match path:
            case [_, "system", "symmetrix", _, "director", _, "port", *_]:
                kind = "port"
            case [_, "sloprovisioning" | "system", "symmetrix", _, kind, *_]:
                pass
            case [_, "sloprovisioning" | "system", kind, *_] | ["v1", "systems", _, kind, *_]:
                pass
            case ["common", kind, *_] | [kind, *_]:
                pass
        return kind

    def serial(self, request: Request) -> str | None:
        asked = request.body if isinstance(request.body, dict) else {}
        told = [str(asked.get(name, "")) for name in ("symmetrixId", "systemId")]
        named = [*_words(request), *told, request.query.get("array")]
        return next((one for one in named if one in self.arrays), None)

    def particulars(self) -> Iterable[str]:
        """Which arrays are behind it."""
        return [f"storage_name {name}" for name in self.arrays]

    def answer(self, request: Request) -> Answer:
        if not self._is_known(request):
            return _refused(401, "Unauthorized")
        fault = self.faults.take((UNSUPPORTED,), self.endpoint(request), self.serial(request))
        if fault is not None:
            return _refused(501, "Not implemented")
        if self.endpoint(request) in self.instead:
            return Answer(200, self.instead[self.endpoint(request)])
        try:
            if request.path.startswith(ENHANCED_ROOT):
                found = self._enhanced(request, _words(request))
            else:
                found = self._found(request, _words(request))
        except (LookupError, ValueError, TypeError):
            found = None
        return found or _refused(404, "Cannot find the resource")

    # The account.

    def _is_known(self, request: Request) -> bool:
        """As each request carries the account, one that was good stays a session for a while."""
        header = request.headers.get("authorization", "")
        if self.sessions.find(self._tokens.get(header, "")) is not None:
            return True
        try:
            pair = base64.b64decode(header.removeprefix("Basic "), validate=True).decode()
            username, _, password = pair.partition(":")
            self._tokens[header] = self.sessions.sign_in(username, password).token
        except (binascii.Error, UnicodeDecodeError, BadCredentials, SessionLimit):
            return False
        return True

    # The requests.

    def _found(self, request: Request, path: list[str]) -> Answer | None:
        newest, found = self.served[-1], None
        match request.method, path:
            case "GET", ["version"] if newest != "90":
                found = Answer(200, self._versions())
            case "GET", ["90", "system", "version"] if newest in {"90", "91", "92"}:
                found = Answer(200, {"version": RELEASES[newest]})
            case _, ["common", "Iterator", *rest]:
                found = self._iterator(request, rest)
            case method, ["performance", category, what]:
                found = self._performance(method, request, category, what)
            case method, [version, "system", "alert", *rest] if version in self.served:
                found = self._alert(method, request, rest)
            case "GET", [version, _, "symmetrix"] if version in self.served:
                found = Answer(200, {"symmetrixId": [*self.arrays, *self.remote]})
            case "GET", [version, "system", "symmetrix", name, *rest] if version in self.served:
                found = self._system(request, version, name, rest)
            case "GET", [version, _, "symmetrix", name, *rest] if version in self.served:
                found = self._slo(request, self.arrays[name], rest)
        return found

    def _versions(self) -> dict[str, Any]:
        newest = self.served[-1]
        return {
            "version": RELEASES[newest],
            "api_version": newest,
            "supported_api_versions": list(self.served),
        }

    def _system(self, request: Request, version: str, name: str, path: list[str]) -> Answer | None:
        if name in self.remote and not path:
            return Answer(200, {"symmetrixId": name, "local": False})
        model = self.arrays[name]
        if not path:
            return Answer(200, model.system("ucode" if int(version) < 100 else "microcode"))
        if path[0] == "disk" and version == "90":
            return None
        return Answer(200, model.hardware(path, failed=request.query.get("failed") == "true"))

    def _slo(self, request: Request, model: Model, path: list[str]) -> Answer:
        if not path:
            return Answer(200, model.capacity())
        if path == ["volume"]:
            return self._volumes(request, model)
        if len(path) == 1:
            found = self._listed(request, model.names(path[0]))
            # Unisphere leaves the list out when there is nothing in it.
            return Answer(200, {KEYS[path[0]]: found} if found else {})
        return Answer(200, model.one(path[0], unquote(path[1])))

    def _listed(self, request: Request, rows: list[Any]) -> list[Any]:
        fault = self.faults.take(IN_LISTING, self.endpoint(request), self.serial(request))
        if fault is None:
            return rows
        return [] if fault.name == EMPTY_LIST else rows[: len(rows) // 2]

    def _volumes(self, request: Request, model: Model) -> Answer:
        group = request.query.get("storageGroupId")
        rows = model.volume_ids(group)
        if group is None and request.query.get("data_volume") != "false":
            rows += model.data_volume_ids()
        fault = self.faults.take(IN_LISTING, self.endpoint(request), self.serial(request))
        if fault is not None and fault.name == EMPTY_LIST:
            rows = []
        short = fault is not None and fault.name == SHORT_LIST
        return Answer(200, self.iterators.first(rows, len(rows) // 2 if short else None))

    def _iterator(self, request: Request, path: list[str]) -> Answer | None:
        match request.method, path:
            case "GET", [name, "page"]:
                window = (int(request.query["from"]), int(request.query["to"]))
                page = self.iterators.page(name, *window)
                return None if page is None else Answer(200, page)
            case "DELETE", [name] if self.iterators.close(name):
                return Answer(204)
        return None

    def _enhanced(self, request: Request, path: list[str]) -> Answer | None:
        if int(self.served[-1]) < int(_ENHANCED_SINCE):
            return None
        match request.method, path:
            case "GET", ["v1", "systems", name, "volumes"]:
                rows = self.arrays[name].volumes_v1(behind=name in self.behind)
                page = enhanced.page("volumes", rows, request.query, self.enhanced_page)
                return None if page is None else Answer(200, page)
        return None

    def _alert(self, method: str, request: Request, path: list[str]) -> Answer | None:
        wanted = request.query.get("array")
        asked = [model for name, model in self.arrays.items() if wanted in {None, name}]
        match method, path:
            case "GET", []:
                found = [one for model in asked for one in model.events.ids()]
                return Answer(200, {"alertId": found} if found else {})
            case "GET", [alert_id]:
                told = (model.events.one(alert_id) for model in asked)
            case "PUT", [alert_id]:
                if request.body != {"editAlertActionParam": "ACKNOWLEDGE"}:
                    return _refused(400, "want editAlertActionParam ACKNOWLEDGE")
                told = (model.events.acknowledge(alert_id) for model in asked)
            case "DELETE", [alert_id] if any(model.events.delete(alert_id) for model in asked):
                return Answer(204)
            case _:
                return None
        event = next((one for one in told if one is not None), None)
        return None if event is None else Answer(200, event)

    def _performance(
        self, method: str, request: Request, category: str, what: str
    ) -> Answer | None:
        now = self._clock_ms() - self.lags.get(category, 0)
        if (method, category, what) == ("GET", "Array", "keys"):
            dates = measured.dates(now)
            names = [name for name in self.arrays if name not in self.unregistered]
            found = [{"symmetrixId": name, **dates} for name in names]
            return Answer(200, {"arrayInfo": found} if found else {})
        asked = request.body
        if self.serial(request) in self.unregistered:
            return None
        if (method, category, what) == ("POST", "Volume", "metrics"):
            return self._of_volumes(asked, now)
        model = self.arrays[asked["symmetrixId"]]
        if (method, what) == ("POST", "keys"):
            name, found = measured.keys(model.sizes, category, asked, now)
            return Answer(200, {name: found} if found else {})
        if (method, what) == ("POST", "metrics"):
            rows = measured.samples(model.identity, category, asked, now)
            return Answer(200, self.iterators.first(rows))
        return None

    def _of_volumes(self, asked: Any, now: int) -> Answer | None:
        if int(self.served[-1]) < int(_VOLUMES_SINCE):
            return None
        model = self.arrays[asked["systemId"]]
        try:
            rows = measured.volumes(model.identity, model.sizes, asked, now)
        except measured.TooMuchError as error:
            return _refused(400, str(error))
        return Answer(200, self.iterators.first(rows))


def _words(request: Request) -> list[str]:
    for root in (ROOT, ENHANCED_ROOT):
        if request.path.startswith(root):
            return request.path.removeprefix(root).split("/")
    return [""]


def _refused(status: int, message: str) -> Answer:
    return Answer(status, {"message": message})
