"""From a vendor's notation to delfin's: converters for `Get`, each with samples that a test runs.

A converter raises ValueError or TypeError for what it cannot read, and the map makes an error of
it that names the field. None of them guesses: 'N/A' is for `Get(absent=...)`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

Converter = Callable[[Any], Any]

_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4, "p": 5, "e": 6}
_SIZE = re.compile(r"([-+]?[\d.,]+)\s*(?:([kmgtpe]?)(i?)(?:b|bytes?)?)", re.IGNORECASE)
_RATE = re.compile(r"([\d.]+)\s*([kmgt]?)\s*(?:b|be|bit|bps|b/s|bit/s|fc)?", re.IGNORECASE)
_MOST_DIGITS = 40
_THOUSANDS = re.compile(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?")
_TRUE = frozenset({"true", "yes", "on", "1", "enabled", "enable", "y", "t"})
_FALSE = frozenset({"false", "no", "off", "0", "disabled", "disable", "n", "f"})
_HEX = re.compile(r"[0-9a-f]{16}(?:[0-9a-f]{16})?")


@dataclass(frozen=True)
class Scaled:
    """Whole units, as a number or text, times a factor; parts of a unit are rounded.

    >>> Scaled(512)(2), Scaled(512)("2"), Scaled(2**20)("0.5"), Scaled(1024)("1,024")
    (1024, 1024, 524288, 1048576)
    """

    factor: int

    def __call__(self, value: Any) -> int:
        return round(number(value) * self.factor)


kib, mib, gib, tib = (Scaled(1024**power) for power in (1, 2, 3, 4))
kilobytes, megabytes, gigabytes, terabytes = (Scaled(1000**power) for power in (1, 2, 3, 4))
blocks = Scaled(512)
megabits, gigabits = Scaled(10**6), Scaled(10**9)


def whole(value: Any) -> int:
    """A count; a number with a fraction is an error.

    >>> whole("1,234"), whole(7), whole(7.0), whole(" 8 ")
    (1234, 7, 7, 8)
    >>> whole("7.5")
    Traceback (most recent call last):
    ValueError: not a whole number
    >>> whole("7,5")
    Traceback (most recent call last):
    ValueError: not a number
    """
    found = number(value)
    if found != int(found):
        raise ValueError("not a whole number")
    return int(found)


def binary_size(value: Any) -> int:
    """Bytes of a text with its unit, for a vendor whose GB is 2**30; without unit, bytes.

    >>> binary_size("1.5GB"), binary_size("10 MiB"), binary_size("512"), binary_size("2t")
    (1610612736, 10485760, 512, 2199023255552)
    """
    return _size(value, 1024)


def decimal_size(value: Any) -> int:
    """The same for a vendor whose GB is 10**9; GiB is 2**30 all the same.

    >>> decimal_size("1.5GB"), decimal_size("1 GiB"), decimal_size("1,200.5 kB")
    (1500000000, 1073741824, 1200500)
    """
    return _size(value, 1000)


def bit_rate(value: Any) -> int:
    """Bits a second of a link speed.

    >>> bit_rate("16Gb"), bit_rate("8 Gbps"), bit_rate("10GbE"), bit_rate("100 Mbit/s")
    (16000000000, 8000000000, 10000000000, 100000000)
    >>> bit_rate("1000000000"), bit_rate("32 G FC"), bit_rate("12.5 Gb/s")
    (1000000000, 32000000000, 12500000000)
    """
    found = _RATE.fullmatch(str(value).strip())
    if found is None:
        raise ValueError("not a link speed")
    return int(number(found[1]) * 1000 ** _POWERS[found[2].lower()])


def percent(value: Any) -> float:
    """A percentage with or without its sign.

    >>> percent("85%"), percent("12.5 %"), percent(40), percent("0")
    (85.0, 12.5, 40.0, 0.0)
    """
    text = value.strip().removesuffix("%") if isinstance(value, str) else value
    return float(number(text))


def ratio(value: Any) -> float:
    """A percentage of a part of one.

    >>> ratio(0.25), ratio("1")
    (25.0, 100.0)
    """
    return float(number(value) * 100)


def flag(value: Any) -> bool:
    """Yes or no in the words that arrays use.

    >>> flag("Yes"), flag("disabled"), flag(True), flag(0), flag(" ON ")
    (True, False, True, False, True)
    >>> flag("maybe")
    Traceback (most recent call last):
    ValueError: neither yes nor no
    """
    word = str(value).strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise ValueError("neither yes nor no")


def wwn(value: Any) -> str:
    """The normal form of a world wide name: 16 or 32 small hex digits; iSCSI names in small letters.

    >>> wwn("50:00:09:72:08:13:51:E5"), wwn("0x6005076400C7016AC000000000000010")
    ('50000972081351e5', '6005076400c7016ac000000000000010')
    >>> wwn("naa.5000097208135ABC"), wwn("5000-0972 0813-5ABC"), wwn("IQN.1994-05.com.redhat:A")
    ('5000097208135abc', '5000097208135abc', 'iqn.1994-05.com.redhat:a')
    >>> wwn("host-7")
    Traceback (most recent call last):
    ValueError: not a world wide name
    """
    text = str(value).strip().lower()
    if text.startswith(("iqn.", "eui.", "nqn.")):
        return text
    digits = re.sub(
        r"[:\-. ]", "", text.removeprefix("naa.").removeprefix("wwn.").removeprefix("0x")
    )
    if not _HEX.fullmatch(digits):
        raise ValueError("not a world wide name")
    return digits


def number(value: Any) -> Decimal:
    """A finite number of a size that something can have.

    >>> number("1,024.5"), number(7)
    (Decimal('1024.5'), Decimal('7'))
    """
    if isinstance(value, bool):
        raise TypeError("a truth value, not a number")
    text = str(value).strip()
    if _THOUSANDS.fullmatch(text):
        text = text.replace(",", "")
    try:
        found = Decimal(text)
    except InvalidOperation as error:
        raise ValueError("not a number") from error
    # Written out, "1e999999999" would fill the memory.
    if not found.is_finite() or found.adjusted() > _MOST_DIGITS:
        raise ValueError("not a number of a sensible size")
    return found


def _size(value: Any, kilo: int) -> int:
    found = _SIZE.fullmatch(str(value).strip())
    if found is None or isinstance(value, bool):
        raise ValueError("not a capacity")
    amount, prefix, binary = found.groups()
    if binary and not prefix:
        raise ValueError("not a capacity")
    return int(number(amount) * (1024 if binary else kilo) ** _POWERS[prefix.lower()])
