"""Traps on disk, for the time that the database is away: bounded, in order, and kept over a kill."""

from __future__ import annotations

import errno
import os
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import orjson
from oslo_log import log

from delfin.alert_manager.trap import Trap

LOG = log.getLogger(__name__)

# A file is given back as a whole, so it stays small (bytes).
_SEGMENT = 1 << 20
_SUFFIX = ".traps"


class Spool:
    """Files of traps in one folder, the oldest first."""

    def __init__(self, folder: Path, most_bytes: int) -> None:
        self._folder = folder
        self._most = most_bytes
        self._guard = threading.Lock()
        self._segments: list[tuple[Path, int]] = []
        self._open: Path | None = None

    def start(self) -> None:
        """Find what an earlier process left.

        Raises:
            OSError: The folder cannot be made.
        """
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        left = sorted(self._folder.glob(f"*{_SUFFIX}"))
        self._segments = [(path, path.stat().st_size) for path in left]

    @property
    def empty(self) -> bool:
        return not self._segments

    def put(self, traps: Sequence[Trap]) -> int:
        """Add traps at the end and return how many found room; they are on disk then."""
        with self._guard:
            held = sum(size for _path, size in self._segments)
            lines, kept = [], 0
            for trap in traps:
                line = orjson.dumps([*trap]) + b"\n"
                if held + len(line) > self._most:
                    break
                held += len(line)
                kept += 1
                lines.append(line)
            if lines:
                try:
                    self._write(b"".join(lines))
                except OSError:
                    LOG.exception("Traps cannot be written to %s", self._folder)
                    return 0
            return kept

    def _write(self, data: bytes) -> None:
        if self._open is None:
            path = self._folder / f"{time.time_ns():020d}{_SUFFIX}"
            self._segments.append((path, 0))
            self._open = path
        path, size = self._segments[-1]
        file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            written = os.write(file, data)
            if written < len(data):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(file)
        finally:
            os.close(file)
        self._segments[-1] = (path, size + len(data))
        if size + len(data) >= _SEGMENT:
            self._open = None

    def oldest(self) -> list[Trap]:
        """The traps of the oldest file; none when there is none."""
        with self._guard:
            if not self._segments:
                return []
            path, _size = self._segments[0]
            if path == self._open:
                self._open = None
        traps = []
        for line in path.read_bytes().splitlines():
            try:
                traps.append(Trap(*orjson.loads(line)))
            except (ValueError, TypeError):
                # The process or the machine died while it was written.
                LOG.warning("A trap in %s was cut off", path)
        return traps

    def drop_oldest(self) -> None:
        """Forget the oldest file: its traps are in the database."""
        with self._guard:
            path, _size = self._segments.pop(0)
            path.unlink(missing_ok=True)
