"""A signed-in HTTPS session with an array, for all threads: the base of a driver's client.py."""

from __future__ import annotations

import base64
import threading
from collections.abc import Mapping
from typing import Any

from oslo_log import log

from delfin import cryptor, exception
from delfin.common import deadline
from delfin.drivers.kit.errors import ErrorTable
from delfin.drivers.kit.exchange import Answer, Limits, exchange
from delfin.drivers.kit.retry import NEVER, Retry, paused
from delfin.drivers.kit.rule import MALFORMED
from delfin.drivers.utils.rest_client import RestClient

LOG = log.getLogger(__name__)

_NEEDED = ("host", "port", "username", "password")


class RestSession:
    """Signs in with the first call, and once more when the array has forgotten the session.

    A driver's client derives from it and says what is the vendor's: `log_in`, perhaps `log_out`,
    `signed` and `is_expired`, and the values below. A refused password is never tried again, and
    a closed session signs in to nothing: `reset` is the way back from both. Tokens and passwords
    stand in no log, no exception and no repr.
    """

    # Put before every path.
    root = ""
    # Whether each request carries the account: then nothing expires, and who is not known is refused.
    carries_account = False
    errors = ErrorTable()
    # Applies to GET; other methods are tried once.
    retry = Retry()
    limits = Limits()
    sign_in_limits = Limits(wait=10.0, whole=30.0)

    def __init__(self, **access: Any) -> None:
        """Take the driver's keywords; raises InvalidInput naming what is missing of `rest`."""
        self._rest = RestClient(**access)
        for name in _NEEDED:
            if not getattr(self._rest, f"rest_{name}"):
                raise exception.InvalidInput(f"rest.{name} is missing")
        self._lock = threading.Lock()
        self._token: str | None = None
        self._refused = False
        self._closed = False
        # Requests that the array refused since the last 'reset', where each carries the account.
        self.refusals = 0

    # --- what is the vendor's ---

    def log_in(self, username: str, password: str) -> str:
        """The token of a new session, asked for with `ask`."""
        raise NotImplementedError

    def log_out(self) -> None:
        """Tell the array, with `ask`, that the session ends."""

    def signed(self, token: str) -> Mapping[str, str]:
        """The headers that carry the token."""
        return {"X-Auth-Token": token}

    def is_expired(self, answer: Answer) -> bool:
        """Whether the array has forgotten the session, so that a new sign-in helps."""
        return answer.status == 401

    # --- what drivers call ---

    def sign_in(self) -> None:
        """Open the session unless it is open; raises what the array refuses with."""
        self._token_other_than(None)

    def sign_out(self) -> None:
        """End the session here and, if it can be reached, on the array."""
        self._closed = True
        with self._lock:
            self._end_session()

    def reset(self, verify: Any) -> None:
        """Sign out, and in again with another TLS setting: False or a CA path."""
        with self._lock:
            self._end_session()
            self._rest.verify = verify
            self._refused = self._closed = False
            self.refusals = 0
        self.sign_in()

    def get(self, path: str) -> Any:
        """A JSON value, as a rule an object or a list; raises what `call` raises."""
        return self.call("GET", path)

    def get_object(self, path: str, limits: Limits | None = None) -> dict[str, Any]:
        """The same for an answer that must be a JSON object; raises InvalidResults for another."""
        found = self.call("GET", path, limits=limits)
        if not isinstance(found, dict):
            raise exception.InvalidResults(f"{path.partition('?')[0]}: no JSON object")
        return found

    def post(self, path: str, body: Any = None) -> Any:
        return self.call("POST", path, body)

    def delete(self, path: str) -> Any:
        return self.call("DELETE", path)

    def call(self, method: str, path: str, body: Any = None, limits: Limits | None = None) -> Any:
        """What the array answers as JSON, None for an empty answer.

        Raises DelfinException by the error table, for the connection, and InvalidResults for an
        answer that is no JSON; NotImplementedError where the table says so.
        """
        token = self._token_other_than(None)
        answer = self._tried(method, path, body, limits, token)
        if self.is_expired(answer):
            if self.carries_account:
                raise self._account_refused()
            token = self._token_other_than(token)
            answer = self._tried(method, path, body, limits, token)
        return self._told(answer)

    def ask(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> Any:
        """As `call`, but without sign-in and second try: for `log_in` and `log_out`.

        In `log_out` it carries the token.
        """
        if headers is None:
            headers = self.signed(self._token) if self._token else {}
        return self._told(self._sent(method, path, body, headers, self.sign_in_limits))

    # --- inside ---

    def _sent(
        self, method: str, path: str, body: Any, headers: Mapping[str, str], limits: Limits
    ) -> Answer:
        return exchange(
            self._rest, method, self.root + path, body=body, headers=headers, limits=limits
        )

    def _tried(
        self, method: str, path: str, body: Any, limits: Limits | None, token: str
    ) -> Answer:
        retry = self.retry if method == "GET" else NEVER
        headers = self.signed(token)
        for pause in retry.pauses():
            try:
                answer = self._sent(method, path, body, headers, limits or self.limits)
            except retry.on:
                if not paused(pause):
                    raise
            else:
                busy = answer.status in retry.statuses
                if not busy or not paused(retry.asked_for(answer.headers, pause)):
                    return answer
        return self._sent(method, path, body, headers, limits or self.limits)

    def _told(self, answer: Answer) -> Any:
        if answer.status >= 400:
            try:
                body = answer.json()
            except exception.InvalidResults:
                body = None
            raise self.errors.error(answer.status, body, self._clean)
        if answer.status >= 300:
            raise exception.StorageBackendException(f"HTTP status {answer.status}, a redirect")
        body = answer.json() if answer.content else None
        if self.errors.is_error(body):
            raise self.errors.error(answer.status, body, self._clean)
        return body

    def _clean(self, text: str) -> str:
        """The vendor's text without what must not be repeated."""
        for secret in (self._token, _decoded(self._rest.rest_password)):
            text = text.replace(secret, "***") if secret else text
        return text

    def _token_other_than(self, stale: str | None) -> str:
        """A token, by a new sign-in only if nobody else has done that since 'stale'."""
        # Who waits here waits for another thread's sign-in.
        if not self._lock.acquire(timeout=deadline.bounded(2 * self.sign_in_limits.whole)):
            raise exception.ConnectTimeout
        try:
            if self._closed:
                raise exception.StorageBackendException("the connection has been closed")
            if self._token is None or self._token == stale:
                self._token = self._new_token()
            return self._token
        finally:
            self._lock.release()

    def _account_refused(self) -> exception.InvalidUsernameOrPassword:
        """To be raised; nobody sends it again until 'reset'."""
        with self._lock:
            self._refused, self._token = True, None
            self.refusals += 1
        return exception.InvalidUsernameOrPassword()

    def _new_token(self) -> str:
        if self._refused:
            raise exception.InvalidUsernameOrPassword
        self._token = None
        if self._rest.session is None:
            self._rest.init_http_head()
        self._rest.session.cookies.clear()
        try:
            token = self.log_in(self._rest.rest_username, _decoded(self._rest.rest_password))
        except (exception.InvalidUsernameOrPassword, exception.NotAuthorized) as error:
            self._refused = True
            raise exception.InvalidUsernameOrPassword from error
        except MALFORMED as error:
            raise exception.InvalidResults("the array gave no token") from error
        if not token:
            raise exception.InvalidResults("the array gave no token")
        return token

    def _end_session(self) -> None:
        if self._token is not None:
            try:
                self.log_out()
            except (exception.DelfinException, NotImplementedError) as error:
                LOG.debug("The array keeps the session until it expires: %s", error)
            self._token = None
        self._rest.close()


def basic(username: str, password: str) -> dict[str, str]:
    """The header of HTTP basic authentication."""
    pair = base64.b64encode(f"{username}:{password}".encode()).decode()
    return {"Authorization": f"Basic {pair}"}


def _decoded(password: str) -> str:
    return cryptor.decode(password)
