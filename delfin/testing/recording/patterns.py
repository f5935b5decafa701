"""Finds addresses and names of hardware in any text, by how they are written."""

from __future__ import annotations

import ipaddress
import re

from delfin.testing.recording.shapes import Shapes

# A line that speaks of these has numbers with dots that are no addresses.
_VERSIONS = re.compile(r"(?i)version|firmware|revision|release|microcode|\boid\b|netmask|\bmask\b")
_IPV4 = re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])")
_IPV6 = re.compile(r"(?<![\w:.])(?:[0-9a-fA-F]{0,4}:){2,7}[0-9a-fA-F]{0,4}(?![\w:.])")
_MAC = re.compile(r"(?<![\w:-])(?:[0-9a-fA-F]{2}[:-]){5}[0-9a-fA-F]{2}(?![\w:-])")
_WWN = re.compile(
    r"(?<![\w:])(?:[0-9a-fA-F]{2}:){7}(?:[0-9a-fA-F]{2}:){0,8}[0-9a-fA-F]{2}(?![\w:])"
    r"|(?<=naa\.)[0-9a-fA-F]{16,32}\b|(?<=eui\.)[0-9a-fA-F]{16}\b"
    r"|(?<=\b0x)[0-9a-fA-F]{16,32}\b"
    r"|\b(?=[0-9a-f]*[a-f])[1-9a-f][0-9a-f]{15}(?:[0-9a-f]{16})?\b"
    r"|\b(?=[0-9A-F]*[A-F])[1-9A-F][0-9A-F]{15}(?:[0-9A-F]{16})?\b"
)
_IQN = re.compile(r"\b((?:iqn|nqn)\.\d{4}-\d\d\.)([\w.:-]+)")
_PAIRS = re.compile(r"(?:[0-9a-fA-F]{2}:){5,}[0-9a-fA-F]{2}")
_MAIL = re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b")


def scrubbed(text: str, shapes: Shapes) -> str:
    """The text with every WWN, IQN, MAC and IP address and e-mail address replaced."""
    text = _MAIL.sub(lambda m: f"{shapes.counted('person', m[0])}@mail.example", text)
    text = _IQN.sub(lambda m: m[1] + shapes.like(m[2]), text)
    text = _WWN.sub(lambda m: shapes.hexadecimal(m[0]), text)
    text = _MAC.sub(lambda m: m[0] if _is_plain(m[0]) else shapes.mac(m[0]), text)
    text = _IPV6.sub(lambda m: _ipv6(m[0], shapes), text)
    if not _IPV4.search(text):
        return text
    return "\n".join(
        line if _VERSIONS.search(line) else _IPV4.sub(lambda m: _ipv4(m[0], shapes), line)
        for line in text.split("\n")
    )


def _ipv4(text: str, shapes: Shapes) -> str:
    """Masks, loopback and 'any' tell nothing and may be compared with, so they stay."""
    try:
        address = ipaddress.IPv4Address(text)
    except ValueError:
        return text
    if address.is_loopback or address.is_unspecified or text.startswith("255."):
        return text
    return text if text.startswith("198.18.") else shapes.ipv4(text)


def _ipv6(text: str, shapes: Shapes) -> str:
    if _PAIRS.fullmatch(text):
        return text  # a WWN or a MAC address, replaced before
    try:
        address = ipaddress.IPv6Address(text)
    except ValueError:
        return text
    if address.is_loopback or address.is_unspecified or text.startswith("2001:db8:"):
        return text
    return shapes.ipv6(text)


def _is_plain(mac: str) -> bool:
    return set(mac) - set(":-") in ({"0"}, {"f"}, {"F"}) or mac.startswith("02:00:00")


def speaks_of_versions(name: str) -> bool:
    """Whether dotted numbers under this name are no addresses."""
    return bool(_VERSIONS.search(name))
