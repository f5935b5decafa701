"""HTTPS conversation with an array, for drivers that subclass or hold a `RestClient`."""

from __future__ import annotations

import json
from typing import Any

import requests
from requests import exceptions
from urllib3.exceptions import LocationParseError

from delfin import exception, ssl_utils
from delfin.common import deadline
from delfin.drivers.utils.response_size import read_within_limit

SOCKET_TIMEOUT = 10

_METHODS = frozenset({"GET", "POST", "PUT", "DELETE"})

# The first row whose class and words fit decides.
_ERRORS: tuple[tuple[type[Exception], str, type[exception.DelfinException]], ...] = (
    (exceptions.ConnectTimeout, "", exception.InvalidIpOrPort),
    (exceptions.ReadTimeout, "", exception.StorageBackendException),
    (exceptions.SSLError, "certificate verify failed", exception.SSLCertificateFailed),
    (exceptions.SSLError, "Fingerprints did not match", exception.SSLCertificateFailed),
    (exceptions.SSLError, "", exception.SSLHandshakeFailed),
    (exceptions.InvalidURL, "", exception.InvalidIpOrPort),
    (LocationParseError, "", exception.InvalidIpOrPort),
    (Exception, "WSAETIMEDOUT", exception.ConnectTimeout),
    (Exception, "Failed to establish a new connection", exception.InvalidIpOrPort),
    # What urllib3 2 says, in place of the line above, of a name that does not resolve.
    (Exception, "Failed to resolve", exception.InvalidIpOrPort),
    (Exception, "Read timed out", exception.StorageBackendException),
    (Exception, "", exception.BadResponse),
)


class RestClient:
    """One `requests` session with an array; `rest_password` stays cipher text.

    `init_http_head` opens the session, `do_call` uses it, `close` ends it.
    """

    def __init__(self, **kwargs: Any) -> None:
        rest = kwargs.get("rest")
        if rest is None:
            raise exception.InvalidInput("rest access info is missing")
        self.rest_host = rest.get("host")
        self.rest_port = rest.get("port")
        self.rest_username = rest.get("username")
        self.rest_password = rest.get("password")
        self.san_address = f"https://{self.rest_host}:{self.rest_port}"
        self.session: Any = None
        self.device_id: Any = None
        self.verify = kwargs.get("verify", False)
        self.rest_auth_token: Any = None

    def init_http_head(self) -> None:
        """Replace the session by a fresh one without cookies or authentication."""
        self.close()
        session = requests.Session()
        session.headers.update(
            {
                "Connection": "keep-alive",
                "Accept": "application/json",
                "Content-Type": "application/json",
            }
        )
        session.verify = self.verify
        session.trust_env = False
        session.hooks["response"].append(read_within_limit)
        session.mount("https://", ssl_utils.get_host_name_ignore_adapter())
        self.session = session

    def close(self) -> None:
        """Drop the connections; the array is not told."""
        if self.session is not None:
            self.session.close()
            self.session = None

    def do_call(
        self, url: str, data: Any, method: str, calltimeout: float = SOCKET_TIMEOUT
    ) -> requests.Response:
        """Send `data` as JSON; the answer is returned whatever its HTTP status.

        `url` is a path on the array unless it contains `http`; `calltimeout` is in seconds.
        Raises InvalidResults for an answer larger than `[storage_driver] response_limit`.
        """
        if "http" not in url:
            url = self.san_address + url
        if method not in _METHODS:
            raise exception.StorageBackendException(f"HTTP method {method} is not supported")
        body = json.dumps(data) if data else None
        if self.session is None:
            self.init_http_head()
        try:
            response: requests.Response = getattr(self.session, method.lower())(
                url, data=body, timeout=deadline.bounded(calltimeout)
            )
        except exception.DelfinException:
            raise
        except Exception as error:  # noqa: BLE001 - drivers know only the classes of the table
            raise translated(error) from error
        return response


def translated(error: Exception) -> exception.DelfinException:
    """The SDK's error for one that was raised while a request was under way."""
    text = str(error)
    made = next(made for kind, words, made in _ERRORS if isinstance(error, kind) and words in text)
    return made(text) if made is exception.StorageBackendException else made()
