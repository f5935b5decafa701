"""Named locks between threads, processes and, with Redis, nodes; by tooz.

They are advisory: they keep two requests from doing the same work at once. What must hold is
fenced by the database.
"""

from __future__ import annotations

import hashlib
import os
import socket
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import tooz
from oslo_config import cfg
from tooz import coordination

from delfin import exception
from delfin.coordination.redis_locks import RedisLocks
from delfin.coordination.redis_server import RedisServer


class Locks(Protocol):
    def start(self) -> None: ...

    def stop(self) -> None: ...

    def hold(self, key: bytes, timeout: float) -> AbstractContextManager[None]: ...


class Coordinator:
    """Locks by name, where [coordination] backend_type says. Start it before the first lock.

    Raises ValueError when the address of the server cannot be read.
    """

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        self._locks: Locks
        if conf.coordination.backend_type == "redis":
            expiration = conf.coordination.backend_expiration
            self._locks = RedisLocks(RedisServer.of(conf), unique_name(), expiration)
        else:
            self._locks = FileLocks(Path(conf.state_path).absolute() / "locks")

    def start(self) -> None:
        """Raises LockCreationFailed when the folder of the locks is not usable.

        A server need not be there yet.
        """
        self._locks.start()

    def stop(self) -> None:
        self._locks.stop()

    @contextmanager
    def lock(self, name: str, timeout: float = 30.0) -> Iterator[None]:
        """Holds the lock 'name', any text, for the length of the block.

        Raises LockAcquisitionFailed after 'timeout' seconds. Not re-entrant: a thread that asks
        again for what it holds waits for itself. When the server of the locks is away, the block
        runs without one, after two seconds at most.
        """
        with self._locks.hold(hashlib.sha256(name.encode()).hexdigest().encode(), timeout):
            yield


class FileLocks:
    """Locks between the threads and processes of one node, as files in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._tooz = coordination.get_coordinator(f"file://{folder}", unique_name().encode())

    def start(self) -> None:
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._tooz.start()
        except (OSError, tooz.ToozError) as error:
            raise exception.LockCreationFailed(
                message=f"The locks under state_path are not usable: {error}"
            ) from error

    def stop(self) -> None:
        self._tooz.stop()

    @contextmanager
    def hold(self, key: bytes, timeout: float) -> Iterator[None]:
        lock = self._tooz.get_lock(key)
        longest = timeout if timeout > 0 else None
        # Fractions of a second are fine, whatever the annotation says.
        if not lock.acquire(blocking=timeout > 0, timeout=longest):  # type: ignore[arg-type]
            raise exception.LockAcquisitionFailed
        try:
            yield
        finally:
            lock.release()


def unique_name() -> str:
    """A name of this process that no other has, not even in a container of the same host name."""
    return f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex}"
