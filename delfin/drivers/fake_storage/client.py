"""HTTPS conversation with a fake array: sign in, fetch pages, sign out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from delfin import exception
from delfin.drivers.kit.errors import ErrorTable
from delfin.drivers.kit.exchange import Limits
from delfin.drivers.kit.paging import OffsetLimit
from delfin.drivers.kit.rest import RestSession

PAGE = 1000
MOST_PAGES = 10_000
TIMEOUT = 30.0


class Client(RestSession):
    """One session for all threads that call."""

    root = "/api/v1"
    errors = ErrorTable(
        {
            "AUTH_FAILED": exception.InvalidUsernameOrPassword,
            "TOKEN_INVALID": exception.NotAuthorized,
            "SESSION_LIMIT": exception.StorageMaxUserCountException,
            "UNSUPPORTED": NotImplementedError,
            "BAD_SIZE": lambda text: exception.InvalidInput(f"extra_attributes: {text}"),
            "NOT_FOUND": exception.ComponentNotFound,
        }
    )

    def __init__(self, **access: Any) -> None:
        super().__init__(**access)
        self._array = {k: str(v) for k, v in (access.get("extra_attributes") or {}).items()}

    def log_in(self, username: str, password: str) -> str:
        credentials = {"user": username, "password": password, "array": self._array}
        return str((self.ask("POST", "/sessions", credentials) or {}).get("token") or "")

    def log_out(self) -> None:
        self.ask("DELETE", "/sessions/current")

    def get(self, path: str) -> dict[str, Any]:
        """One JSON object."""
        return self.get_object(path, Limits(wait=TIMEOUT))

    def items(self, collection: str, query: str = "") -> Iterator[dict[str, Any]]:
        """Every item of a collection; 'query' has its further parameters."""
        pages = OffsetLimit(size=PAGE, most=MOST_PAGES)
        return pages.walk(self.get, f"/{collection}?{query}" if query else f"/{collection}")
