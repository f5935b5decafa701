"""The REST interface of simulated OceanStor arrays: paths, envelope, error codes, ranges.

| Request below /deviceManager/rest | Answer's `data` |
|---|---|
| POST /<anything>/sessions | `deviceid`, `iBaseToken`, `accountstate`; the answer sets a cookie |
| DELETE /<device>/sessions | {} |
| GET /<device>/system/, /system_utc_time | the array, its clock |
| GET /<device>/<collection>?range=[a-b] | rows; no `data` when there are none; PortRanges |
| GET /<device>/<collection>/count, of a group with the query of the next line | `COUNT` |
| GET /<device>/<collection>/associate...?TYPE&ASSOCIATEOBJTYPE&ASSOCIATEOBJID | the same |
| GET /<device>/alarm/currentalarm, /alarm/historyalarm, with `filter` | the same |
| DELETE /<device>/alarm/currentalarm?sequence=n | {} |
| POST /<device>/performance_data | the last samples of a type |
| GET /<device>/performa[n]ce_statistic/cur_statistic_data?CMO_STATISTIC_UUID=type:id&... | of one object |

Everything is answered with status 200; `error.code` tells. The codes are those that the driver's
client names, with their sources; NO_SUCH_ALARM is in none of them and made up. An unknown path is a
404, or refused with NOT_SUPPORTED.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from delfin.testing.simulated.faults import EMPTY_LIST, SHORT_LIST
from delfin.testing.simulated.server import Answer

ROOT = "/deviceManager/rest"
TOKEN = "ibasetoken"  # noqa: S105 - a header's name
COOKIE = "session"
LARGEST_PAGE = 100
# Listings of ports: an array may know ranges there or not (see the driver's ranges.py).
PORTS = frozenset({"fc_port", "eth_port", "sas_port", "bond_port", "lif"})

NOT_SIGNED_IN = -401
USER_OFFLINE = 1077949069
WRONG_PASSWORD = 1077987870
WRONG_PASSWORD_V5 = 1077949061
BUSY = 1077949006
WRONG_PARAMETER = 50331651
NOT_SUPPORTED = 1077949002
NO_SUCH_OBJECT = 1077948996
SESSION_LIMIT = 1077949067
NO_SUCH_ALARM = 1077999002
# What is said of a thing that somebody has removed.
GONE: Mapping[str, int] = {
    "hostgroup": 1077937500,
    "lungroup": 1077936861,
    "portgroup": NO_SUCH_OBJECT,
    "mappingview": 1077951819,
    "filesystem": 1073752065,
    "lun": 1077936859,
}

_TEXTS = {
    NOT_SIGNED_IN: "This operation fails to be performed because of the unauthorized REST.",
    USER_OFFLINE: "The user is offline.",
    WRONG_PASSWORD: "The user name or password is incorrect.",
    WRONG_PASSWORD_V5: "The User name or PassWord is incorrect.",
    BUSY: "The system is busy.",
    WRONG_PARAMETER: "An error occurs to the parameter.",
    NOT_SUPPORTED: "The operation is not supported.",
    NO_SUCH_OBJECT: "The object does not exist.",
    SESSION_LIMIT: "The number of online users has reached the upper limit.",
    NO_SUCH_ALARM: "The alarm does not exist.",
    **dict.fromkeys(GONE.values(), "The object does not exist."),
}
_RANGE = re.compile(r"\[(\d{1,9})-(\d{1,9})\]")
_SPAN = re.compile(r"startTime:\[(\d{1,16}),(\d{1,16})\]")
_SEQUENCE = re.compile(r"sequence::(\d{1,12})")


class PortRanges(StrEnum):
    """What an array does with the range that a listing of ports is asked for."""

    KNOWN = "known"
    IGNORED = "ignored"
    REFUSED = "refused"


class Refusal(Exception):  # noqa: N818 - an answer, not a mishap
    """Ends the request with an error code."""

    def __init__(self, code: int) -> None:
        super().__init__(f"{code}: {_TEXTS[code]}")
        self.answer = Answer(
            200, {"data": {}, "error": {"code": code, "description": _TEXTS[code]}}
        )


class NoSuchPath(Exception):  # noqa: N818 - an answer, not a mishap
    """The array does not have this interface."""


def good(data: Any, headers: Mapping[str, str] | None = None) -> Answer:
    body: dict[str, Any] = {"error": {"code": 0, "description": "0"}}
    if data is not None:
        body["data"] = data
    return Answer(200, body, headers or {})


def window(query: Mapping[str, str]) -> tuple[int, int]:
    """The first row wanted and how many; raises Refusal for a range that is none."""
    told = query.get("range")
    if told is None:
        return 0, LARGEST_PAGE
    found = _RANGE.fullmatch(told)
    if found is None or int(found[2]) < int(found[1]):
        raise Refusal(WRONG_PARAMETER)
    start, end = int(found[1]), int(found[2])
    return start, min(end - start, LARGEST_PAGE)


def wanted(query: Mapping[str, str]) -> Callable[[Mapping[str, Any]], bool]:
    """Which alarms pass the filter: all, one, or those of a time; raises Refusal for others."""
    told = query.get("filter")
    if told is None:
        return lambda _: True
    if found := _SPAN.fullmatch(told):
        first, last = int(found[1]), int(found[2])
        return lambda alarm: bool(first <= alarm["startTime"] <= last)
    if found := _SEQUENCE.fullmatch(told):
        sequence = int(found[1])
        return lambda alarm: bool(alarm["sequence"] == sequence)
    raise Refusal(WRONG_PARAMETER)


def number(query: Mapping[str, str], name: str) -> int:
    """A whole number of the query; raises Refusal."""
    text = query.get(name, "")
    if not (text.isascii() and text.isdecimal()) or len(text) > 9:
        raise Refusal(WRONG_PARAMETER)
    return int(text)


def reach(total: int, fault: str | None) -> int:
    """How many rows a listing delivers, with the fault ordered; `count` tells all of them."""
    if fault == EMPTY_LIST:
        return 0
    return total // 2 if fault == SHORT_LIST else total
