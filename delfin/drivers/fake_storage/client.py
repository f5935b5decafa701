"""HTTPS conversation with a fake array: sign in, fetch pages, sign out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import orjson
import requests
from oslo_log import log

from delfin import cryptor, exception
from delfin.drivers.utils.rest_client import RestClient

LOG = log.getLogger(__name__)

ROOT = "/api/v1"
PAGE = 1000
MOST_PAGES = 10_000
TIMEOUT = 30.0
SIGN_IN_TIMEOUT = 10.0

# The array's error codes; any other one is a StorageBackendException.
_ERRORS: Mapping[str, Callable[[str], Exception]] = {
    "AUTH_FAILED": lambda _: exception.InvalidUsernameOrPassword(),
    "TOKEN_INVALID": lambda _: exception.NotAuthorized(),
    "SESSION_LIMIT": exception.StorageMaxUserCountException,
    "UNSUPPORTED": NotImplementedError,
    "BAD_SIZE": lambda text: exception.InvalidInput(f"extra_attributes: {text}"),
    "NOT_FOUND": exception.ComponentNotFound,
}


class Client:
    """One session for all threads that call; signed in with the first call or 'sign_in'.

    A refused password is never tried again, and a closed client signs in to nothing: 'reset'
    is the way back from both.
    """

    def __init__(self, **access: Any) -> None:
        self._rest = RestClient(**access)
        for name in ("host", "port", "username", "password"):
            if not getattr(self._rest, f"rest_{name}"):
                raise exception.InvalidInput(f"rest.{name} is missing")
        self._array = {k: str(v) for k, v in (access.get("extra_attributes") or {}).items()}
        self._lock = threading.Lock()
        self._token: str | None = None
        self._refused = False
        self._closed = False

    def sign_in(self) -> None:
        """Opens the session unless it is open; raises what the array refuses with."""
        self._token_other_than(None)

    def sign_out(self) -> None:
        """Ends the session here and, if it can be reached, on the array."""
        with self._lock:
            self._closed = True
            self._end_session()

    def reset(self, verify: Any) -> None:
        """Signs out, and in again with another TLS setting: False or a CA path."""
        with self._lock:
            self._end_session()
            self._rest.verify = verify
            self._refused = self._closed = False
        self.sign_in()

    def get(self, path: str) -> dict[str, Any]:
        """One JSON object; raises DelfinException, or NotImplementedError if not supported."""
        return self._call("GET", path)

    def delete(self, path: str) -> None:
        self._call("DELETE", path)

    def items(self, collection: str, query: str = "") -> Iterator[dict[str, Any]]:
        """Every item, page by page.

        Raises InvalidResults when the array ends the listing before the total it announced: a
        cut-off listing must never look like one from which rows were deleted.
        """
        offset = 0
        for _ in range(MOST_PAGES):
            page = self.get(f"/{collection}?offset={offset}&limit={PAGE}{query}")
            total, items = page.get("total"), page.get("items")
            if not isinstance(total, int) or not isinstance(items, list):
                raise exception.InvalidResults(f"{collection}: a page without total or items")
            yield from items
            offset += len(items)
            if offset >= total:
                return
            if not items:
                raise exception.InvalidResults(
                    f"{collection}: the listing ends after {offset} of {total} rows"
                )
        raise exception.InvalidResults(f"{collection}: more than {MOST_PAGES} pages")

    def _call(self, method: str, path: str) -> dict[str, Any]:
        token = self._token_other_than(None)
        answer = self._rest.do_call(ROOT + path, None, method, TIMEOUT)
        if answer.status_code == requests.codes.unauthorized:
            self._token_other_than(token)
            answer = self._rest.do_call(ROOT + path, None, method, TIMEOUT)
        return _body(answer)

    def _token_other_than(self, stale: str | None) -> str:
        """A token, by a new sign-in only if nobody else has done that since 'stale'."""
        with self._lock:
            if self._closed:
                raise exception.StorageBackendException("the connection has been closed")
            if self._token is None or self._token == stale:
                self._token = self._new_token()
            return self._token

    def _new_token(self) -> str:
        if self._refused:
            raise exception.InvalidUsernameOrPassword
        if self._rest.session is None:
            self._rest.init_http_head()
        credentials = {
            "user": self._rest.rest_username,
            "password": cryptor.decode(self._rest.rest_password),
            "array": self._array,
        }
        try:
            answer = self._rest.do_call(f"{ROOT}/sessions", credentials, "POST", SIGN_IN_TIMEOUT)
            token = _body(answer).get("token")
        except exception.InvalidUsernameOrPassword:
            self._refused = True
            raise
        if not isinstance(token, str):
            raise exception.InvalidResults("sessions: the array gave no token")
        self._rest.session.headers["X-Auth-Token"] = token
        return token

    def _end_session(self) -> None:
        if self._token is not None:
            self._token = None
            try:
                _body(
                    self._rest.do_call(f"{ROOT}/sessions/current", None, "DELETE", SIGN_IN_TIMEOUT)
                )
            except exception.DelfinException as error:
                LOG.debug("The array keeps the session until it expires: %s", error)
        self._rest.close()


def _body(answer: requests.Response) -> dict[str, Any]:
    """The JSON object of a good answer; raises for any other."""
    if answer.status_code == requests.codes.no_content:
        return {}
    try:
        body = orjson.loads(answer.content)
    except orjson.JSONDecodeError:
        body = None
    if answer.status_code >= requests.codes.bad_request:
        raise _error(answer.status_code, body)
    if not isinstance(body, dict):
        raise exception.InvalidResults("the array's answer is not a JSON object")
    return body


def _error(status: int, body: Any) -> Exception:
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return exception.StorageBackendException(f"HTTP status {status}")
    code, message = str(error.get("code"))[:80], str(error.get("message"))[:200]
    make = _ERRORS.get(code)
    return make(message) if make else exception.StorageBackendException(f"{code}: {message}")
