"""SNMP messages that carry notifications: decoded into one form, whatever version they came in."""

from __future__ import annotations

from typing import NamedTuple

from delfin.alert_manager.snmp import ber
from delfin.alert_manager.snmp.ber import DecodeError
from delfin.common.snmptrapd import TRAP_OID, UPTIME_OID

VERSION_1, VERSION_2C, VERSION_3 = 0, 1, 3

# Kinds of PDU.
RESPONSE, TRAP_1, INFORM, TRAP_2, REPORT = 0xA2, 0xA4, 0xA6, 0xA7, 0xA8
NOTIFICATIONS = frozenset({TRAP_1, INFORM, TRAP_2})
_PLAIN_PDUS = frozenset({0xA0, 0xA1, RESPONSE, 0xA3, 0xA5, INFORM, TRAP_2, REPORT})

IP_ADDRESS, COUNTER_32, GAUGE_32, TIME_TICKS = 0x40, 0x41, 0x42, 0x43
OPAQUE, COUNTER_64, UNSIGNED_32 = 0x44, 0x46, 0x47
_NOTHING = frozenset({ber.NULL, 0x80, 0x81, 0x82})  # also "no such object" and its like
_UNSIGNED = {COUNTER_32: 32, GAUGE_32: 32, TIME_TICKS: 32, COUNTER_64: 64, UNSIGNED_32: 32}

ENTERPRISE_OID = "1.3.6.1.6.3.1.1.4.3.0"
# The address that a trap began at, when it came by way of another program.
ORIGIN_OID = "1.3.6.1.6.3.18.1.3.0"
_STANDARD_TRAPS = "1.3.6.1.6.3.1.1.5"
_NOWHERE = b"\0\0\0\0"

# Flags of a version 3 message.
AUTHENTICATED, ENCRYPTED, REPORTABLE = 1, 2, 4
_USM = 3


class VarBind(NamedTuple):
    """One variable: integers as int, texts as bytes, identifiers and addresses dotted."""

    oid: str
    tag: int
    value: int | bytes | str | None


class Pdu(NamedTuple):
    """What is said, in the form of version 2: uptime and trap OID are the first variables.

    'bindings' are the variables as they were sent, 'context' the context of version 3; an inform
    gets both back.
    """

    tag: int
    request_id: int
    varbinds: tuple[VarBind, ...]
    bindings: bytes
    context: bytes = b""


class CommunityMessage(NamedTuple):
    """A message of version 1 or 2c."""

    version: int
    community: bytes
    pdu: Pdu


class SecureMessage(NamedTuple):
    """A message of version 3; 'scoped' is still encrypted when the flags say so."""

    message_id: int
    flags: int
    engine_id: bytes
    boots: int
    time: int
    user: bytes
    digest: bytes
    digest_at: int
    salt: bytes
    scoped: bytes


def version_of(data: bytes) -> int:
    """The version of a message, one of the VERSION_ constants.

    Raises:
        DecodeError: It is no message of these versions.
    """
    start, stop = ber.content(data, 0, len(data), ber.SEQUENCE)
    version, _ = ber.integer(data, start, stop)
    if version not in {VERSION_1, VERSION_2C, VERSION_3}:
        raise DecodeError("a version that is not known")
    return version


def community_message(data: bytes) -> CommunityMessage:
    """A message of version 1 or 2c.

    Raises:
        DecodeError: It is none.
    """
    start, stop = ber.content(data, 0, len(data), ber.SEQUENCE)
    version, at = ber.integer(data, start, stop)
    community, at = ber.octets(data, at, stop)
    tag, start, end = ber.header(data, at, stop)
    _ends(end, stop)
    if version == VERSION_1 and tag == TRAP_1:
        return CommunityMessage(version, community, _first_trap(data, start, end))
    if version == VERSION_2C and tag in _PLAIN_PDUS:
        return CommunityMessage(version, community, _pdu(data, tag, start, end))
    raise DecodeError("a PDU that its version has not")


def secure_message(data: bytes) -> SecureMessage:
    """A message of version 3 with the User-based Security Model, nothing checked yet.

    Raises:
        DecodeError: It is none.
    """
    start, stop = ber.content(data, 0, len(data), ber.SEQUENCE)
    version, at = ber.integer(data, start, stop)
    if version != VERSION_3:
        raise DecodeError("not a message of version 3")
    start, end = ber.content(data, at, stop, ber.SEQUENCE)
    message_id, at = ber.integer(data, start, end)
    _largest, at = ber.integer(data, at, end)
    flags, at = ber.octets(data, at, end)
    model, at = ber.integer(data, at, end)
    _ends(at, end)
    if len(flags) != 1 or model != _USM:
        raise DecodeError("flags or a security model that are not known")
    if flags[0] & ENCRYPTED and not flags[0] & AUTHENTICATED:
        raise DecodeError("encrypted, but not authenticated")
    start, end = ber.content(data, end, stop, ber.OCTETS)
    security = _security(data, start, end)
    if flags[0] & ENCRYPTED:
        scoped, at = ber.octets(data, end, stop)
    else:
        _, at = ber.content(data, end, stop, ber.SEQUENCE)
        scoped = data[end:at]
    _ends(at, stop)
    return SecureMessage(message_id, flags[0], *security, scoped)


def scoped_pdu(scoped: bytes) -> Pdu:
    """The PDU of a version 3 message; the padding of a cipher may follow it.

    Raises:
        DecodeError: It is none, as after decryption with a wrong key.
    """
    start, stop = ber.content(scoped, 0, len(scoped), ber.SEQUENCE)
    _engine, at = ber.octets(scoped, start, stop)
    _name, at = ber.octets(scoped, at, stop)
    context = scoped[start:at]
    tag, start, end = ber.header(scoped, at, stop)
    _ends(end, stop)
    if tag not in _PLAIN_PDUS:
        raise DecodeError("a PDU that version 3 has not")
    return _pdu(scoped, tag, start, end)._replace(context=context)


def _security(
    data: bytes, start: int, end: int
) -> tuple[bytes, int, int, bytes, bytes, int, bytes]:
    start, stop = ber.content(data, start, end, ber.SEQUENCE)
    _ends(stop, end)
    engine_id, at = ber.octets(data, start, stop)
    boots, at = ber.integer(data, at, stop)
    time, at = ber.integer(data, at, stop)
    user, at = ber.octets(data, at, stop)
    digest_at, at = ber.content(data, at, stop, ber.OCTETS)
    digest = data[digest_at:at]
    salt, at = ber.octets(data, at, stop)
    _ends(at, stop)
    if boots < 0 or time < 0:
        raise DecodeError("an engine's time below zero")
    return engine_id, boots, time, user, digest, digest_at, salt


def _pdu(data: bytes, tag: int, at: int, end: int) -> Pdu:
    request_id, at = ber.integer(data, at, end)
    _status, at = ber.integer(data, at, end)
    _index, at = ber.integer(data, at, end)
    start, stop = ber.content(data, at, end, ber.SEQUENCE)
    _ends(stop, end)
    varbinds = tuple(_varbinds(data, start, stop))
    if tag in NOTIFICATIONS and TRAP_OID not in (varbind.oid for varbind in varbinds[:2]):
        raise DecodeError("a notification without its trap OID")
    return Pdu(tag, request_id, varbinds, data[at:end])


def _first_trap(data: bytes, at: int, end: int) -> Pdu:
    """A trap of version 1, turned into one of version 2 (RFC 3584, section 3.1)."""
    start, at = ber.content(data, at, end, ber.OID)
    enterprise = ber.oid(data, start, at)
    start, at = ber.content(data, at, end, IP_ADDRESS)
    agent = data[start:at]
    generic, at = ber.integer(data, at, end)
    specific, at = ber.integer(data, at, end)
    start, at = ber.content(data, at, end, TIME_TICKS)
    uptime = ber.unsigned(data, start, at, 32)
    start, stop = ber.content(data, at, end, ber.SEQUENCE)
    _ends(stop, end)
    if len(agent) != 4 or not 0 <= generic <= 6 or specific < 0:
        raise DecodeError("a trap of version 1 with impossible fields")
    name = f"{enterprise}.0.{specific}" if generic == 6 else f"{_STANDARD_TRAPS}.{generic + 1}"
    varbinds = [
        VarBind(UPTIME_OID, TIME_TICKS, uptime),
        VarBind(TRAP_OID, ber.OID, name),
        *_varbinds(data, start, stop),
    ]
    if agent != _NOWHERE:
        varbinds.append(VarBind(ORIGIN_OID, IP_ADDRESS, ".".join(map(str, agent))))
    varbinds.append(VarBind(ENTERPRISE_OID, ber.OID, enterprise))
    return Pdu(TRAP_1, 0, tuple(varbinds), data[at:end])


def _varbinds(data: bytes, at: int, end: int) -> list[VarBind]:
    found = []
    while at < end:
        start, stop = ber.content(data, at, end, ber.SEQUENCE)
        first, last = ber.content(data, start, stop, ber.OID)
        tag, start, at = ber.header(data, last, stop)
        _ends(at, stop)
        found.append(VarBind(ber.oid(data, first, last), tag, _value(data, tag, start, at)))
    return found


def _value(data: bytes, tag: int, start: int, stop: int) -> int | bytes | str | None:
    if tag in {ber.OCTETS, OPAQUE}:
        return data[start:stop]
    if tag == ber.INTEGER:
        value = ber.signed(data, start, stop)
        if not -0x80000000 <= value <= 0x7FFFFFFF:
            raise DecodeError("an integer of more than 32 bits")
        return value
    if tag == ber.OID:
        return ber.oid(data, start, stop)
    bits = _UNSIGNED.get(tag)
    if bits is not None:
        return ber.unsigned(data, start, stop, bits)
    if tag == IP_ADDRESS and stop - start == 4:
        return ".".join(map(str, data[start:stop]))
    if tag in _NOTHING and start == stop:
        return None
    raise DecodeError(f"a value of the type {tag:#04x}")


def _ends(at: int, end: int) -> None:
    if at != end:
        raise DecodeError("more than belongs there")
