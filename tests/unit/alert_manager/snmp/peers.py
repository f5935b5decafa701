"""Notifications as pysnmp makes and reads them, to hold ours against."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from pyasn1.codec.ber import decoder, encoder
from pyasn1.error import PyAsn1Error
from pysnmp.proto import api, rfc1902

from delfin.common.snmptrapd import TRAP_OID, UPTIME_OID

Plain = tuple[str, int, Any]

_ARC = st.integers(0, 2**32 - 1)
OIDS = st.tuples(
    st.sampled_from(["1.3.6.1.4.1", "1.3.6.1.2.1", "0.0", "2.39", "2.100"]),
    st.lists(_ARC, max_size=12),
).map(lambda parts: ".".join([parts[0], *map(str, parts[1])]))
_VALUES: dict[int, tuple[Any, Any]] = {
    0x02: (rfc1902.Integer32, st.integers(-(2**31), 2**31 - 1)),
    0x04: (rfc1902.OctetString, st.binary(max_size=300)),
    0x06: (rfc1902.ObjectName, OIDS),
    0x40: (rfc1902.IpAddress, st.ip_addresses(v=4).map(str)),
    0x41: (rfc1902.Counter32, st.integers(0, 2**32 - 1)),
    0x42: (rfc1902.Gauge32, st.integers(0, 2**32 - 1)),
    0x43: (rfc1902.TimeTicks, st.integers(0, 2**32 - 1)),
    0x44: (rfc1902.Opaque, st.binary(max_size=20)),
    0x46: (rfc1902.Counter64, st.integers(0, 2**64 - 1)),
}
_VARBIND = st.sampled_from(sorted(_VALUES)).flatmap(
    lambda tag: st.tuples(OIDS, st.just(tag), _VALUES[tag][1])
)
VARBINDS = st.lists(_VARBIND, max_size=8)
TEXT = st.binary(min_size=1, max_size=32)


def _value(tag: int, value: Any) -> Any:
    made = _VALUES[tag][0](value)
    # An identifier is only a value within an ObjectSyntax.
    return rfc1902.ObjectIdentifier(value) if tag == 0x06 else made


def encoded_v2c(
    community: bytes, request_id: int, varbinds: list[Plain], *, inform: bool = False
) -> bytes:
    """A trap or inform of version 2c; uptime and trap OID are put first."""
    module = api.PROTOCOL_MODULES[api.SNMP_VERSION_2C]
    pdu = module.InformRequestPDU() if inform else module.TrapPDU()
    module.apiPDU.set_defaults(pdu)
    module.apiPDU.set_request_id(pdu, request_id)
    module.apiPDU.set_varbinds(pdu, [(oid, _value(tag, value)) for oid, tag, value in varbinds])
    message = module.Message()
    module.apiMessage.set_defaults(message)
    module.apiMessage.set_community(message, community)
    module.apiMessage.set_pdu(message, pdu)
    return bytes(encoder.encode(message))


def encoded_v1(
    community: bytes,
    enterprise: str,
    agent: str,
    numbers: tuple[int, int, int],
    varbinds: list[Plain],
) -> bytes:
    """A trap of version 1; the numbers are the generic and specific trap and the uptime."""
    module = api.PROTOCOL_MODULES[api.SNMP_VERSION_1]
    pdu = module.TrapPDU()
    module.apiTrapPDU.set_defaults(pdu)
    module.apiTrapPDU.set_enterprise(pdu, enterprise)
    module.apiTrapPDU.set_agent_address(pdu, agent)
    module.apiTrapPDU.set_generic_trap(pdu, numbers[0])
    module.apiTrapPDU.set_specific_trap(pdu, numbers[1])
    module.apiTrapPDU.set_timestamp(pdu, numbers[2])
    simple = {
        0x02: module.Integer,
        0x04: module.OctetString,
        0x06: module.ObjectIdentifier,
        0x40: module.IpAddress,
        0x41: module.Counter,
        0x42: module.Gauge,
        0x43: module.TimeTicks,
        0x44: module.Opaque,
    }
    module.apiTrapPDU.set_varbinds(pdu, [(oid, simple[tag](value)) for oid, tag, value in varbinds])
    message = module.Message()
    module.apiMessage.set_defaults(message)
    module.apiMessage.set_community(message, community)
    module.apiMessage.set_pdu(message, pdu)
    return bytes(encoder.encode(message))


def first(uptime: int, trap: str) -> list[Plain]:
    """What every notification of version 2 begins with."""
    return [(UPTIME_OID, 0x43, uptime), (TRAP_OID, 0x06, trap)]


def decoded(data: bytes) -> tuple[bytes, tuple[tuple[str, Any], ...]] | None:
    """Community and variables of a version 2c notification as pysnmp reads it; None: it refuses."""
    module = api.PROTOCOL_MODULES[api.SNMP_VERSION_2C]
    try:
        message, _rest = decoder.decode(data, asn1Spec=module.Message())
        pdu = module.apiMessage.get_pdu(message)
        if type(pdu).__name__ not in {"SNMPv2TrapPDU", "InformRequestPDU"}:
            return None
        found = module.apiPDU.get_varbinds(pdu)
        varbinds = tuple((str(oid), _python(value)) for oid, value in found)
        return bytes(module.apiMessage.get_community(message)), varbinds
    except (PyAsn1Error, IndexError, ValueError, TypeError, AttributeError):
        return None


def _python(value: Any) -> Any:
    if isinstance(value, rfc1902.IpAddress):
        return value.prettyPrint()
    if isinstance(value, rfc1902.OctetString | rfc1902.Opaque):
        return bytes(value)
    if isinstance(value, rfc1902.ObjectName) or type(value).__name__ == "ObjectIdentifier":
        return str(value)
    name = type(value).__name__
    return (
        None if name in {"Null", "NoSuchObject", "NoSuchInstance", "EndOfMibView"} else int(value)
    )
