"""Recorded traps: what arrived, as OIDs and texts, and the alert that was accepted for it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from delfin.common.snmptrapd import printed, traps_in

FOLDER = "traps"


def parse(text: str) -> dict[str, str]:
    """A trap as a driver gets it, from what 'snmptrapd -On' printed.

    Raises ValueError when no line is a variable, none says which trap it is, or there are more.
    """
    first, *more = traps_in(text)
    if more:
        raise ValueError(f"there are {1 + len(more)} traps: each belongs into a file of its own")
    return first


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
    return "".join(printed(oid, value) for oid, value in trap.items() if _is_oid(oid))


def _is_oid(name: str) -> bool:
    return name.replace(".", "").isdecimal()
