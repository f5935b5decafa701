"""Words and units that an OceanStor uses for many things: for the field maps beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from delfin.drivers.kit.convert import number
from delfin.drivers.kit.mapping import Calc, Record

# RUNNINGSTATUS (CSM, storage_maps.go).
ONLINE, OFFLINE = "27", "28"
LINK_UP, LINK_DOWN = "10", "11"
# HEALTHSTATUS (CSM, storage_maps.go; 17 of a disk and 18 of a host: REST V5 through checks, POSH).
NORMAL, FAULT, ABOUT_TO_FAIL, INCONSISTENT, WRITE_PROTECTED = "1", "2", "3", "9", "15"
SINGLE_LINK, HOST_OFFLINE = "17", "18"

_UNKNOWN_HEALTH = frozenset({"", "0", "--"})
_SECTOR = 512


def health(words: Mapping[str, str], ill: str) -> Calc:
    """Health in our words; any other is ill, but one that is not told is unknown (None)."""

    def of(record: Record) -> str | None:
        told = record.get("HEALTHSTATUS")
        if told is None or str(told) in _UNKNOWN_HEALTH:
            return None
        return words.get(str(told), ill)

    return Calc(of)


def state(words: Mapping[str, str], offline: str, unknown: str) -> Calc:
    """Health in our words, unless the thing is off line."""

    def of(record: Record) -> str:
        if record.get("RUNNINGSTATUS") == OFFLINE:
            return offline
        return words.get(str(record.get("HEALTHSTATUS")), unknown)

    return Calc(of)


def state_or_ill(words: Mapping[str, str], offline: str, ill: str) -> Calc:
    """As 'health', unless the thing is off line."""
    well = health(words, ill).function
    return Calc(lambda r: offline if r.get("RUNNINGSTATUS") == OFFLINE else well(r))


def sectors(*names: str) -> Calc:
    """The sum of capacities in sectors, as bytes; None when the array tells none of them.

    A sector is 512 bytes where the record has no SECTORSIZE: pools, file systems (CSI) and the
    system, whose member disks add up only so (checks).
    """

    def of(record: Record) -> int | None:
        told = [record[name] for name in names if record.get(name) not in {None, "", "-1"}]
        size = int(record.get("SECTORSIZE") or _SECTOR)
        return sum(int(number(one)) * size for one in told) if told else None

    return Calc(of)


def either(*names: str, via: Callable[[Any], Any] = str, absent: tuple[str, ...] = ("--",)) -> Calc:
    """The first of these members that says something: names differ between releases."""
    nothing = {None, "", *absent}

    def of(record: Record) -> Any:
        told = next((record[n] for n in names if record.get(n) not in nothing), None)
        return None if told is None else via(told)

    return Calc(of)
