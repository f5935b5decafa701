"""Leases: the right of this process to a session with an array, among all processes."""

from __future__ import annotations

import itertools
import os
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from oslo_db import exception as db_exception
from oslo_log import log

from delfin import exception
from delfin.db import array_sessions
from delfin.db.array_sessions import Place, Renewal
from delfin.db.base import utcnow
from delfin.db.session import Database, retried
from delfin.drivers.session.limits import Limits

LOG = log.getLogger(__name__)


@dataclass
class Lease:
    """One session's; 'until' is on the monotonic clock of this process.

    'is_stale' is found out when it is renewed: the access information is not that of the session
    any more, though nobody may have been able to say so. What was done with the session is kept here until the next renewal tells it to the others.
    """

    place: Place
    generation: int
    until: float
    is_stale: bool = False
    calls: int = 0
    last_used: datetime | None = None
    last_error: str | None = None

    @property
    def valid(self) -> bool:
        return time.monotonic() < self.until

    def told(self, error: BaseException | None) -> None:
        """A call has ended, well or with an error."""
        self.calls += 1
        self.last_used = utcnow()
        if error is not None:
            self.last_error = type(error).__name__[: array_sessions.LONGEST_ERROR]


class Leases:
    """Takes, renews and gives back."""

    def __init__(self, database: Database, limits: Limits) -> None:
        self._database = database
        self._limits = limits
        self._node = socket.gethostname()
        self._process = os.getpid()
        # Each lease has a holder of its own: one that was lost must not touch the next one.
        self._me = f"{self._node}:{self._process}:{uuid4().hex}"
        self._numbers = itertools.count()

    def take(self, storage_id: str, generation: int) -> Lease | str:
        """A lease, or who has the last one of those that there may be.

        Raises:
            exception.AccessInfoNotFound: The storage has just been removed.
        """

        @retried
        def attempt() -> Lease | str:
            begin, now = time.monotonic(), time.time_ns() // 1_000_000
            with self._database.writer() as session:
                taken = array_sessions.take(
                    session,
                    storage_id,
                    self._limits.tier,
                    self._limits.sessions,
                    holder=f"{self._me}:{next(self._numbers)}",
                    node=self._node,
                    process=self._process,
                    generation=generation,
                    now=now,
                    lease_until=now + self._milliseconds,
                )
            return (
                taken if isinstance(taken, str) else Lease(taken, generation, begin + self._seconds)
            )

        try:
            return attempt()
        except db_exception.DBDuplicateEntry:
            return "a process that was quicker"
        except db_exception.DBReferenceError:
            raise exception.AccessInfoNotFound(storage_id) from None

    def renew(self, lease: Lease) -> bool:
        """Whether it is this process's for another full time."""
        return not self.renew_all([lease])

    @retried
    def renew_all(self, leases: Sequence[Lease]) -> list[Lease]:
        """Put the end of all of them off; those that are somebody else's now."""
        begin, now = time.monotonic(), time.time_ns() // 1_000_000
        renewals = [Renewal(one.place, one.calls, one.last_used, one.last_error) for one in leases]
        with self._database.writer() as session:
            current = array_sessions.renew_all(session, renewals, now + self._milliseconds)
        lost = []
        for lease in leases:
            if lease.place.holder in current:
                lease.is_stale = current[lease.place.holder] != lease.generation
                lease.until = begin + self._seconds
            else:
                lost.append(lease)
        return lost

    def give_back(self, lease: Lease) -> None:
        """When the database is away, the lease ends by itself."""

        @retried
        def attempt() -> None:
            with self._database.writer() as session:
                array_sessions.give_back(session, lease.place)

        try:
            attempt()
        except db_exception.DBError as error:
            LOG.warning("a session's lease is left to end by itself: %s", type(error).__name__)

    @property
    def _seconds(self) -> float:
        return self._limits.lease_time

    @property
    def _milliseconds(self) -> int:
        return int(self._limits.lease_time * 1000)
