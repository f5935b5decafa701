"""The part of BER that SNMP uses, for the message decoder: quick, and with one kind of error.

Offsets go in and out instead of slices; 'end' is always the end of what may be read.
"""

from __future__ import annotations

INTEGER, OCTETS, NULL, OID, SEQUENCE = 0x02, 0x04, 0x05, 0x06, 0x30

_LARGEST_ARC = 0xFFFFFFFF
_MOST_ARCS = 128
# The same few hundred object identifiers come again and again.
_known_oids: dict[bytes, str] = {}
_MOST_KNOWN = 10_000


class DecodeError(Exception):
    """The bytes are not the message that they should be; the text says where."""


def header(data: bytes, at: int, end: int) -> tuple[int, int, int]:
    """Tag, first and last offset of the content of the element at 'at'.

    SNMP forbids tags of several bytes and indefinite lengths (RFC 3417, section 8).

    Raises:
        DecodeError: There is no whole element.
    """
    if at + 2 > end:
        raise DecodeError("cut off in a header")
    tag, length = data[at], data[at + 1]
    start = at + 2
    if tag & 0x1F == 0x1F:
        raise DecodeError("a tag of several bytes")
    if length & 0x80:
        size = length & 0x7F
        if not size or size > 4:
            raise DecodeError("a length that SNMP does not use")
        if start + size > end:
            raise DecodeError("cut off in a length")
        length = int.from_bytes(data[start : start + size], "big")
        start += size
    stop = start + length
    if stop > end:
        raise DecodeError("cut off in a value")
    return tag, start, stop


def content(data: bytes, at: int, end: int, wanted: int) -> tuple[int, int]:
    """First and last offset of the content of an element that must have the tag 'wanted'."""
    tag, start, stop = header(data, at, end)
    if tag != wanted:
        raise DecodeError(f"tag {tag:#04x} where {wanted:#04x} is due")
    return start, stop


def integer(data: bytes, at: int, end: int) -> tuple[int, int]:
    """A signed INTEGER of 32 bits, and the offset behind it."""
    start, stop = content(data, at, end, INTEGER)
    value = signed(data, start, stop)
    if not -0x80000000 <= value <= 0x7FFFFFFF:
        raise DecodeError("an integer of more than 32 bits")
    return value, stop


def octets(data: bytes, at: int, end: int) -> tuple[bytes, int]:
    """An OCTET STRING, and the offset behind it."""
    start, stop = content(data, at, end, OCTETS)
    return data[start:stop], stop


def signed(data: bytes, start: int, stop: int) -> int:
    if start == stop:
        raise DecodeError("an integer without digits")
    return int.from_bytes(data[start:stop], "big", signed=True)


def unsigned(data: bytes, start: int, stop: int, bits: int) -> int:
    """A counter, gauge or time; those of agents that forget the leading zero are taken too."""
    value = signed(data, start, stop)
    if value < 0 and stop - start <= bits // 8:
        value += 1 << (8 * (stop - start))
    if not 0 <= value < 1 << bits:
        raise DecodeError(f"a number that does not fit {bits} bits")
    return value


def oid(data: bytes, start: int, stop: int) -> str:
    """The dotted form of an object identifier's content."""
    raw = data[start:stop]
    known = _known_oids.get(raw)
    if known is None:
        known = _dotted(raw)
        if len(_known_oids) >= _MOST_KNOWN:
            _known_oids.clear()
        _known_oids[raw] = known
    return known


def _dotted(raw: bytes) -> str:
    if not raw or raw[-1] & 0x80:
        raise DecodeError("an object identifier that does not end")
    arcs: list[int] = []
    arc, begun = 0, False
    for byte in raw:
        if byte == 0x80 and not begun:
            raise DecodeError("an object identifier with leading zeros")
        arc, begun = arc << 7 | byte & 0x7F, True
        if not byte & 0x80:
            arcs.append(arc)
            arc, begun = 0, False
    # The first number holds two arcs, of which the first one is 0, 1 or 2.
    first = min(arcs[0] // 40, 2)
    arcs[:1] = [first, arcs[0] - 40 * first]
    if len(arcs) > _MOST_ARCS or max(arcs) > _LARGEST_ARC:
        raise DecodeError("an object identifier that SNMP does not allow")
    return ".".join(map(str, arcs))


def element(tag: int, *parts: bytes) -> bytes:
    """An element of the given content."""
    body = b"".join(parts)
    size = len(body)
    if size < 0x80:
        return bytes((tag, size)) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + body


def encoded_integer(value: int, tag: int = INTEGER) -> bytes:
    return element(tag, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def encoded_oid(dotted: str) -> bytes:
    """Raises ValueError when the text is no object identifier."""
    arcs = [int(arc) for arc in dotted.removeprefix(".").split(".")]
    if len(arcs) < 2 or min(arcs) < 0 or arcs[0] > 2 or (arcs[0] < 2 and arcs[1] > 39):
        raise ValueError(f"{dotted!r} is no object identifier")
    return element(OID, *map(_base_128, (arcs[0] * 40 + arcs[1], *arcs[2:])))


def _base_128(arc: int) -> bytes:
    digits = [arc & 0x7F]
    while arc := arc >> 7:
        digits.append(arc & 0x7F | 0x80)
    return bytes(reversed(digits))
