"""Traps as `snmptrapd -On` prints them, for recordings and for whoever asks what a trap says."""

from __future__ import annotations

import re

# The variables that every trap begins with (RFC 3416, section 4.2.6).
UPTIME_OID = "1.3.6.1.2.1.1.3.0"
TRAP_OID = "1.3.6.1.6.3.1.1.4.1.0"

# .1.3.6.1.2.1.1.3.0 = Timeticks: (4711) 0:00:47.11
_LINE = re.compile(r"^\s*\.?(\d+(?:\.\d+)+)\s*=\s*(?:(\w[\w -]*):\s?)?(.*)$")
_TICKS = re.compile(r"^\((\d+)\)")
_NUMBER = re.compile(r"^[^()]*\((-?\d+)\)$")
# Variables of one trap may stand in one line.
_NEXT = re.compile(r"\r?\n|\t(?=\.\d)")
_WHOLE = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
# Octets that are no ASCII text are wrapped after sixteen.
_OCTETS = re.compile(r"^\s*(?:[0-9A-Fa-f]{2}\s+)*[0-9A-Fa-f]{2}\s*$")
_HEXADECIMAL = "Hex-STRING"


def is_printed(text: str) -> bool:
    """Whether any line is a variable in that form."""
    return any(map(_LINE.match, _NEXT.split(text)))


def traps_in(text: str) -> list[dict[str, str]]:
    """The variables of each trap, as drivers get them: the uptime begins another one.

    Raises:
        ValueError: No line is a variable, or a trap does not say which one it is.
    """
    found: list[dict[str, tuple[str, str]]] = []
    last = ""
    for line in _NEXT.split(text):
        match = _LINE.match(line)
        if match:
            last = match[1]
            if not found or last == UPTIME_OID:
                found.append({})
            found[-1][last] = (match[2] or "", match[3].strip())
        elif found and _goes_on(*(begun := found[-1][last]), line):
            found[-1][last] = (begun[0], f"{begun[1]}\n{line}")
    if not found:
        raise ValueError("no line has the form 'OID = TYPE: value'")
    traps = [{oid: _value(*told) for oid, told in trap.items()} for trap in found]
    if not all(TRAP_OID in trap for trap in traps):
        raise ValueError(f"the variable {TRAP_OID} (which trap it is) is missing")
    return traps


def printed(oid: str, value: str) -> str:
    """A line for a variable that is a text; 'traps_in' reads it."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'.{oid} = STRING: "{escaped}"\n'


def _goes_on(kind: str, begun: str, line: str) -> bool:
    """Whether a line that is no variable belongs to the one before."""
    if kind == _HEXADECIMAL:
        return _OCTETS.match(line) is not None
    return begun.startswith('"') and not _WHOLE.match(begun)


def _value(kind: str, text: str) -> str:
    if kind == "OID":
        return text.removeprefix(".")
    if kind == "Timeticks" and (ticks := _TICKS.match(text)):
        return ticks[1]
    if kind == "INTEGER" and (number := _NUMBER.match(text)):
        return number[1]
    if kind == _HEXADECIMAL:
        return bytes.fromhex(text).decode("latin-1")
    # A text of no octets has no type in front.
    if kind in {"STRING", ""} and text.startswith('"'):
        return _ESCAPED.sub(r"\1", text[1:].removesuffix('"'))
    return text
