"""Our decoder and pysnmp read the same from what is right, and ours fails in one way only."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from delfin.alert_manager.snmp import messages
from delfin.alert_manager.snmp.ber import DecodeError
from delfin.alert_manager.snmp.messages import ENTERPRISE_OID, INFORM, ORIGIN_OID, TRAP_2
from tests.unit.alert_manager.snmp import peers

NUMBERS = st.integers(0, 2**31 - 1)
_SIMPLE = peers.VARBINDS.map(lambda found: [one for one in found if one[1] != 0x46])
EXAMPLE = peers.encoded_v2c(
    b"public",
    7,
    [
        *peers.first(17, "1.3.6.1.4.1.32473.7.0.1"),
        ("1.3.6.1.4.1.32473.7.1.1.0", 0x04, b"text \xff"),
        ("1.3.6.1.4.1.32473.7.1.2.0", 0x02, -129),
        ("1.3.6.1.4.1.32473.7.1.3.0", 0x46, 2**64 - 1),
        ("1.3.6.1.4.1.32473.7.1.4.0", 0x40, "192.0.2.7"),
    ],
)


def shown(pdu: messages.Pdu) -> list[tuple[str, Any]]:
    return [(varbind.oid, varbind.value) for varbind in pdu.varbinds]


@settings(deadline=None)
@given(peers.TEXT, NUMBERS, NUMBERS, peers.OIDS, peers.VARBINDS, st.booleans())
def test_every_version_2_notification_reads_as_pysnmp_reads_it(
    community: bytes, request: int, uptime: int, trap: str, varbinds: list[Any], inform: bool
) -> None:
    sent = [*peers.first(uptime, trap), *varbinds]
    data = peers.encoded_v2c(community, request, sent, inform=inform)
    message = messages.community_message(data)
    assert (message.community, message.pdu.request_id) == (community, request)
    assert message.pdu.tag == (INFORM if inform else TRAP_2)
    assert peers.decoded(data) == (community, tuple(shown(message.pdu)))
    assert shown(message.pdu) == [(oid, value) for oid, _tag, value in sent]
    assert [varbind.tag for varbind in message.pdu.varbinds] == [tag for _oid, tag, _ in sent]
    assert message.pdu.bindings in data


@settings(deadline=None)
@given(peers.OIDS, st.ip_addresses(v=4).map(str), st.integers(0, 6), NUMBERS, NUMBERS, _SIMPLE)
def test_a_version_1_trap_is_told_in_the_words_of_version_2(
    enterprise: str, agent: str, generic: int, specific: int, uptime: int, varbinds: list[Any]
) -> None:
    data = peers.encoded_v1(b"c", enterprise, agent, (generic, specific, uptime), varbinds)
    message = messages.community_message(data)
    standard = f"1.3.6.1.6.3.1.1.5.{generic + 1}"
    trap = f"{enterprise}.0.{specific}" if generic == 6 else standard
    origin = [] if agent == "0.0.0.0" else [(ORIGIN_OID, agent)]
    assert message.version == messages.VERSION_1
    assert shown(message.pdu) == [
        *[(oid, value) for oid, _tag, value in peers.first(uptime, trap)],
        *[(oid, value) for oid, _tag, value in varbinds],
        *origin,
        (ENTERPRISE_OID, enterprise),
    ]


def _read(data: bytes) -> messages.CommunityMessage | messages.SecureMessage | None:
    """Whatever it is; None when it is nothing."""
    try:
        if messages.version_of(data) == messages.VERSION_3:
            message = messages.secure_message(data)
            messages.scoped_pdu(message.scoped)
            return message
        return messages.community_message(data)
    except DecodeError:
        return None


@settings(deadline=None, max_examples=400)
@given(st.binary(max_size=200))
def test_anything_else_is_our_one_error(data: bytes) -> None:
    assert _read(data) is None or data[:1] == b"\x30"


@settings(deadline=None, max_examples=400)
@given(st.lists(st.tuples(st.integers(0, len(EXAMPLE) - 1), st.integers(0, 255)), max_size=3))
def test_a_damaged_one_is_refused_or_read_as_pysnmp_reads_it(
    changes: list[tuple[int, int]],
) -> None:
    damaged = bytearray(EXAMPLE)
    for place, byte in changes:
        damaged[place] = byte
    ours = _read(bytes(damaged))
    if isinstance(ours, messages.CommunityMessage) and ours.version == messages.VERSION_2C:
        theirs = peers.decoded(bytes(damaged))
        assert theirs in {None, (ours.community, tuple(shown(ours.pdu)))}


def test_each_cut_of_a_message_is_refused() -> None:
    for length in range(len(EXAMPLE)):
        with pytest.raises(DecodeError):
            messages.community_message(EXAMPLE[:length])


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ("3080020101", "a length that SNMP does not use"),
        ("1f8101", "a tag of several bytes"),
        ("300302020101", "cut off"),
        ("30030201 02", "version"),
    ],
)
def test_what_snmp_forbids_is_refused(data: str, why: str) -> None:
    with pytest.raises(DecodeError, match=why):
        messages.community_message(raw) if messages.version_of(raw := bytes.fromhex(data)) else None


def test_counters_of_agents_that_forget_the_sign_are_read() -> None:
    sent = [*peers.first(1, "1.3.6.1.4.1.1"), ("1.3.6.1.4.1.2", 0x41, 0xFFFFFFFE)]
    data = peers.encoded_v2c(b"public", 1, sent)
    short = data.replace(bytes.fromhex("410500fffffffe"), bytes.fromhex("4104fffffffe"))
    # Five enclosing lengths, each one less.
    for place in (1, 14, 25, len(short) - 15):
        assert short[place] < 0x80
        short = short[:place] + bytes([short[place] - 1]) + short[place + 1 :]
    assert shown(messages.community_message(short).pdu)[-1] == ("1.3.6.1.4.1.2", 0xFFFFFFFE)
