"""Words and units that an OceanStor uses for many things: for the field maps beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from delfin.common import constants as c
from delfin.drivers.kit.convert import number
from delfin.drivers.kit.mapping import Calc, Get, Record

# RUNNINGSTATUS (CSM, storage_const.go).
ONLINE, OFFLINE = "27", "28"
LINK_UP, LINK_DOWN = "10", "11"
# HEALTHSTATUS, one enumeration for all kinds of things (library of checks, which has those of the
# references of 6.1.0 and V700R001C10; CSM, storage_const.go, agrees, and has numbers that only the
# MIB has; 5 of a pool: StoragePoolHealthStatus.java of open-eBackup, too).
NORMAL, FAULT, ABOUT_TO_FAIL, INCONSISTENT, INVALID = "1", "2", "3", "9", "14"
SINGLE_LINK, HOST_OFFLINE = "17", "18"
_PARTLY_DAMAGED, _DEGRADED, _BIT_ERRORS, _LOW_BATTERY, _WRITE_PROTECTED = "4", "5", "7", "12", "15"

_UNKNOWN_HEALTH = frozenset({"", "0", "--"})
_ILL = (FAULT, INVALID)
# It still serves, but less well.
_REDUCED = (
    ABOUT_TO_FAIL,
    INCONSISTENT,
    SINGLE_LINK,
    _PARTLY_DAMAGED,
    _DEGRADED,
    _BIT_ERRORS,
    _LOW_BATTERY,
    _WRITE_PROTECTED,
)

# What stands for an amount that the array does not tell: "--" and -1 (checks), and -1 of 64 bits
# (POSH). 2**32 - 1 is none: the library of checks knows it of other fields, and it is the number
# of sectors of a LUN of nearly 2 TiB.
NOT_TOLD: tuple[str | int, ...] = ("--", "-1", str(2**64 - 1), -1, 2**64 - 1)
_NOTHING = frozenset({None, "", *NOT_TOLD})
# Whatever a LUN or a file system exposes, which is what its own SECTORSIZE tells (library of
# checks; CSM, collector_parse_func.go; LunMO.java of Huawei's com.huawei.ism.openapi). POSH
# multiplies by it, and is alone with that.
_SECTOR = 512


def word(path: str, words: Mapping[str, str], default: str | None = None) -> Get:
    """A number in our words; the array may tell it as text or as a number."""
    return Get(path, {**words, **{int(one): ours for one, ours in words.items()}}, default=default)


def health(words: Mapping[str, str], ill: str) -> Calc:
    """Health in our words; any other is ill, but one that is not told is unknown (None)."""

    def of(record: Record) -> str | None:
        told = record.get("HEALTHSTATUS")
        if told is None or str(told) in _UNKNOWN_HEALTH:
            return None
        return words.get(str(told), ill)

    return Calc(of)


def state(
    words: type[c.StorageStatus | c.StoragePoolStatus | c.ControllerStatus], ill: str
) -> Calc:
    """Health in our words, unless the thing is off line; unknown where it is not in the table."""
    known = {NORMAL: words.NORMAL, **dict.fromkeys(_REDUCED, words.DEGRADED)}
    known |= dict.fromkeys(_ILL, ill)

    def of(record: Record) -> str:
        if is_offline(record):
            return words.OFFLINE
        return known.get(str(record.get("HEALTHSTATUS")), words.UNKNOWN)

    return Calc(of)


def state_or_ill(words: Mapping[str, str], offline: str, ill: str) -> Calc:
    """As 'health', unless the thing is off line."""
    well = health(words, ill).function
    return Calc(lambda r: offline if is_offline(r) else well(r))


def is_offline(record: Record) -> bool:
    return str(record.get("RUNNINGSTATUS")) == OFFLINE


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
