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

# What stands for an amount that the array does not tell: "--" and -1 (checks), and -1 of 64 bits
# (POSH). 2**32 - 1 is none: the library of checks knows it of other fields, and it is the number
# of sectors of a LUN of nearly 2 TiB.
NOT_TOLD: tuple[str | int, ...] = ("--", "-1", str(2**64 - 1), -1, 2**64 - 1)
_NOTHING = frozenset({None, "", *NOT_TOLD})
# Whatever a LUN or a file system exposes, which is what its own SECTORSIZE tells (library of
# checks; CSM, collector_parse_func.go; LunMO.java of Huawei's com.huawei.ism.openapi). POSH
# multiplies by it, and is alone with that.
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
    """The sum of capacities in sectors of 512 bytes, as bytes; None when none of them is told."""
    return Calc(lambda record: _bytes(record, names, _SECTOR))


def own_sectors(*names: str) -> Calc:
    """The same in sectors of the size that the record tells: of the system, and of disks (checks)."""

    def of(record: Record) -> int | None:
        size = _amount(record, "SECTORSIZE")
        return _bytes(record, names, size or _SECTOR)

    return Calc(of)


def _bytes(record: Record, names: tuple[str, ...], size: int) -> int | None:
    told = [found for name in names if (found := _amount(record, name)) is not None]
    return sum(told) * size if told else None


def _amount(record: Record, name: str) -> int | None:
    told = record.get(name)
    return None if told in _NOTHING else int(number(told))


def either(
    *names: str, via: Callable[[Any], Any] = str, absent: tuple[str | int, ...] = ("--",)
) -> Calc:
    """The first of these members that says something: names differ between releases."""
    nothing = {None, "", *absent}

    def of(record: Record) -> Any:
        told = next((record[n] for n in names if record.get(n) not in nothing), None)
        return None if told is None else via(told)

    return Calc(of)
