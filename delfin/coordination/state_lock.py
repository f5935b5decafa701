"""Keeps a second delfin-standalone out of a state folder: both would run the same jobs."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from delfin import exception


class StateLock:
    """Holds 'standalone.lock' in the state folder, with the process id for the operator.

    The lock ends with 'release' or with the process; the file stays.
    """

    def __init__(self, state_path: str) -> None:
        self._path = Path(state_path).absolute() / "standalone.lock"
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Raises LockAcquisitionFailed, naming the process that uses the folder."""
        self._path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            # Unlike a POSIX lock, flock is not given up when the file is read elsewhere.
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(descriptor, 20).decode().strip() or "unknown"
            os.close(descriptor)
            raise exception.LockAcquisitionFailed(
                message=f"The folder {self._path.parent} is in use by delfin-standalone, "
                f"process {holder}. Stop that one, or set another state_path."
            ) from None
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        self._descriptor = descriptor

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
