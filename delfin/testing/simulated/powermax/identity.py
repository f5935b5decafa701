"""Names and numbers of one simulated PowerMax: all of them follow from its id."""

from __future__ import annotations

from zlib import crc32

Item = dict[str, object]
_SPREAD = 2654435761


class Identity:
    """An array's id of twelve digits, and what is made of it."""

    def __init__(self, array_id: str) -> None:
        self.array_id = array_id
        self.seed = crc32(array_id.encode())

    def mix(self, kind: str, number: int) -> int:
        """A 24-bit number that looks random and is always the same for the same thing."""
        return (crc32(f"{kind}/{number}".encode(), self.seed) * _SPREAD & 0xFFFFFFFF) >> 8

    def volume_wwn(self, number: int) -> str:
        """An NAA 6 name of a locally administered company: 32 hex digits."""
        return f"602fa4e0{self.array_id}{self.seed & 0xFFFF:04x}{number:08x}"

    def port_wwn(self, number: int) -> str:
        return f"502fa4e{self.seed & 0xFFFF:04x}{number:05x}"

    def host_wwn(self, number: int) -> str:
        return f"100002fa4e{self.seed & 0xFF:02x}{number & 0xFFFF:04x}"

    def iqn(self, name: str) -> str:
        return f"iqn.2024-05.example.powermax:{self.array_id}.{name}"


def volume_id(number: int) -> str:
    """Five hex digits, counted from 1."""
    return f"{number + 1:05X}"


def data_volume_id(number: int) -> str:
    """Far from those of others."""
    return f"{0xFFC00 + number:05X}"
