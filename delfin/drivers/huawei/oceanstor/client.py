"""HTTPS conversation with an OceanStor: sign in, pages, associations, errors, sign out.

Sessions, token and device id: Linuxfabrik's notes (Dorado V6) and Huawei's CSI and CSM clients, which
agree: POST `xx/sessions` tells `deviceid`, which all further paths begin with, and `iBaseToken`,
which goes with the cookie of the answer. Error codes: CSI, base/client.go; CSM, httpcode.go; and
Huawei's open backup software, StorageCommonErrorCode.java, which names those of V3 and V5, too. Those
for what does not exist: the same software, ApiOperator.h, and CSI, client.go.
An array signs a user out after 20 minutes without a request; 32 users may be signed in at once.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import quote

from delfin import exception
from delfin.drivers.huawei.oceanstor.fields.access import Association
from delfin.drivers.huawei.oceanstor.ranges import (
    PAGE,
    Moved,
    Ranges,
    Record,
    WrongParameter,
    identity,
    ranges,
)
from delfin.drivers.kit.each import Answered, each
from delfin.drivers.kit.errors import ErrorTable
from delfin.drivers.kit.exchange import Answer, Limits
from delfin.drivers.kit.rest import RestSession
from delfin.drivers.kit.retry import Retry
from delfin.drivers.kit.rule import found_at

TIMEOUT = 60.0
BUSY_PAUSE = 1.0
# 'accountstate' of those who may use the array: normal, the password ends soon, must be changed
# at the next login, never ends (CSM, enum_login.go). cinder's answers also have a 2, unexplained.
FIT_STATES = frozenset({"1", "2", "5", "6", "7"})

# How often a listing is read at most until it holds still.
READS = 3

# An object; a host, a group of hosts, a LUN, a group of LUNs, a mapping view, a file system.
_NOT_THERE = (
    "1077948996",
    *("1077937498", "1077937500", "1077936859", "1077936861", "1077951819", "1073752065"),
)
# Which of these an array says of a thing that has been removed is not known for all.
MISSING = (exception.ComponentNotFound, WrongParameter)
_SIGNED_OUT = frozenset({"-401", "1077949069"})
# An answer with rows is no refusal, and need not be read twice to know that.
_LONGEST_REFUSAL = 4096


class Busy(exception.StorageBackendException):
    """The array asks to come again later."""


class Unsupported(exception.StorageBackendException):
    """The array says that it does not support the operation (go-dorado-sdk, tests of its client)."""


class Client(RestSession):
    """One session for all threads that call."""

    root = "/deviceManager/rest"
    errors = ErrorTable(
        {
            "-401": exception.NotAuthorized,
            "1077949069": exception.NotAuthorized,
            # Dorado; V3 and V5; V3 and V5 where a user of LDAP has the name of a local one.
            "1077987870": exception.InvalidUsernameOrPassword,
            "1077949061": exception.InvalidUsernameOrPassword,
            "1077949081": exception.InvalidUsernameOrPassword,
            # The address or the account is locked after wrong passwords; more tries keep it so.
            "1077949071": exception.InvalidUsernameOrPassword,
            "1077949070": exception.InvalidUsernameOrPassword,
            "1077987871": exception.InvalidUsernameOrPassword,
            "1073793581": exception.InvalidUsernameOrPassword,
            "1077949067": exception.StorageMaxUserCountException,
            "1077948995": Busy,
            "1077949006": Busy,
            "1077949001": Busy,
            "50331651": WrongParameter,
            "1077949002": Unsupported,
            **dict.fromkeys(_NOT_THERE, exception.ComponentNotFound),
        },
        code="error.code",
        text="error.description",
        # An array without the interface has no such path.
        statuses={
            401: exception.NotAuthorized,
            403: exception.NotAuthorized,
            404: NotImplementedError,
            501: NotImplementedError,
        },
        good=("0",),
    )

    def __init__(self, **access: Any) -> None:
        super().__init__(**access)
        self._device = ""

    @property
    def device(self) -> str:
        """The serial number that the array signed us in with."""
        return self._device

    def log_in(self, username: str, password: str) -> str:
        account = {"username": username, "password": password, "scope": "0"}
        told = self.ask("POST", "/xx/sessions", account)["data"]
        self._device = str(told["deviceid"])
        token = str(told["iBaseToken"])
        if str(told.get("accountstate", "1")) not in FIT_STATES:
            # Signed in, but only to change the password; that a person must know, whatever comes
            # of the sign-out.
            with suppress(exception.DelfinException, NotImplementedError):
                self.ask("DELETE", self._place("/sessions"), headers=self.signed(token))
            raise exception.NotAuthorized
        return token

    def log_out(self) -> None:
        self.ask("DELETE", self._place("/sessions"))

    def signed(self, token: str) -> dict[str, str]:
        return {"iBaseToken": token}

    def is_expired(self, answer: Answer) -> bool:
        if answer.status == 401:
            return True
        if len(answer.content) > _LONGEST_REFUSAL:
            return False
        try:
            return str(found_at(answer.json(), ("error", "code"))) in _SIGNED_OUT
        except exception.InvalidResults:
            return False

    # --- what the driver calls ---

    def one(self, path: str) -> Record:
        """The one object at a path; raises InvalidResults for anything else."""
        found = self._envelope("GET", path).get("data")
        if not isinstance(found, dict):
            raise exception.InvalidResults(f"{path}: no object in the answer")
        return found

    def rows(self, path: str) -> list[Record]:
        """Every object of a collection; the path may have a query.

        Raises InvalidResults when fewer or more come than the array counts, or when rows come and
        go each time it is read. A row that was skipped must not look like a deleted one.
        """
        collection, asks, query = path.partition("?")
        # Whether alarms of a time are counted is documented nowhere.
        countable = not query.startswith("filter=")
        return self._still(path, f"/{collection}/count{asks}{query}" if countable else None)

    def associated(self, with_: Association, kind: int, identity: str) -> list[Record]:
        """What belongs to the thing of this kind and id."""
        query = f"TYPE={with_.kind}&ASSOCIATEOBJTYPE={kind}&ASSOCIATEOBJID={quote(identity)}"
        counted = with_.place.partition("/")[0]
        return self._still(f"{with_.place}?{query}", f"/{counted}/count?{query}")

    def about_each(
        self, collection: str, ask: Callable[[Record], Answered]
    ) -> list[tuple[Record, Answered]]:
        """The rows of a collection, and what 'ask' answers about each.

        A row that has been removed meanwhile is left out. Raises what 'rows' and 'ask' raise.
        """
        rows = {identity(row): row for row in self.rows(collection)}
        found = each(
            lambda name: ask(rows[name]),
            rows,
            lambda: map(identity, self.rows(collection)),
            missing=MISSING,
        )
        return [(rows[name], answer) for name, answer in found.items()]

    def query(self, path: str, body: Record) -> list[Record]:
        """The rows of an interface that is asked with POST and changes nothing."""
        found = self._envelope("POST", path, body).get("data") or []
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            raise exception.InvalidResults(f"{path}: no list of objects in the answer")
        return found

    def told(self, path: str) -> list[Record]:
        """What an interface without pages tells; it may also be one object, or nothing."""
        found = self._envelope("GET", path).get("data") or []
        found = [found] if isinstance(found, dict) else found
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            raise exception.InvalidResults(f"{path.partition('?')[0]}: no objects in the answer")
        return found

    def count(self, collection: str) -> int | None:
        """How many there are; None where the array does not count them."""
        return self._count(f"/{collection}/count")

    def remove(self, path: str) -> None:
        self._envelope("DELETE", path)

    # --- inside ---

    def _place(self, path: str) -> str:
        return f"/{quote(self._device, safe='')}{path}"

    def _still(self, path: str, counter: str | None) -> list[Record]:
        """A picture of a collection that held still while it was taken."""
        wrong = ""
        for _ in range(READS):
            before = self._count(counter)
            try:
                found = self._whole(path, ranges(path, before))
            except Moved:
                wrong = "changes while it is read"
                continue
            if before is None:
                return found
            # One page shows one moment, and is right when it has what was counted.
            after = before if len(found) < PAGE else self._count(counter)
            number = len({identity(one) for one in found})
            if number == before == after:
                return found
            wrong = "changes while it is read" if before != after else f"{number} of {before} rows"
        raise exception.InvalidResults(f"{path.partition('?')[0]}: {wrong}")

    def _whole(self, path: str, pages: Ranges) -> list[Record]:
        found: list[Record] = []
        try:
            found.extend(pages.walk(self._page, f"/{path}"))
        except NotImplementedError:
            # An interface that gave a page is there.
            if not found:
                raise
            raise exception.InvalidResults(f"{path}: the array lost the interface") from None
        return found

    def _count(self, path: str | None) -> int | None:
        """How many there are; None where the array does not count them."""
        if path is None:
            return None
        try:
            return int(self.one(path)["COUNT"])
        except (NotImplementedError, WrongParameter):
            return None
        except (KeyError, TypeError, ValueError) as error:
            raise exception.InvalidResults(f"{path.partition('?')[0]}: no number") from error

    def _page(self, path: str) -> Record:
        """An answer without rows has no 'data', or an empty object there."""
        answer = self._envelope("GET", path)
        return answer if answer.get("data") else {**answer, "data": []}

    def _envelope(self, method: str, path: str, body: Record | None = None) -> Record:
        """The answer as an object; asked again while the array is busy, except to change it."""
        self.sign_in()
        tries = Retry(tries=1 if method == "DELETE" else 3, first=BUSY_PAUSE, on=(Busy,))
        limits = Limits(wait=TIMEOUT)
        answer = tries.call(lambda: self.call(method, self._place(path), body, limits))
        error = answer.get("error") if isinstance(answer, dict) else None
        # Without a code it says neither that all is well nor what is not.
        if not isinstance(error, dict) or error.get("code") in {None, ""}:
            raise exception.InvalidResults(f"{path.partition('?')[0]}: not an answer of OceanStor")
        return dict(answer)
