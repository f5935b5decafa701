"""Puts the REST API on the parts of a process; for delfin-api and delfin-standalone."""

from __future__ import annotations

from delfin.api.app import Application, make_app
from delfin.api.parts import ApiParts
from delfin.cmd.parts import Parts
from delfin.coordination.eviction import EvictionBus
from delfin.coordination.locks import Coordinator
from delfin.jobs.board import JobBoard
from delfin.jobs.timetable import Timetable


def application(parts: Parts, locks: Coordinator, eviction: EvictionBus) -> Application:
    """The REST API on these parts."""
    board = JobBoard(parts.queue, parts.conf)
    return make_app(
        ApiParts(
            conf=parts.conf,
            database=parts.database,
            jobs=board,
            timetable=Timetable(parts.database, board, parts.conf),
            arrays=parts.arrays,
            calls=parts.calls,
            coordinator=locks,
            keyring=parts.keyring,
            doorbell=parts.doorbell,
            eviction=eviction,
        )
    )
