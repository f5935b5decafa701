"""One recording in the making: what was heard is kept until a call ends, scrubbed, then written."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import Any

from oslo_log import log

from delfin.drivers.driver import StorageDriver
from delfin.inventory.catalog import KINDS
from delfin.testing.recording import about as about_file
from delfin.testing.recording import files, hosts
from delfin.testing.recording.about import About
from delfin.testing.recording.exchange import FILE, Exchange, dump, load
from delfin.testing.recording.scrub import Scrubber

LOG = log.getLogger(__name__)

_TABLES = {kind.lister: kind.key for kind in KINDS} | {"get_storage": "storage"}
_CALLS = tuple(
    name
    for name, member in vars(StorageDriver).items()
    if not name.startswith("_") and callable(member) and not isinstance(member, staticmethod)
)


class Recorder:
    """Writes into 'folder', which must exist; for any number of threads.

    Nothing reaches the disk unscrubbed. A name that a driver tells only later is taken out of
    what was written before by 'close'. After 'limit' bytes nothing more is kept.
    """

    def __init__(
        self, folder: Path, about: About, access: Mapping[str, Any], limit: int | None = None
    ) -> None:
        self.folder = folder
        self.scrubber = Scrubber(access)
        self._about = replace(about, complete=False)
        self._extra = access.get("extra_attributes") or {}
        self._storage_name = access.get("storage_name") or ""
        self._limit = limit
        self._size = 0
        self._full = False
        self._closed = False
        self._take_apart: files.TakeApart | None = None
        self._names: set[str] = set()
        self._pending: list[Exchange] = []
        self._lock = threading.RLock()
        (folder / FILE).touch()
        about_file.write(folder, self._about)

    def hear(self, exchange: Exchange) -> None:
        """Keep an exchange until the call that it belongs to has ended."""
        with self._lock:
            if not self._full and not self._closed:
                self._pending.append(exchange)
                # A call may ask for so much that it must not wait in memory.
                if self._limit is not None and len(self._pending) >= 1000:
                    self.flush()

    def watch(self, driver: Any) -> None:
        """Learn from every row that the driver returns, and write after each of its calls."""
        self._take_apart = getattr(driver, "file_parts", None)
        self._after("", None)
        for name in (*_CALLS, "close_connection"):
            method = getattr(driver, name, None)
            if method is not None:
                setattr(driver, name, self._watched(name, method))

    def flush(self) -> None:
        """Scrub and write what was heard."""
        with self._lock:
            pending, self._pending = self._pending, []
            if not pending or self._full:
                return
            text = "".join(dump(self._to_be_written(exchange)) for exchange in pending)
            self._size += len(text.encode())
            if self._limit is not None and self._size > self._limit:
                self._full = True
                LOG.info(
                    "the recording in %s has reached its size; it goes no further", self.folder
                )
                return
            with (self.folder / FILE).open("a", encoding="utf-8") as stream:
                stream.write(text)

    def _to_be_written(self, exchange: Exchange) -> Exchange:
        """Without a content whose texts are not known: it could hold anything."""
        told = dict(exchange.answer)
        if exchange.channel == "sftp" and "content" in told:
            try:
                told |= files.written(told.pop("content"), self._take_apart, self._names)
            except files.RefusedError as error:
                told[files.LEFT_OUT] = str(error)
        return self.scrubber.exchange(replace(exchange, answer=told))

    def close(self, **known: Any) -> None:
        """Scrub once more what was written, with all that is known now; 'known' is for about.yaml."""
        with self._lock:
            if self._closed:
                return
            self.flush()
            self._closed = True
            # The rows say better what a name is of.
            self.learn("names", [{"name": name} for name in sorted(self._names)])
            known["extra_attributes"] = hosts.hidden(self._extra)
            known["storage_name"] = self._storage_name
            rows = {name: self.scrubber.value(value) for name, value in known.items()}
            self._about = replace(self._about, **rows, complete=not self._full)
            whole = load(self.folder)
            written = self.folder / f"{FILE}.new"
            with written.open("w", encoding="utf-8") as stream:
                for exchange in whole:
                    stream.write(dump(self.scrubber.exchange(exchange)))
            written.replace(self.folder / FILE)
            about_file.write(self.folder, self._about)

    def _watched(self, name: str, method: Any) -> Any:
        @wraps(method)
        def call(*arguments: Any, **named: Any) -> Any:
            told = None
            try:
                told = method(*arguments, **named)
            finally:
                self._after(name, told)
            return told

        return call

    def _after(self, name: str, told: Any) -> None:
        try:
            if name in _TABLES:
                self.learn(_TABLES[name], told)
            self.flush()
        except Exception:  # noqa: BLE001 - a recording must never disturb what it listens to
            LOG.exception("the recording in %s goes no further", self.folder)
            self._full = True

    def learn(self, table: str, rows: Any) -> None:
        with self._lock:
            self.scrubber.learn(table, rows)
