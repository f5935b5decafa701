"""HTTPS conversation with a Unisphere for PowerMax, which manages one or several arrays.

Paths, paging iterators and the error body are those of Dell's OpenAPI document "PowerMax" 10.3
(Unisphere 10.3, https://<unisphere>:8443/univmax/restapi/docs). The "enhanced" calls, which answer
with whole objects, have a root of their own: PyU4V 10.4, univmax_conn; Dell's gopowermax 2 asks
there too, and says how their pages go on (types/v100, VolumePaging). Each request carries the
account (HTTP basic authentication), so there is no session to leave on the server.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any
from urllib.parse import quote

from oslo_log import log

from delfin import exception
from delfin.drivers.kit.each import Answered, Name, each
from delfin.drivers.kit.errors import ErrorTable
from delfin.drivers.kit.rest import RestSession, basic
from delfin.drivers.kit.rule import found_at

LOG = log.getLogger(__name__)

# The versions of the interface that the maps in fields.py were written for, oldest first. A
# Unisphere serves its own and the two before.
VERSIONS = ("90", "91", "92", "100", "101", "102")
_CLASSIC, _ENHANCED = "/restapi", "/rest/v1"
PERFORMANCE = f"{_CLASSIC}/performance"
# Where a Unisphere tells its versions; before 9.1 only under a version.
_TOLD_AT = (f"{_CLASSIC}/version", f"{_CLASSIC}/90/system/version")
# From here on a Unisphere may know the enhanced calls; Dell's blog of 2023-11-22 about them says 10.1.
BULK_SINCE = "100"
# Objects are asked for one by one, so many at a time. Each request tries the account's password, and
# one that was changed meanwhile may be tried twice.
AT_ONCE = 2
_DIGITS = re.compile(r"(\d+)\.(\d+)")
_HEADER = "Authorization"

Listing = Callable[[], Iterable[Name]]


class Refused(exception.StorageBackendException):
    """The Unisphere does not take the request as it is (HTTP 400)."""


class Unisphere(RestSession):
    """One account on one Unisphere, for all threads that call."""

    root = "/univmax"
    carries_account = True
    # Unisphere has no error codes: the HTTP status says what is wrong, 'message' says it in words.
    errors = ErrorTable(
        code="no.code",
        text="message",
        statuses={
            400: Refused,
            401: exception.NotAuthorized,
            403: exception.NotAuthorized,
            404: exception.ComponentNotFound,
            501: NotImplementedError,
        },
    )

    def __init__(self, **access: Any) -> None:
        super().__init__(**access)
        self.version = VERSIONS[-1]

    # --- signing in ---

    def log_in(self, username: str, password: str) -> str:
        """What goes into each request, once the Unisphere has taken it."""
        header = basic(username, password)
        self.version = chosen(_versions(partial(self.ask, "GET", headers=header)))
        return header[_HEADER]

    def signed(self, token: str) -> Mapping[str, str]:
        return {_HEADER: token}

    def version_now(self) -> str:
        """The version to use from here on, found anew.

        An upgrade leaves the session good, and may take away the version that it began with.
        """
        self.version = chosen(_versions(self.get))
        return self.version

    # --- reading ---

    def at_least(self, version: str) -> bool:
        """Whether the interface in use is this version or a later one."""
        return int(self.version) >= int(version)

    def one(self, area: str, *parts: str) -> dict[str, Any]:
        """The object at '/<version>/<area>/<parts>'; raises ComponentNotFound."""
        return self.get_object(self._at(area, parts))

    def remove(self, area: str, *parts: str) -> None:
        """Delete the object at '/<version>/<area>/<parts>'; raises ComponentNotFound."""
        self.delete(self._at(area, parts))

    def edit(self, area: str, *parts: str, **changes: Any) -> None:
        """Change the object at '/<version>/<area>/<parts>'; raises ComponentNotFound."""
        self.call("PUT", self._at(area, parts), changes)

    def each(
        self, ask: Callable[[Name], Answered], names: Iterable[Name], listing: Listing[Name]
    ) -> dict[Name, Answered]:
        """As the kit's, AT_ONCE at a time; what is not found is ComponentNotFound."""
        try:
            return each(ask, names, listing, at_once=AT_ONCE)
        except exception.InvalidUsernameOrPassword as error:
            # Those that were under way have tried the password as well, or else a sign-in has.
            error.tries = max(self.refusals, 1)
            raise

    def ids(self, key: str, area: str, *parts: str, query: str = "") -> list[Any]:
        """The list of ids, or of keys of ports, that the answer has under 'key'.

        Unisphere says '{}' when there is nothing. Raises InvalidResults for no list: an answer
        without the key may be about something else.
        """
        path = self._at(area, parts)
        answer = self.get_object(path + query)
        found = answer.get(key) if answer else []
        if not isinstance(found, list):
            raise exception.InvalidResults(f"{path}: no list at '{key}'")
        return found

    def listed(
        self, area: str, *parts: str, query: str = "", least: int | None = None
    ) -> list[dict[str, Any]]:
        """The records of a listing that Unisphere hands out by an iterator, page by page.

        All of them, or as many pages as have 'least'. An iterator ends some minutes after its last
        use; then the listing is read once more from the start. Raises InvalidResults when it ends
        early.
        """
        path = self._at(area, parts) + query
        try:
            return self.pages(path, self.get_object(path), least)
        except exception.ComponentNotFound:
            return self.pages(path, self.get_object(path), least)

    def iterated(self, path: str, asked: Any) -> list[dict[str, Any]]:
        """All records of the iterator that a POST is answered with; the path has no version.

        One that ends early is begun once more. Raises ComponentNotFound for what the POST does not
        find, and InvalidResults for an iterator that ends twice: that says nothing about what was
        asked for.
        """
        first = self._begun(path, asked)
        try:
            return self.pages(path, first)
        except exception.ComponentNotFound:
            first = self._begun(path, asked)
        try:
            return self.pages(path, first)
        except exception.ComponentNotFound as error:
            raise exception.InvalidResults(f"{path}: the iterator ended") from error

    def _begun(self, path: str, asked: Any) -> dict[str, Any]:
        first = self.post(path, asked)
        if not isinstance(first, dict):
            raise exception.InvalidResults(f"{path}: no iterator")
        return first

    def pages(
        self, name: str, first: Mapping[str, Any], least: int | None = None
    ) -> list[dict[str, Any]]:
        """The records of an iterator whose first answer was 'first'; the iterator is given back.

        All of them, or as many pages as have 'least'.
        """
        count, size = first.get("count"), first.get("maxPageSize")
        if not isinstance(count, int) or not isinstance(size, int) or size < 1:
            raise exception.InvalidResults(f"{name}: no iterator")
        if count <= size:
            # What fits into one page comes with the first answer, and leaves no iterator.
            records = _records(name, first.get("resultList"))
            return _complete(name, records, count)
        wanted = count if least is None else min(least, count)
        iterator = f"{_CLASSIC}/common/Iterator/{quote(str(first.get('id')), safe='')}"
        try:
            records = _records(name, first.get("resultList"))
            while len(records) < wanted:
                begin = len(records) + 1
                window = f"from={begin}&to={min(begin + size - 1, count)}"
                more = _records(name, self.get_object(f"{iterator}/page?{window}"))
                if not more:
                    break
                records += more
            return _complete(name, records, wanted)
        finally:
            # Unisphere keeps few of them at a time. One that it does not take back ends by itself.
            with suppress(exception.DelfinException, NotImplementedError):
                self.delete(iterator)

    def bulk(self, array_id: str, kind: str, *attributes: str) -> list[dict[str, Any]] | None:
        """These attributes of all objects of a kind; None where that is unknown, or not taken so.

        As many as the Unisphere hands out: one that forgets how its pages go on has told fewer.
        Raises InvalidResults for an answer without the list, and for pages that begin anew.
        """
        if not self.at_least(BULK_SINCE):
            return None
        path = f"{_ENHANCED}/systems/{array_id}/{kind}"
        query = f"?select={','.join(attributes)}"
        found: list[dict[str, Any]] = []
        token, used = "", {""}
        while True:
            resume = f"&resume_token={quote(token, safe='')}" if token else ""
            try:
                answer = self.get_object(path + query + resume)
            except (exception.ComponentNotFound, Refused) as error:
                # Objects are told one by one as well, so nothing is lost but time.
                LOG.info("%s: %s", path, error)
                return found if token else None
            found += _objects(path, answer.get(kind))
            token = str(found_at(answer, ("paging", "resume_token")) or "")
            if not token:
                return found
            if token in used:
                raise exception.InvalidResults(f"{path}: its pages begin anew")
            used.add(token)

    def _at(self, area: str, parts: tuple[str, ...]) -> str:
        # Ids of initiators and ports have colons, which belong there; what has a slash is no way.
        way = "".join(f"/{quote(str(part), safe=':')}" for part in parts)
        return f"{_CLASSIC}/{self.version}/{area}{way}"


def _versions(read: Callable[[str], Any]) -> Any:
    """What a Unisphere tells of its versions; 'read' asks it for a path."""
    for path in _TOLD_AT[:-1]:
        try:
            return read(path)
        except exception.ComponentNotFound:
            continue
    return read(_TOLD_AT[-1])


def chosen(told: Any) -> str:
    """The newest version that both sides know, given what a Unisphere tells of itself.

    Unisphere 9.1 and later list what they serve; an older one names its release only. Of a
    Unisphere that serves none of ours, the version nearest to ours.
    """
    told = told if isinstance(told, dict) else {}
    served = [str(one) for one in told.get("supported_api_versions") or []]
    if not served:
        found = _DIGITS.search(str(told.get("version", "")))
        if found is None:
            raise exception.InvalidResults("the Unisphere does not tell its version")
        served = [found[1] + found[2]]
    common = [one for one in VERSIONS if one in served]
    if common:
        return common[-1]
    LOG.warning(
        "A Unisphere serves the versions %s of its interface, and none that is known here",
        ", ".join(served),
    )
    newer = [int(one) for one in served if one.isdecimal() and int(one) > int(VERSIONS[-1])]
    return str(min(newer)) if newer else VERSIONS[0]


def _records(name: str, page: Any) -> list[dict[str, Any]]:
    return _objects(name, page.get("result") if isinstance(page, dict) else None)


def _complete(name: str, records: list[dict[str, Any]], count: int) -> list[dict[str, Any]]:
    if len(records) < count:
        raise exception.InvalidResults(f"{name}: ends after {len(records)} of {count} rows")
    return records


def _objects(name: str, found: Any) -> list[dict[str, Any]]:
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise exception.InvalidResults(f"{name}: no list of objects")
    return found
