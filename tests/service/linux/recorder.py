"""Recordings of what the tools of a real host say: the ground of the unit tests' stories."""

from __future__ import annotations

import os
from pathlib import Path

from delfin.drivers.linux.lvm import commands
from delfin.drivers.linux.lvm.driver import LvmDriver

RECORDINGS = Path(__file__).parents[2] / "unit" / "drivers" / "linux" / "lvm" / "recordings"


def answers(driver: LvmDriver, names: list[str]) -> dict[str, str]:
    return {name: driver.client.ask(commands.ALL[name]) for name in names}


def refresh(host: str, said: dict[str, str]) -> None:
    """Write new recordings, on request: DELFIN_RECORD=1, and then DELFIN_ACCEPT=1 for the rows."""
    if not os.environ.get("DELFIN_RECORD"):
        return
    folder = RECORDINGS / host
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in said.items():
        (folder / f"{name}.raw").write_text(text)


def recorded(host: str) -> dict[str, str]:
    return {path.stem: path.read_text() for path in (RECORDINGS / host).glob("*.raw")}
