"""Names, addresses and numbers that look grown but follow from the serial number alone."""

from __future__ import annotations

from zlib import crc32

# A locally administered company id: no real device has it.
COMPANY = "02fa4e"
_SPREAD = 2654435761


class Names:
    """The identity of one array."""

    def __init__(self, serial: str) -> None:
        self.serial = serial
        self.seed = crc32(serial.encode())

    def mix(self, kind: str, number: int) -> int:
        """A 24-bit number that looks random and is always the same for the same row."""
        return (crc32(f"{kind}/{number}".encode(), self.seed) * _SPREAD & 0xFFFFFFFF) >> 8

    def volume_wwn(self, number: int) -> str:
        """An NAA 6 name: 32 hex digits."""
        return f"6{COMPANY}{self.seed:09x}{self.mix('wwn', number):08x}{number:08x}"

    def port_wwn(self, number: int) -> str:
        """An NAA 5 name: 16 hex digits."""
        return f"5{COMPANY}{self.seed & 0xFFFF:04x}{number:05x}"

    def host_wwn(self, number: int) -> str:
        """An IEEE 48-bit name as host adapters have: 16 hex digits."""
        return f"1000{COMPANY}{self.seed & 0xFF:02x}{number & 0xFFFF:04x}"

    def mac(self, number: int) -> str:
        digits = f"{COMPANY}{self.seed & 0xFF:02x}{number & 0xFFFF:04x}"
        return ":".join(digits[i : i + 2] for i in range(0, 12, 2))

    def iqn(self, name: str) -> str:
        return f"iqn.2024-05.example.fake:{self.serial.lower()}.{name}"

    def ipv4(self, net: int, number: int) -> str:
        """An address in 10.<net>.0.0/16."""
        return f"10.{net}.{number // 250 % 256}.{number % 250 + 1}"

    def ipv6(self, number: int) -> str:
        return f"fd00:{self.seed & 0xFFFF:x}::{number + 1:x}"

    def disk_serial(self, number: int) -> str:
        return f"ZX{self.mix('disk', number):06X}{number:04d}"
