"""Recordings of what the tools of a real host say: the ground of the unit tests' stories."""

from __future__ import annotations

import os
from pathlib import Path

from delfin.drivers.linux.lvm import commands
from delfin.drivers.linux.lvm.driver import LvmDriver
from delfin.testing.recording.exchange import Exchange, load, save

RECORDINGS = Path(__file__).parents[2] / "unit" / "drivers" / "linux" / "lvm" / "recordings"


def answers(driver: LvmDriver, names: list[str]) -> dict[str, str]:
    return {name: driver.client.ask(commands.ALL[name]) for name in names}


def refresh(host: str, said: dict[str, str]) -> None:
    """Write new recordings, on request: DELFIN_RECORD=1, and then 'make accept' for the rows."""
    if not os.environ.get("DELFIN_RECORD"):
        return
    folder = RECORDINGS / host
    save(
        folder,
        [
            Exchange("exec", commands.ALL[name].line(sudo=False), {"stdout": text, "status": 0})
            for name, text in said.items()
        ],
    )


def recorded(host: str) -> dict[str, str]:
    told = {one.asked: str(one.answer["stdout"]) for one in load(RECORDINGS / host)}
    lines = {name: command.line(sudo=False) for name, command in commands.ALL.items()}
    return {name: told[line] for name, line in lines.items() if line in told}
