"""Workers of a node have numbers, and whoever takes a worker's place takes its number."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from delfin.process.place import Place, bus_name

HOLDER = """
import sys
from delfin.process.place import Place, bus_name
place = Place(sys.argv[1], "delfin-task")
print(place.number, flush=True)
sys.stdin.read()
"""


def test_each_has_the_lowest_number_that_is_free(tmp_path: Path) -> None:
    first, second = (Place(str(tmp_path), "delfin-task") for _ in range(2))
    assert (first.number, second.number) == (0, 1)
    other = Place(str(tmp_path), "delfin-api")
    assert other.number == 0
    first.release()
    third = Place(str(tmp_path), "delfin-task")
    assert third.number == 0
    for place in (second, third, other):
        place.release()


def test_one_that_was_killed_leaves_its_number_to_the_next(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", HOLDER, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with holder:
        assert holder.stdout
        assert holder.stdout.readline() == "0\n"
        mine = Place(str(tmp_path), "delfin-task")
        assert mine.number == 1
        mine.release()
        holder.kill()
    mine = Place(str(tmp_path), "delfin-task")
    assert mine.number == 0
    mine.release()


def test_the_name_on_the_bus_outlives_the_process_and_is_nobody_elses(tmp_path: Path) -> None:
    folders = [str(tmp_path / node) for node in "ab"]
    for folder in folders:
        Place(folder, "delfin-task").release()
    names = [bus_name(folder, "delfin-task", number) for folder in folders for number in (0, 1)]
    assert len(set(names)) == 4
    assert bus_name(folders[0], "delfin-task", 1) == names[1]


def test_a_name_on_the_bus_whose_writing_was_cut_off_is_made_anew(tmp_path: Path) -> None:
    Place(str(tmp_path), "delfin-task").release()
    kept = tmp_path / "locks" / "delfin-task-0.bus"
    kept.touch()
    name = bus_name(str(tmp_path), "delfin-task", 0)
    assert name.rpartition(".")[2] == kept.read_text(encoding="ascii") != ""
    assert bus_name(str(tmp_path), "delfin-task", 0) == name


def test_a_full_disk_leaves_no_half_of_a_name_on_the_bus(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Place(str(tmp_path), "delfin-task").release()

    def full(path: Path, text: str, **_: object) -> None:
        with path.open("w") as file:
            file.write(text[:5])
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_text", full)
        with pytest.raises(OSError, match="No space"):
            bus_name(str(tmp_path), "delfin-task", 0)
    assert len(bus_name(str(tmp_path), "delfin-task", 0).rpartition(".")[2]) == 12
