"""delfin-alert with a part that logs in to each storage once, as one that asks arrays would."""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence

from delfin.cmd import alert
from delfin.cmd.parts import Parts
from delfin.context import get_admin_context
from delfin.service import Service


class Visits:
    """Looks for storages that are new, and keeps a session with each."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._seen: set[str] = set()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()

    def wait(self) -> None:
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(0.1):
            for storage_id in set(self._parts.storage_ids()) - self._seen:
                context = get_admin_context(storage_id=storage_id)
                with self._parts.arrays.sessions.using(context, storage_id):
                    self._seen.add(storage_id)


def parts_of(parts: Parts) -> Sequence[Service]:
    return [Visits(parts)]


if __name__ == "__main__":
    sys.exit(alert.main(parts_of))
