"""Recorded traps: what arrived, as OIDs and texts, and the alert that was accepted for it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FOLDER = "traps"
# A line of `snmptrapd -On`: .1.3.6.1.2.1.1.3.0 = Timeticks: (4711) 0:00:47.11
_LINE = re.compile(r"^\s*\.?(\d+(?:\.\d+)+)\s*=\s*(?:(\w[\w -]*):\s?)?(.*)$")
_TICKS = re.compile(r"^\((\d+)\)")
_NUMBER = re.compile(r"^[^()]*\((-?\d+)\)$")
_TRAP_OID = "1.3.6.1.6.3.1.1.4.1.0"


def parse(text: str) -> dict[str, str]:
    """A trap as a driver gets it, from what 'snmptrapd -On' printed.

    Raises ValueError when no line is a variable, or none says which trap it is.
    """
    found = {}
    for line in text.replace("\t", "\n").splitlines():
        match = _LINE.match(line)
        if match:
            found[match[1]] = _value(match[2] or "", match[3].strip())
    if not found:
        raise ValueError("no line has the form 'OID = TYPE: value'")
    if _TRAP_OID not in found:
        raise ValueError(f"the variable {_TRAP_OID} (which trap it is) is missing")
    return found


def _value(kind: str, text: str) -> str:
    if kind == "STRING":
        return text.strip('"')
    if kind == "OID":
        return text.removeprefix(".")
    if kind == "Timeticks" and (ticks := _TICKS.match(text)):
        return ticks[1]
    if kind == "INTEGER" and (number := _NUMBER.match(text)):
        return number[1]
    return text


def load(folder: Path) -> dict[str, dict[str, str]]:
    """Traps of a recording by the name of their file; raises ValueError naming a bad one."""
    traps = {}
    for path in sorted((folder / FOLDER).glob("*.txt")):
        try:
            traps[path.stem] = parse(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from error
    return traps


def accepted(folder: Path, name: str) -> Any:
    """The alert that was accepted for a trap; None when there is none yet."""
    path = folder / FOLDER / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def accept(folder: Path, name: str, alert: Any) -> None:
    text = json.dumps(alert, indent=2, sort_keys=True, ensure_ascii=False, default=str)
    (folder / FOLDER / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def written(trap: Mapping[str, str]) -> str:
    """The text that 'parse' reads."""
    return "".join(f".{oid} = STRING: {value}\n" for oid, value in trap.items() if _is_oid(oid))


def _is_oid(name: str) -> bool:
    return name.replace(".", "").isdecimal()
