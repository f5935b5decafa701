"""Stand-ins that look like what they stand for: as long, of the same characters, never the same."""

from __future__ import annotations

import hashlib
import re
import string
from collections.abc import Callable
from itertools import count

_HEX = re.compile(r"[0-9a-fA-F]+")
_SURE = 12
_ALPHABETS = (string.digits, string.ascii_lowercase, string.ascii_uppercase)


class Shapes:
    """One recording's stand-ins for serial numbers, WWNs, addresses and names.

    The same value gets the same stand-in, different values get different ones.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], str] = {}
        self._given: set[str] = set()
        self._numbers: dict[str, count[int]] = {}

    def counted(self, word: str, value: str) -> str:
        """'volume1', 'volume2' and so on."""
        return self._keep(("name", value), lambda n: f"{word}{n}", word)

    def ipv4(self, value: str) -> str:
        """In the network that is set aside for measurements, 198.18.0.0/15."""
        return self._keep(("ipv4", value), lambda n: f"198.18.{n // 250 % 250}.{n % 250 + 1}", "4")

    def ipv6(self, value: str) -> str:
        """In the network that is set aside for documentation."""
        return self._keep(("ipv6", value.lower()), lambda n: f"2001:db8::{n:x}", "6")

    def mac(self, value: str) -> str:
        """With the separators of the value."""
        digits = re.sub(r"[^0-9a-fA-F]", "", value).lower()
        made = self._keep(("mac", digits), lambda n: f"020000{n:06x}", "mac")
        return _laid_over(value, made)

    def hexadecimal(self, value: str) -> str:
        """For WWNs: the first digit tells the kind and stays, so do separators and case."""
        digits = re.sub(r"[^0-9a-fA-F]", "", value).lower()

        def made(turn: int) -> str:
            drawn = hashlib.sha256(f"{turn}/{digits}".encode()).hexdigest() * 2
            return digits[0] + drawn[: len(digits) - 1]

        return _laid_over(value, self._keep(("hex", digits), made, None))

    def like(self, value: str) -> str:
        """For serial numbers and the like: digits for digits, letters for letters."""
        if len(value) >= 8 and _HEX.fullmatch(value) and not value.isdecimal():
            return self.hexadecimal(value)

        def made(turn: int) -> str:
            drawn = hashlib.sha256(f"{turn}/{value}".encode()).digest() * (len(value) // 32 + 1)
            return "".join(
                next((a[byte % len(a)] for a in _ALPHABETS if char in a), char)
                for char, byte in zip(value, drawn, strict=False)
            )

        return self._keep(("like", value), made, None)

    def _keep(self, key: tuple[str, str], make: Callable[[int], str], counter: str | None) -> str:
        known = self._known.get(key)
        if known is not None:
            return known
        if key[1] in self._given and len(key[1]) >= _SURE:
            return key[1]  # replaced already; a short text may be like it by chance
        numbers = count() if counter is None else self._numbers.setdefault(counter, count(1))
        made = next(m for n in numbers if (m := make(n)) not in self._given and m != key[1])
        self._known[key] = made
        self._given.add(made)
        return made


def _laid_over(pattern: str, digits: str) -> str:
    """The digits in the places of the pattern's, in its case."""
    drawn = iter(digits)
    upper = pattern.upper() == pattern and pattern.lower() != pattern
    return "".join(
        (c.upper() if upper else c)
        for c in (next(drawn) if char in string.hexdigits else char for char in pattern)
    )
