"""The REST interface of fake arrays: paths, error codes and pages.

| Request | Answer |
|---|---|
| POST /api/v1/sessions | 201 {"token", "serial"}; the body is {"user", "password", "array"} |
| DELETE /api/v1/sessions/current | 204 |
| GET /api/v1/system | the array, with its clock |
| GET /api/v1/<collection>?offset&limit | {"total", "offset", "items"} |
| GET /api/v1/events?begin_ms&end_ms&offset&limit | the same |
| DELETE /api/v1/events/<number> | 204 |
| GET /api/v1/statistics/<collection or system>?begin_ms&end_ms&offset&limit | the same |
| the last five with /api/v1/arrays/<serial> in front | the same of another array, as a manager |

Requests after the first carry the token in X-Auth-Token. Errors are
{"error": {"code", "message"}}. "array" holds sizes and "serial", all texts: one simulator
plays as many arrays as it is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from delfin.testing.simulated.faults import EMPTY_LIST, SHORT_LIST
from delfin.testing.simulated.server import Answer, Request

ROOT = "/api/v1"
TOKEN = "x-auth-token"  # noqa: S105 - a header's name
LARGEST_PAGE = 1000

_STATUS = {
    "BAD_REQUEST": 400,
    "BAD_SIZE": 400,
    "AUTH_FAILED": 401,
    "TOKEN_INVALID": 401,
    "NOT_FOUND": 404,
    "UNSUPPORTED": 501,
    "SESSION_LIMIT": 503,
}


class Refusal(Exception):  # noqa: N818 - an answer, not a mishap
    """Ends the request with an error answer."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.answer = Answer(_STATUS[code], {"error": {"code": code, "message": message}})


def words(request: Request) -> list[str]:
    """The parts of the path behind the root; raises Refusal for a foreign path."""
    root, _, rest = request.path.partition(ROOT + "/")
    if root or not rest:
        raise Refusal("NOT_FOUND", "no such path")
    return rest.split("/")


def apart(path: list[str]) -> tuple[str | None, list[str]]:
    """The serial number that a path begins with, where it goes to an array of a manager."""
    match path:
        case ["arrays", serial, *rest] if serial and rest:
            return serial[:64], rest
    return None, path


def number(query: Mapping[str, str], name: str, default: int | None = None) -> int | None:
    """A whole number of the query; raises Refusal."""
    text = query.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdecimal()) or len(text) > 18:
        raise Refusal("BAD_REQUEST", f"{name}: want a whole number")
    return int(text)


def window(query: Mapping[str, str]) -> tuple[int, int]:
    """Offset and limit; the limit is never above the largest page."""
    offset, limit = number(query, "offset", 0), number(query, "limit", LARGEST_PAGE)
    return offset or 0, min(limit or 1, LARGEST_PAGE)


def reach(total: int, fault: str | None) -> tuple[int, int]:
    """How many rows a listing announces and how many it delivers, with the fault ordered."""
    if fault == EMPTY_LIST:
        return 0, 0
    return total, total // 2 if fault == SHORT_LIST else total


def page(total: int, offset: int, items: list[Any]) -> Answer:
    return Answer(200, {"total": total, "offset": offset, "items": items})
