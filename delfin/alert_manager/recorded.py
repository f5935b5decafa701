"""Recorded traps: raw datagrams, datagrams in hexadecimal, or text of snmptrap or snmptrapd."""

from __future__ import annotations

import re
import shlex

from delfin import exception
from delfin.alert_manager.snmp import messages
from delfin.alert_manager.snmp.ber import DecodeError
from delfin.alert_manager.snmp.messages import NOTIFICATIONS
from delfin.alert_manager.trap import variables
from delfin.common.snmptrapd import TRAP_OID, UPTIME_OID, is_printed, traps_in

_OID = re.compile(r"\.?[0-9]+(?:\.[0-9]+)+")
_HEXADECIMAL = re.compile(r"(?:[0-9A-Fa-f]{2}[ :]?)+")
# snmptrap's letters for types; the values are texts to drivers, whatever their type.
_TYPES = frozenset("iucsxdnotab")


def read(data: bytes) -> list[dict[str, str]]:
    """The variables of each trap, as drivers get them.

    Text is what 'snmptrapd -On' prints; or it has a line 'OID TYPE VALUE' for each variable, as the
    arguments of snmptrap, and a line with one OID alone names the trap and begins it.

    Raises:
        exception.InvalidInput: It is none of these; the text says where.
    """
    if data[:1] == b"\x30" and not _is_text(data):
        return [_datagram(data, "the datagram")]
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise exception.InvalidInput("the file is neither a datagram nor text") from None
    if is_printed(text):
        return _printed(text)
    kept = [(number, line.strip()) for number, line in enumerate(text.splitlines(), start=1)]
    kept = [(number, line) for number, line in kept if line and not line.startswith("#")]
    if not kept:
        raise exception.InvalidInput("the file holds no trap")
    if all(_HEXADECIMAL.fullmatch(line) for _number, line in kept):
        return [
            _datagram(bytes.fromhex(re.sub("[ :]", "", line)), f"line {number}")
            for number, line in kept
        ]
    traps: list[dict[str, str]] = []
    for number, line in kept:
        _take(traps, number, line)
    return traps


def _printed(text: str) -> list[dict[str, str]]:
    try:
        return traps_in(text)
    except ValueError as error:
        raise exception.InvalidInput(str(error)) from None


def _is_text(data: bytes) -> bool:
    """A datagram's first byte is the digit 0, so its other bytes have to tell."""
    return all(byte in b"\t\r\n" or 0x20 <= byte < 0x7F for byte in data)


def _datagram(data: bytes, where: str) -> dict[str, str]:
    try:
        if messages.version_of(data) != messages.VERSION_3:
            pdu = messages.community_message(data).pdu
        else:
            message = messages.secure_message(data)
            if message.flags & messages.ENCRYPTED:
                raise exception.InvalidInput(f"{where} is encrypted")
            pdu = messages.scoped_pdu(message.scoped)
    except DecodeError as error:
        raise exception.InvalidInput(f"{where} is no SNMP message: {error}") from None
    if pdu.tag not in NOTIFICATIONS:
        raise exception.InvalidInput(f"{where} is no trap")
    return variables(pdu)


def _take(traps: list[dict[str, str]], number: int, line: str) -> None:
    """Add a variable to the last trap, or begin a new one."""
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise exception.InvalidInput(f"line {number}: {error}") from None
    if len(words) == 1 and _OID.fullmatch(words[0]):
        traps.append({UPTIME_OID: "0", TRAP_OID: words[0].removeprefix(".")})
        return
    if len(words) != 3 or not _OID.fullmatch(words[0]) or words[1] not in _TYPES:
        raise exception.InvalidInput(f"line {number} is not 'OID TYPE VALUE'")
    if not traps:
        raise exception.InvalidInput(f"line {number}: the OID of the trap comes first, alone")
    oid, kind, value = words
    traps[-1][oid.removeprefix(".")] = _value(number, kind, value)


def _value(number: int, kind: str, value: str) -> str:
    if kind == "o":
        return value.removeprefix(".")
    if kind != "x":
        return value
    try:
        return bytes.fromhex(value.removeprefix("0x").replace(":", " ")).decode("latin-1")
    except ValueError:
        raise exception.InvalidInput(f"line {number}: the value is not hexadecimal") from None
