"""Named locks between threads and processes, by tooz.

They are advisory: they keep two requests from doing the same work at once. What must hold is
fenced by the database.
"""

from __future__ import annotations

import hashlib
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import tooz
from oslo_config import cfg
from oslo_log import log
from tooz import coordination

from delfin import exception

LOG = log.getLogger(__name__)


class Coordinator:
    """Locks by name, in the folder 'locks' under state_path. Start it before the first lock."""

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        self._folder = Path(conf.state_path).absolute() / "locks"
        if conf.coordination.backend_type != "file":
            LOG.warning(
                "[coordination] backend_type = %s is not used: this release keeps its locks in %s",
                conf.coordination.backend_type,
                self._folder,
            )
        member = f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"
        self._tooz = coordination.get_coordinator(f"file://{self._folder}", member.encode())

    def start(self) -> None:
        """Raises LockCreationFailed when the folder of the locks is not usable."""
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
    def lock(self, name: str, timeout: float = 30.0) -> Iterator[None]:
        """Holds the lock 'name', any text, for the length of the block.

        Raises LockAcquisitionFailed after 'timeout' seconds. Not re-entrant: a thread that asks
        again for what it holds waits for itself.
        """
        lock = self._tooz.get_lock(hashlib.sha256(name.encode()).hexdigest().encode())
        longest = timeout if timeout > 0 else None
        # Fractions of a second are fine, whatever the annotation says.
        if not lock.acquire(blocking=timeout > 0, timeout=longest):  # type: ignore[arg-type]
            raise exception.LockAcquisitionFailed
        try:
            yield
        finally:
            lock.release()
