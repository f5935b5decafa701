"""Hosts of an array beside that of its access info: `address[:port] key` in its extra attributes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from delfin.testing.recording.standins import HOST_KEY, OTHER_HOST

Address = tuple[str, int]

_PORT = 22
_PLACE = re.compile(
    r"(?<![\w.:\[\]-])(?P<host>[\w.-]+|\[[0-9a-fA-F:.]+\])(?::(?P<port>\d+))?\s+"
    r"(?:SHA256:[\w+/=]+|(?:ssh|ecdsa)-[^;]+)"
)
_STAND_IN = re.compile(OTHER_HOST.format(r"\d+").replace(".", r"\."))


def others(extra: Mapping[str, Any]) -> dict[Address, str]:
    """The stand-in of each such host, by its address."""
    found: dict[Address, str] = {}
    for value in extra.values():
        for place in _PLACE.finditer(str(value)):
            found.setdefault(_address(place), OTHER_HOST.format(len(found) + 2))
    return found


def hidden(extra: Mapping[str, Any]) -> dict[str, str]:
    """The extra attributes with stand-ins for hosts and keys."""
    known = others(extra)
    return {
        name: _PLACE.sub(lambda place: f"{known[_address(place)]} {HOST_KEY}", str(value))
        for name, value in extra.items()
    }


def named(extra: Mapping[str, str]) -> list[str]:
    """The stand-ins in recorded extra attributes."""
    return list(dict.fromkeys(_STAND_IN.findall("\n".join(extra.values()))))


def shown(extra: Mapping[str, str], places: Mapping[str, str]) -> dict[str, str]:
    """Recorded extra attributes with `address:port key` in place of each stand-in."""
    return {
        name: re.sub(rf"({_STAND_IN.pattern}) {re.escape(HOST_KEY)}", lambda m: places[m[1]], value)
        for name, value in extra.items()
    }


def _address(place: re.Match[str]) -> Address:
    return place["host"].strip("[]").lower(), int(place["port"] or _PORT)
