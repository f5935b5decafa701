"""One delfin-standalone for one state folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from delfin import exception
from delfin.coordination.state_lock import StateLock


def test_a_second_one_is_refused_and_told_who_is_there(tmp_path: Path) -> None:
    first = StateLock(str(tmp_path))
    first.acquire()
    with pytest.raises(exception.LockAcquisitionFailed) as caught:
        StateLock(str(tmp_path)).acquire()
    assert str(tmp_path) in str(caught.value)
    assert f"process {os.getpid()}" in str(caught.value)
    assert "state_path" in str(caught.value)
    first.release()


def test_the_folder_is_free_again_after_the_release(tmp_path: Path) -> None:
    for _ in range(2):
        lock = StateLock(str(tmp_path))
        lock.acquire()
        lock.release()
        lock.release()


def test_a_file_that_a_killed_process_left_is_taken_over(tmp_path: Path) -> None:
    (tmp_path / "standalone.lock").write_text("99999999\n")
    lock = StateLock(str(tmp_path))
    lock.acquire()
    assert (tmp_path / "standalone.lock").read_text() == f"{os.getpid()}\n"
    lock.release()


def test_the_folder_is_made(tmp_path: Path) -> None:
    lock = StateLock(str(tmp_path / "new" / "var"))
    lock.acquire()
    lock.release()
    assert (tmp_path / "new" / "var").is_dir()
