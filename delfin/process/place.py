"""The number of a worker process among those of its kind on a node."""

from __future__ import annotations

import fcntl
import os
import socket
from pathlib import Path
from uuid import uuid4

# Old workers may still be ending while new ones start.
_MOST = 1024


class Place:
    """The lowest number, from 0, that no other process of that name has in the state folder.

    It is free again with 'release' or with the end of the process, so a worker that is replaced
    hands its number on, whatever starts workers.
    """

    def __init__(self, state_path: str, name: str) -> None:
        """Raises OSError when the folder is not usable, or all numbers are taken."""
        folder = Path(state_path).absolute() / "locks"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for number in range(_MOST):
            path = folder / f"{name}-{number}"
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(descriptor)
                continue
            self.number, self._descriptor = number, descriptor
            return
        raise OSError(f"{folder}: {_MOST} processes {name} are there already")

    def release(self) -> None:
        os.close(self._descriptor)


def bus_name(state_path: str, name: str, number: int) -> str:
    """The name on the message bus of the process that has a place; the same after a restart.

    A part of it is random and kept in the state folder: hosts may have one name, such as
    containers, and each must be told from the others.

    Raises:
        OSError: The folder is not usable.
    """
    path = Path(state_path).absolute() / "locks" / f"{name}-{number}.bus"
    try:
        known = path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        known = ""
    if not known:
        known = uuid4().hex[:12]
        # All of it or nothing: half of a name would be kept for good.
        made = path.with_suffix(".new")
        made.write_text(known, encoding="ascii")
        made.replace(path)
    return f"{socket.gethostname()}.{number}.{known}"
