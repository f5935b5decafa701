"""Alarms of a simulated OceanStor: current ones until somebody clears them, and its history."""

from __future__ import annotations

from delfin.testing.simulated.oceanstor.parts import Item

HOUR_MS = 3_600_000
UNRECOVERED, CLEARED, RECOVERED = 1, 2, 4

# event, level, name, description, location, what to do
_TEMPLATES = (
    (0x45001268, 6, "Controller &#40;CTE0.A&#41; Is Offline", "It left.", "CTE0.A", "Call support"),
    (0x45001269, 5, "Disk Is About To Fail", "Sectors were remapped.", "DAE000.7", "Replace it"),
    (0xF00A0001, 3, "Pool Is Filling Up", "It is over 80 % full.", "StoragePool001", "Add disks"),
    (
        0xF00C8002,
        5,
        "FC Port Link Is Down",
        "The cable is out.",
        "CTE0.B &#40;P1&#41;",
        "Plug it in",
    ),
    (0xF0191000, 2, "License Ends Soon", "In 30 days.", "Storage System", "Renew it"),
)


class Events:
    """Numbered from 1, the newest last; one an hour up to the start of the array."""

    def __init__(self, current: int, recovered: int, started_ms: int) -> None:
        count = current + recovered
        self._all = [_event(n, count, started_ms) for n in range(1, count + 1)]
        for event in self._all[:recovered]:
            event.update(alarmStatus=RECOVERED, recoverTime=event["startTime"] + 600)

    def current(self) -> list[Item]:
        return [event for event in self._all if event["alarmStatus"] == UNRECOVERED]

    def history(self) -> list[Item]:
        return list(self._all)

    def clear(self, number: int, now_ms: int) -> bool:
        """Whether there was such an alarm, and it was not over."""
        for event in self.current():
            if event["sequence"] == number:
                event.update(alarmStatus=CLEARED, clearTime=now_ms // 1000, clearName="admin")
                return True
        return False


def _event(number: int, count: int, started_ms: int) -> Item:
    event, level, name, text, location, advice = _TEMPLATES[(number - 1) % len(_TEMPLATES)]
    return {
        "sequence": number,
        "eventID": event,
        "strEventID": f"0x{event:X}",
        "level": level,
        "name": name,
        "description": text,
        "suggestion": advice,
        "location": location,
        "startTime": (started_ms - (count - number + 1) * HOUR_MS) // 1000,
        "recoverTime": 0,
        "clearTime": 0,
        "clearName": "",
        "confirmTime": 0,
        "alarmStatus": UNRECOVERED,
        "type": 1,
        "sourceType": "Storage",
        "detail": "",
    }
