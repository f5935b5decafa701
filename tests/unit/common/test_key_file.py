"""The key file: private, made once, changed as a whole."""

from __future__ import annotations

import multiprocessing
import stat
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from delfin.common import keyring
from delfin.common.key_file import ENVIRONMENT, KeyFile, open_key_ring

PLACE = "access_info:s1:rest.password"


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "state" / "keys")


def test_first_use_makes_a_private_file(path: str) -> None:
    ring = open_key_ring(path, {})
    assert stat.S_IMODE(Path(path).stat().st_mode) == 0o600
    sealed = ring.seal("secret", PLACE)
    assert open_key_ring(path, {}).open(sealed, PLACE) == "secret"
    assert [file.name for file in Path(path).parent.iterdir()] == ["keys"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o601])
def test_file_that_others_may_use_is_refused(path: str, mode: int) -> None:
    open_key_ring(path, {})
    Path(path).chmod(mode)
    with pytest.raises(keyring.KeysUnusableError, match="chmod 600"):
        open_key_ring(path, {})


@pytest.mark.parametrize("content", [b"", b"no key\n", b"\xff\xfe"])
def test_broken_file_is_named_and_kept(path: str, content: bytes) -> None:
    open_key_ring(path, {})
    Path(path).write_bytes(content)
    with pytest.raises(keyring.KeysUnusableError, match=path):
        open_key_ring(path, {})
    assert Path(path).read_bytes() == content


def test_place_that_cannot_hold_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(keyring.KeysUnusableError, match="file"):
        open_key_ring(str(tmp_path / "file" / "keys"), {})
    with pytest.raises(keyring.KeysUnusableError, match="directory"):
        open_key_ring(str(tmp_path), {})


def test_missing_file_is_not_made_by_reading(path: str) -> None:
    with pytest.raises(keyring.KeysUnusableError, match="No such file"):
        KeyFile(path).keys()
    assert not Path(path).exists()


def test_environment_comes_before_the_file(path: str) -> None:
    key = keyring.Key.generate()
    ring = open_key_ring(path, {ENVIRONMENT: keyring.format_keys((key,))})
    assert ring.key_ids == [key.key_id]
    assert not Path(path).exists()


def test_unusable_environment_is_named(path: str) -> None:
    with pytest.raises(keyring.KeysUnusableError, match=ENVIRONMENT) as caught:
        open_key_ring(path, {ENVIRONMENT: "a-secret-that-is-no-key"})
    assert "a-secret" not in str(caught.value)


def test_rotation_reaches_a_running_key_ring(path: str) -> None:
    ring = open_key_ring(path, {})
    old = ring.primary_id
    sealed = ring.seal("secret", PLACE)
    new = KeyFile(path).add_primary()
    assert ring.key_ids == [new, old]
    assert ring.open(sealed, PLACE) == "secret"
    assert keyring.key_id_of(ring.seal("secret", PLACE)) == new
    KeyFile(path).retire(old)
    with pytest.raises(keyring.UnknownKeyError):
        ring.open(sealed, PLACE)
    assert stat.S_IMODE(Path(path).stat().st_mode) == 0o600


def test_primary_key_cannot_be_retired(path: str) -> None:
    ring = open_key_ring(path, {})
    with pytest.raises(keyring.KeysUnusableError, match="primary"):
        KeyFile(path).retire(ring.primary_id)
    assert len(ring.key_ids) == 1


def _first_use(path: str, barrier: Barrier) -> None:
    barrier.wait(30)
    open_key_ring(path, {})
    KeyFile(path).add_primary()


def test_many_processes_at_once_lose_no_key(path: str) -> None:
    spawn = multiprocessing.get_context("spawn")
    barrier = spawn.Barrier(4)
    workers = [spawn.Process(target=_first_use, args=(path, barrier)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0] * 4
    assert len(set(open_key_ring(path, {}).key_ids)) == 5
