"""What snmptrapd prints is read as a driver gets it, whatever octets an array sends."""

from __future__ import annotations

import pytest

from delfin.common.snmptrapd import TRAP_OID, UPTIME_OID, is_printed, printed, traps_in

ROOT = "1.3.6.1.4.1.32473.7"
FIRST = f".{UPTIME_OID} = Timeticks: (4711) 0:00:47.11\t.{TRAP_OID} = OID: .{ROOT}.0.1"
# As snmptrapd 5.9.3 wrote it.
LOGGED = f"""NET-SNMP version 5.9.3
2026-11-26 07:20:19 localhost [UDP: [127.0.0.1]:33625->[127.0.0.1]:162]:
{FIRST}\t.{ROOT}.1.3.0 = STRING: "two
lines"\t.{ROOT}.1.4.0 = Hex-STRING: 07 E9 0B 1A FF 00 11 22 33 44 55 66 77 88 99 00 \n\
AA BB CC \t.{ROOT}.1.5.0 = ""\t.{ROOT}.1.6.0 = STRING: "say \\"hi\\"\ttab"\t\
.{ROOT}.1.7.0 = IpAddress: 10.0.0.1\t.{ROOT}.1.9.0 = Hex-STRING: 5A C3 BC 72 69 63 68 \n"""
SECOND = f"""2026-11-26 07:20:20 localhost [UDP: [127.0.0.1]:33625->[127.0.0.1]:162]:
.{UPTIME_OID} = Timeticks: (4712) 0:00:47.12
.{TRAP_OID} = OID: .{ROOT}.0.2
"""


def test_every_kind_of_octets_is_told_whole() -> None:
    (trap,) = traps_in(LOGGED)
    assert trap == {
        UPTIME_OID: "4711",
        TRAP_OID: f"{ROOT}.0.1",
        f"{ROOT}.1.3.0": "two\nlines",
        f"{ROOT}.1.4.0": bytes.fromhex("07E90B1AFF0011223344556677889900AABBCC").decode("latin-1"),
        f"{ROOT}.1.5.0": "",
        f"{ROOT}.1.6.0": 'say "hi"\ttab',
        f"{ROOT}.1.7.0": "10.0.0.1",
        # Octets as they came: what they mean is the driver's to know.
        f"{ROOT}.1.9.0": "Zürich".encode().decode("latin-1"),
    }


def test_each_uptime_begins_a_trap() -> None:
    assert [trap[TRAP_OID] for trap in traps_in(LOGGED + SECOND)] == [f"{ROOT}.0.1", f"{ROOT}.0.2"]


@pytest.mark.parametrize(
    "value", ["", "plain", "two\nlines", 'a "word"', "back\\slash", '"', "\ttab"]
)
def test_what_is_written_reads_the_same(value: str) -> None:
    written = printed(TRAP_OID, f"{ROOT}.0.1") + printed(f"{ROOT}.1.1.0", value)
    assert traps_in(written) == [{TRAP_OID: f"{ROOT}.0.1", f"{ROOT}.1.1.0": value}]


def test_other_text_is_not_in_that_form() -> None:
    assert is_printed(LOGGED)
    assert not is_printed(f"{ROOT}.0.1\n{ROOT}.1.1.0 s text\n")
    with pytest.raises(ValueError, match="no line has the form"):
        traps_in("hello")
    with pytest.raises(ValueError, match="is missing"):
        traps_in(LOGGED + f".{UPTIME_OID} = Timeticks: (1) 0:00:00.01\n")
