"""A folder of batches: order, limit, what is left by the killed, several writers."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from delfin.exporter.performance.spool import Spool, Waiting

MUCH = 10**9


def bodies(spool: Spool) -> list[bytes | None]:
    return [spool.read(waiting) for waiting in spool.waiting()]


def test_what_is_put_is_read_in_order(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool", MUCH)
    for number in range(20):
        spool.put(str(number).encode(), number)
    assert bodies(spool) == [str(number).encode() for number in range(20)]
    assert [waiting.samples for waiting in spool.waiting()] == list(range(20))
    assert spool.remove(spool.waiting()[0])
    assert bodies(spool)[0] == b"1"


def test_a_clock_that_goes_back_changes_no_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = Spool(tmp_path, MUCH)
    moments = iter([2_000, 1_000, 3_000])
    monkeypatch.setattr("time.time_ns", lambda: next(moments))
    for body in (b"a", b"b", b"c"):
        spool.put(body, 1)
    assert bodies(spool) == [b"a", b"b", b"c"]


def test_beyond_the_limit_the_oldest_go_and_are_counted(tmp_path: Path) -> None:
    spool = Spool(tmp_path, 1000)
    for number in range(30):
        spool.put(bytes([number]) * 100, 5)
    standing = spool.trim()
    assert [body[0] for body in bodies(spool) if body] == list(range(20, 30))
    assert (standing.batches, standing.size) == (10, 1000)
    assert spool.dropped_samples == 100
    assert spool.overflowed_at is not None
    spool.forget_overflow()
    assert spool.overflowed_at is None


def test_one_that_is_larger_than_the_limit_is_kept(tmp_path: Path) -> None:
    spool = Spool(tmp_path, 10)
    spool.put(b"x" * 100, 1)
    spool.put(b"y" * 100, 1)
    assert bodies(spool) == [b"y" * 100]


def test_what_another_took_is_not_there_any_more(tmp_path: Path) -> None:
    spool = Spool(tmp_path, MUCH)
    spool.put(b"x", 1)
    waiting = spool.waiting()[0]
    assert spool.remove(waiting)
    assert spool.read(waiting) is None
    assert not spool.remove(waiting)


def test_half_written_files_are_no_batches_and_go_after_a_while(tmp_path: Path) -> None:
    spool = Spool(tmp_path, MUCH)
    fresh, old = tmp_path / "1-1-1-1.part", tmp_path / "0-1-1-1.part"
    for path in (fresh, old):
        path.write_bytes(b"half")
    os.utime(old, (0, 0))
    assert spool.trim().batches == 0
    assert fresh.exists()
    assert not old.exists()
    assert spool.waiting() == []


def test_a_file_system_that_refuses_leaves_nothing_behind(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool", MUCH)
    (tmp_path / "spool").rmdir()
    with pytest.raises(OSError, match="No such file"):
        spool.put(b"x", 1)
    assert list(tmp_path.iterdir()) == []


def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool", MUCH)
    spool.put(b"x", 1)
    assert (tmp_path / "spool").stat().st_mode & 0o077 == 0


def test_many_processes_write_and_nothing_is_lost(tmp_path: Path) -> None:
    writes = (
        "import sys; from pathlib import Path; from delfin.exporter.performance.spool import Spool\n"
        "spool = Spool(Path(sys.argv[1]), 10**9)\n"
        "for number in range(200): spool.put(f'{sys.argv[2]} {number}'.encode(), 1)\n"
    )
    processes = [
        subprocess.Popen([sys.executable, "-c", writes, str(tmp_path), str(process)])
        for process in range(2)
    ]
    assert [process.wait(60) for process in processes] == [0, 0]
    found = [(body or b"").decode().split() for body in bodies(Spool(tmp_path, MUCH))]
    for process in ("0", "1"):
        mine = [int(number) for of, number in found if of == process]
        assert mine == list(range(200))


def test_a_name_says_when_it_was_put_and_how_much_it_is() -> None:
    waiting = Waiting("00000000001500000000-7-3-42.batch")
    assert waiting.put_at == 1.5
    assert waiting.samples == 42
