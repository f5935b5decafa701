"""Locks between nodes, on Redis, that are not allowed to hold anybody up.

When the server is away, work goes on without them: the database fences it.
"""

from __future__ import annotations

import random
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent import futures
from contextlib import contextmanager

from oslo_log import log
from tooz import coordination
from tooz.drivers.redis import RedisLock

from delfin import exception
from delfin.coordination.loop import Loop
from delfin.coordination.pace import Pace
from delfin.coordination.reachability import Reachability
from delfin.coordination.redis_coordinator import LOST, RedisCoordinator
from delfin.coordination.redis_server import RedisServer

LOG = log.getLogger(__name__)

# Seconds after which a request goes on without the server. Longer than the limits of the client:
# this one holds as well when the name of the server is not resolved.
LONGEST = 2.0
# Seconds between two tries for a lock that somebody else holds; half of it at random.
_TRY_EVERY = 0.1
_THREADS = 4


class RedisLocks:
    """Locks of one process. A thread of its own keeps those that are held from running out."""

    def __init__(self, server: RedisServer, member: str, expiration: float) -> None:
        self._tooz = RedisCoordinator(server, member, expiration)
        self._reach = Reachability(
            "The Redis server of the locks", "work goes on without them, fenced by the database"
        )
        self._expiration = expiration
        self._doubtful: deque[tuple[float, RedisLock]] = deque()
        self._looked = threading.Event()
        self._beats = Loop("locks", self._beat, Pace.of(expiration).interval)
        # Calls of requests run here, so that a request can stop waiting for them.
        self._calls = futures.ThreadPoolExecutor(_THREADS, thread_name_prefix="locks")

    def start(self) -> None:
        self._beats.start()

    def stop(self) -> None:
        self._beats.stop()
        self._beats.wait(LONGEST)
        self._calls.shutdown(wait=False, cancel_futures=True)
        self._tooz.close()

    @contextmanager
    def hold(self, key: bytes, timeout: float) -> Iterator[None]:
        """Holds the lock for the length of the block, or nothing when the server is away.

        Raises LockAcquisitionFailed when somebody else holds it for 'timeout' seconds.
        """
        lock = self._take(key, timeout)
        try:
            yield
        finally:
            if lock is not None:
                self._give_back(lock)

    def _take(self, key: bytes, timeout: float) -> RedisLock | None:
        deadline = time.monotonic() + timeout
        if not self._looked.wait(LONGEST):
            self._reach.away(TimeoutError(f"no connection in {LONGEST} seconds"))
            # One request has waited for all.
            self._looked.set()
        if not self._reach.here:
            return None
        lock = self._tooz.get_lock(key)
        try:
            while not self._within(lock, lambda: lock.acquire(blocking=False)):
                left = deadline - time.monotonic()
                if left <= 0:
                    raise exception.LockAcquisitionFailed
                time.sleep(min(left, _TRY_EVERY * random.uniform(0.5, 1)))  # noqa: S311 - spreads load
        except LOST as error:
            self._lost(lock, error)
            return None
        return lock

    def _give_back(self, lock: RedisLock) -> None:
        if not self._reach.here:
            self._doubt(lock)
            return
        try:
            if not self._within(lock, lock.release):
                LOG.warning("A lock ended before its work: %s", lock.name.decode())
        except LOST as error:
            self._lost(lock, error)

    def _within(self, lock: RedisLock, call: Callable[[], bool]) -> bool:
        """What a call of the lock returns; after LONGEST seconds an error, and it is left alone."""
        try:
            future = self._calls.submit(call)
            return future.result(LONGEST)
        except futures.TimeoutError as error:
            if not future.cancel():
                # It may take the lock yet.
                future.add_done_callback(lambda _done: self._doubt(lock))
            raise coordination.ToozConnectionError(f"no answer in {LONGEST} seconds") from error
        except RuntimeError as error:
            raise coordination.ToozConnectionError("the locks were stopped") from error

    def _lost(self, lock: RedisLock, error: Exception) -> None:
        self._doubt(lock)
        self._reach.away(error)
        self._beats.hurry()

    def _doubt(self, lock: RedisLock) -> None:
        self._doubtful.append((time.monotonic(), lock))

    def _beat(self) -> None:
        try:
            if not self._tooz.is_started:
                self._tooz.start()
            self._withdraw_doubtful()
            self._tooz.heartbeat()
        except LOST as error:
            self._reach.away(error)
        else:
            self._reach.back()
        finally:
            self._looked.set()

    def _withdraw_doubtful(self) -> None:
        """Locks whose last call failed: the server may have heard it all the same."""
        while self._doubtful:
            since, lock = self._doubtful[0]
            if time.monotonic() - since < self._expiration:
                self._tooz.withdraw(lock)
            self._doubtful.popleft()
