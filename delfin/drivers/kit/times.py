"""From a vendor's notation of time to epoch milliseconds: converters for `Get`, with samples."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from delfin.drivers.kit.convert import number

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def iso_ms(value: Any) -> int:
    """ISO 8601 with its zone.

    >>> iso_ms("2024-05-01T10:00:00Z"), iso_ms("2024-05-01T12:00:00.250+02:00")
    (1714557600000, 1714557600250)
    >>> iso_ms("2024-05-01T10:00:00")
    Traceback (most recent call last):
    ValueError: a time without a zone
    """
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    return _ms(moment)


def iso_ms_in(zone: str | tzinfo) -> Callable[[Any], int]:
    """ISO 8601; a time that names no zone is of this one.

    >>> iso_ms_in("UTC")("2024-05-01 10:00:00"), iso_ms_in("Asia/Tokyo")("2024-05-01T19:00:00")
    (1714557600000, 1714557600000)
    """
    home = _zone(zone)

    def read(value: Any) -> int:
        moment = datetime.fromisoformat(value)
        return _ms(moment if moment.tzinfo else moment.replace(tzinfo=home))

    return read


def time_ms(pattern: str, zone: str | tzinfo = UTC) -> Callable[[Any], int]:
    """A time in a pattern of strptime; where the pattern has no zone, it is a time of this one.

    An hour that a clock shows twice, when summer ends, is taken as the first. Months by name are
    those of the C locale, which services run in.

    >>> time_ms("%d/%m/%Y %H:%M:%S", "Europe/Berlin")("01/05/2024 12:00:00")
    1714557600000
    >>> time_ms("%b %d %H:%M:%S %Y %z")("May 01 12:00:00 2024 +0200")
    1714557600000
    """
    home = _zone(zone)

    def read(value: Any) -> int:
        moment = datetime.strptime(str(value).strip(), pattern)  # noqa: DTZ007 - the next line
        return _ms(moment if moment.tzinfo else moment.replace(tzinfo=home))

    return read


def epoch_seconds(value: Any) -> int:
    """Seconds since 1970.

    >>> epoch_seconds(1714557600), epoch_seconds("1714557600.25")
    (1714557600000, 1714557600250)
    """
    return int(number(value) * 1000)


def epoch_ms(value: Any) -> int:
    """Milliseconds since 1970.

    >>> epoch_ms("1714557600000"), epoch_ms(1714557600000.0)
    (1714557600000, 1714557600000)
    """
    return int(number(value))


def snmp_date(value: Any) -> int:
    r"""SNMP's DateAndTime, as traps bring it: 8 or 11 octets as Latin-1 text, or in hex.

    Without the three octets of the zone it is taken as UTC.

    >>> snmp_date("0x07e805010a000005"), snmp_date("07 E8 05 01 0C 00 00 05 2B 02 00")
    (1714557600500, 1714557600500)
    >>> snmp_date("\x07\xe8\x05\x01\x0a\x00\x00\x05")
    1714557600500
    """
    raw = value.encode("latin-1")
    if len(raw) not in {8, 11}:
        raw = bytes.fromhex(value.removeprefix("0x"))
    if len(raw) not in {8, 11}:
        raise ValueError("neither 8 nor 11 octets")
    year, (month, day, hour, minute, second, tenths) = raw[0] * 256 + raw[1], raw[2:8]
    zone = timedelta(0)
    if len(raw) == 11:
        zone = timedelta(hours=raw[9], minutes=raw[10]) * (-1 if raw[8:9] == b"-" else 1)
    moment = datetime(year, month, day, hour, minute, second, tenths * 100_000, timezone(zone))
    return _ms(moment)


def _zone(zone: str | tzinfo) -> tzinfo:
    return ZoneInfo(zone) if isinstance(zone, str) else zone


def _ms(moment: datetime) -> int:
    return (moment - _EPOCH) // _MILLISECOND
