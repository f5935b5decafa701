"""What '[storage_driver] record_dir' asks for: a running service records its sessions with arrays."""

from __future__ import annotations

import datetime as dt
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from oslo_config import cfg
from oslo_log import log

from delfin.common.constants import ACCESS_TYPE
from delfin.testing.recording import wire
from delfin.testing.recording.about import About
from delfin.testing.recording.recorder import Recorder
from delfin.testing.recording.wire import Wire

LOG = log.getLogger(__name__)

Make = Callable[[], Any]

_RUNNING = "running"
# A recording that nobody has written to for so long was left by a process that is gone.
_ABANDONED = 3600.0


class SessionRecordings:
    """One recording for each session with an array, from login to logout.

    At most 'keep' recordings of 'limit' bytes each lie in the folder; finished ones make room for
    new ones, and while there is no room a session is not recorded.
    """

    def __init__(self, folder: Path, limit: int, keep: int, tap: Wire) -> None:
        self._folder, self._limit, self._keep, self._wire = folder, limit, keep, tap
        self._lock = threading.Lock()
        self._open: dict[Recorder, None] = {}

    def __call__(self, access: Mapping[str, Any], make: Make) -> Any:
        """The driver that 'make' makes, recorded if there is room; raises what 'make' raises."""
        recorder = self._begin(access)
        if recorder is None:
            return make()
        self._wire.attach(recorder, access)
        try:
            driver = make()
        except BaseException:
            # A failed login is what bug reports are about.
            self._end(recorder)
            raise
        recorder.watch(driver)
        log_out = getattr(driver, "close_connection", None)

        def close_connection() -> None:
            try:
                if log_out is not None:
                    log_out()
            finally:
                self._end(recorder)

        driver.close_connection = close_connection
        return driver

    def close(self) -> None:
        """End every recording that is open."""
        with self._lock:
            still_open = tuple(self._open)
        for recorder in still_open:
            self._end(recorder)

    def _begin(self, access: Mapping[str, Any]) -> Recorder | None:
        title = About(
            driver=f"{access['vendor']} {access['model']}",
            source="array",
            recorded=f"[storage_driver] record_dir, {dt.datetime.now(dt.UTC):%Y-%m}",
            access=tuple(name for name in ACCESS_TYPE if access.get(name)),
        )
        words = "-".join(title.driver.split()).replace("/", "-")
        stamp = f"{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%S%f}"
        try:
            with self._lock:
                if not self._has_room():
                    return None
                folder = self._folder / f"{words}-{stamp}"
                folder.mkdir(parents=True, mode=0o700)
                (folder / _RUNNING).touch()
                recorder = Recorder(folder, title, access, self._limit)
                self._open[recorder] = None
        except OSError:
            LOG.exception("this session is not recorded")
            return None
        return recorder

    def _end(self, recorder: Recorder) -> None:
        with self._lock:
            if recorder not in self._open:
                return
            del self._open[recorder]
        self._wire.detach(recorder)
        try:
            recorder.close()
            (recorder.folder / _RUNNING).unlink(missing_ok=True)
        except Exception:  # noqa: BLE001 - a recording must never disturb what it listens to
            LOG.exception("the recording in %s is not complete", recorder.folder)

    def _has_room(self) -> bool:
        """Whether one more recording fits, after the oldest finished ones went."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        there = sorted(path for path in self._folder.iterdir() if path.is_dir())
        finished = [path for path in there if not _is_running(path)]
        for path in finished[: max(0, len(there) - self._keep + 1)]:
            shutil.rmtree(path, ignore_errors=True)
            there.remove(path)
        return len(there) < self._keep


def _is_running(folder: Path) -> bool:
    if not (folder / _RUNNING).exists():
        return False
    written = max(path.stat().st_mtime for path in folder.iterdir())
    return time.time() - written < _ABANDONED


@contextmanager
def session_recordings(conf: cfg.ConfigOpts) -> Iterator[SessionRecordings]:
    """As '[storage_driver] record_dir' and the options beside it ask for."""
    options = conf.storage_driver
    folder = Path(options.record_dir)
    LOG.warning("[storage_driver] record_dir: sessions with arrays are recorded in %s", folder)
    with wire.opened() as tap:
        recordings = SessionRecordings(folder, options.record_limit << 20, options.record_keep, tap)
        try:
            yield recordings
        finally:
            recordings.close()
