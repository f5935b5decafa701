"""What went wrong on a fake array: events that stay until somebody clears them."""

from __future__ import annotations

from delfin.testing.simulated.fake_storage.parts import Item

HOUR_MS = 3_600_000

# code, name, grade, what happened, kind and place, what to do
_TEMPLATES = (
    ("0x1001", "Drive is failing", 2, "A drive reports reallocated sectors", "disk", "Replace it"),
    ("0x1002", "Pool is filling up", 3, "A pool is over 80 % full", "pool", "Add drives"),
    ("0x2001", "Port link is down", 3, "A host port lost its link", "port", "Check the cable"),
    ("0x2002", "Controller restarted", 1, "A controller restarted by itself", "controller", ""),
    ("0x3001", "Fan is slow", 4, "A fan turns slower than asked", "controller", "Replace it"),
    ("0x4001", "License ends soon", 5, "The licence for replication ends", "array", "Renew it"),
)


class Events:
    """Numbered from 1, the newest last; one an hour up to the start of the array."""

    def __init__(self, count: int, started_ms: int) -> None:
        self._present = {n: _event(n, count, started_ms) for n in range(1, count + 1)}

    def between(self, begin_ms: int | None, end_ms: int | None) -> list[Item]:
        """The events raised in the closed interval; a bound of None is open."""
        return [
            event
            for event in tuple(self._present.values())
            if (begin_ms is None or event["raised_ms"] >= begin_ms)
            and (end_ms is None or event["raised_ms"] <= end_ms)
        ]

    def clear(self, number: int) -> bool:
        """Whether there was such an event."""
        return self._present.pop(number, None) is not None


def _event(number: int, count: int, started_ms: int) -> Item:
    code, name, grade, text, component, advice = _TEMPLATES[(number - 1) % len(_TEMPLATES)]
    return {
        "number": number,
        "code": code,
        "name": name,
        "grade": grade,
        "group": "FAULT",
        "text": text,
        "component": component,
        "place": f"{component} {number % 4}",
        "advice": advice,
        "raised_ms": started_ms - (count - number + 1) * HOUR_MS,
    }
