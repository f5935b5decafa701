"""Where the keys of the key ring come from: a file of mode 0600, or the environment."""

from __future__ import annotations

import fcntl
import os
import stat
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from delfin.common.keyring import Key, KeyRing, KeysUnusableError, format_keys, parse_keys

ENVIRONMENT = "DELFIN_SECRET_KEYS"


def open_key_ring(path: str, environ: Mapping[str, str] = os.environ) -> KeyRing:
    """The key ring of this installation.

    The keys of the environment where it has any, else those of the file, which is made when it is
    not there. Raises `KeysUnusableError`.
    """
    text = environ.get(ENVIRONMENT)
    if text:
        try:
            keys = parse_keys(text)
        except KeysUnusableError as error:
            raise KeysUnusableError(f"{ENVIRONMENT}: {error}") from None
        return KeyRing(lambda: keys)
    file = KeyFile(path)
    file.create()
    return KeyRing(file.keys)


class KeyFile:
    """The keys in a file, always as they are there now; every change is atomic."""

    def __init__(self, path: str) -> None:
        self.path = Path(path)
        self._seen: tuple[tuple[int, int], tuple[Key, ...]] | None = None

    def keys(self) -> tuple[Key, ...]:
        """Raises `KeysUnusableError` when the file is missing, open to others, or no key file."""
        try:
            with self.path.open(encoding="ascii") as file:
                return self._current(file)
        except OSError as error:
            raise KeysUnusableError(f"{self.path}: {error.strerror}") from None
        except UnicodeDecodeError:
            raise KeysUnusableError(f"{self.path}: not a text") from None
        except KeysUnusableError as error:
            raise KeysUnusableError(f"{self.path}: {error}") from None

    def _current(self, file: TextIO) -> tuple[Key, ...]:
        found = os.fstat(file.fileno())
        if stat.S_IMODE(found.st_mode) & 0o077:
            raise KeysUnusableError("others may use it; run chmod 600 on it")
        version = (found.st_ino, found.st_mtime_ns)
        if self._seen is None or self._seen[0] != version:
            self._seen = version, parse_keys(file.read())
        return self._seen[1]

    def create(self) -> None:
        """Make the file with one new key; of many callers at once, one makes it."""
        if self.path.exists():
            self.keys()
            return
        with self._locked():
            if not self.path.exists():
                self._write((Key.generate(),))

    def add_primary(self) -> str:
        """Put a new key before the others and return its id."""
        new = Key.generate()
        self._change(lambda keys: (new, *keys))
        return new.key_id

    def retire(self, key_id: str) -> None:
        """Remove a key that seals nothing any more; the primary one stays."""

        def without(keys: tuple[Key, ...]) -> tuple[Key, ...]:
            if keys[0].key_id == key_id:
                raise KeysUnusableError(f"key {key_id} is the primary one and stays")
            return tuple(key for key in keys if key.key_id != key_id)

        self._change(without)

    def _change(self, changed: Callable[[tuple[Key, ...]], tuple[Key, ...]]) -> None:
        with self._locked():
            self._write(changed(self.keys()))

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Exclude other writers; the directory is locked, so that no lock file stays behind."""
        directory = self.path.parent
        try:
            directory.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
        except OSError as error:
            raise KeysUnusableError(f"{directory}: {error.strerror}") from None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _write(self, keys: tuple[Key, ...]) -> None:
        """Replace the file as a whole; readers see the old or the new one."""
        try:
            descriptor, name = tempfile.mkstemp(dir=self.path.parent, prefix=f".{self.path.name}.")
        except OSError as error:
            raise KeysUnusableError(f"{self.path}: {error.strerror}") from None
        try:
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(format_keys(keys))
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(self.path)
        finally:
            Path(name).unlink(missing_ok=True)
