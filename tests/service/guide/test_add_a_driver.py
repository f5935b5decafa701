"""The files and commands of docs/guide/add-a-driver.md, one after the other, in an empty folder."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from delfin.testing.simulated.fake_storage import FakeStorage

pytestmark = pytest.mark.service

GUIDE = Path(__file__).parents[3] / "docs" / "guide" / "add-a-driver.md"
FILE = re.compile(r"<!-- file: (\S+) -->\n```\w+\n(.*?)```\n", re.DOTALL)
CONSOLE = re.compile(r"```console\n(.*?)```\n", re.DOTALL)
BIN = Path(sys.executable).parent
ENTRY = "pip install --no-deps -e ."
SIMULATE = "delfin-manage simulate --port 8291 --control-port 8292 &"


@pytest.fixture
def array() -> Iterator[FakeStorage]:
    with FakeStorage() as array:
        yield array


def commands(text: str) -> list[str]:
    blocks = CONSOLE.findall(text)
    return [line.removeprefix("$ ") for block in blocks for line in block.splitlines()]


def test_a_newcomer_gets_to_the_end(array: FakeStorage, tmp_path: Path) -> None:
    text = GUIDE.read_text(encoding="utf-8")
    for name, content in FILE.findall(text):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content.replace("8291", str(array.port)), encoding="utf-8")
    written = commands(text)
    assert (written[0], written[2]) == (ENTRY, SIMULATE), "these two are played by this test"
    said = {command: run(command, tmp_path) for command in written if command != SIMULATE}
    assert "acme bravo" in said["delfin-manage driver list"]
    assert "Result    good" in said[written[3]]
    told = said["pytest -q test_bravo.py"]
    assert re.search(r"2\d passed", told), told
    assert "failed" not in told
    assert len(written) == 7


def run(command: str, folder: Path) -> str:
    """What a command prints; it must succeed."""
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith(("OS_", "DELFIN_"))},
        "PATH": f"{BIN}:{os.environ['PATH']}",
        "PYTHONPATH": str(folder),
    }
    if command == ENTRY:
        # The entry points as an installation has them, without one into this environment.
        command = "python setup.py -q egg_info"
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )
    assert done.returncode == 0, (command, done.stdout[-3000:], done.stderr[-3000:])
    return done.stdout
