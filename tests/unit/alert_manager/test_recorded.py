"""Recorded traps are read in three forms, and what is none of them is refused by its line."""

from __future__ import annotations

import pytest

from delfin.alert_manager.recorded import read
from delfin.common.snmptrapd import TRAP_OID, UPTIME_OID
from delfin.exception import InvalidInput
from tests.unit.alert_manager.snmp import peers

OID = "1.3.6.1.4.1.32473.7.1.5.0"
TRAP = "1.3.6.1.4.1.32473.7.0.1"
DATAGRAM = peers.encoded_v2c(b"public", 1, [*peers.first(17, TRAP), (OID, 0x04, b"Z\xfcrich")])
TOLD = {UPTIME_OID: "17", TRAP_OID: TRAP, OID: "Zürich"}


def test_a_raw_datagram() -> None:
    assert read(DATAGRAM) == [TOLD]


def test_hexadecimal_lines() -> None:
    spaced = DATAGRAM.hex(" ").upper()
    assert read(f"# two traps\n{DATAGRAM.hex()}\n\n{spaced}\n".encode()) == [TOLD, TOLD]


def test_text_as_snmptrap_takes_it() -> None:
    text = f"""
        .{TRAP}
        {OID} s "two words"
        1.3.6.1.2 o .1.3.6
        1.3.6.3 x 5afc72696368
        {TRAP}
        {OID} i 5
    """
    first, second = read(text.encode())
    assert first == {
        UPTIME_OID: "0",
        TRAP_OID: TRAP,
        OID: "two words",
        "1.3.6.1.2": "1.3.6",
        "1.3.6.3": "Zürich",
    }
    assert second == {UPTIME_OID: "0", TRAP_OID: TRAP, OID: "5"}


def test_what_snmptrapd_prints() -> None:
    text = f".{UPTIME_OID} = Timeticks: (17) 0:00:00.17\n.{TRAP_OID} = OID: .{TRAP}\n"
    named = text + f".{OID} = Hex-STRING: 5A FC 72 69 63 68 \n"
    assert read(named.encode()) == [TOLD]
    assert read((named + text).encode()) == [TOLD, {UPTIME_OID: "17", TRAP_OID: TRAP}]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "holds no trap"),
        (b"\xff\xfe\xfd", "neither a datagram nor text"),
        (DATAGRAM[:-1], "the datagram is no SNMP message"),
        (DATAGRAM[:9].hex().encode(), "line 1 is no SNMP message"),
        (f"{OID} s text".encode(), "line 1: the OID of the trap comes first"),
        (f"{TRAP}\n{OID} text".encode(), "line 2 is not 'OID TYPE VALUE'"),
        (f".{OID} = INTEGER: 1".encode(), "is missing"),
        (f"{TRAP}\n{OID} ? text".encode(), "line 2 is not"),
        (f"{TRAP}\n{OID} x zz".encode(), "line 2: the value is not hexadecimal"),
        (f'{TRAP}\n{OID} s "open'.encode(), "line 2"),
    ],
)
def test_what_cannot_be_read_is_named(data: bytes, why: str) -> None:
    with pytest.raises(InvalidInput, match=why):
        read(data)
