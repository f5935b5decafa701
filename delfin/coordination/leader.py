"""One process of a group that does what is to be done once.

Leading is a hint as well: what it leads to is fenced by the database.
"""

from __future__ import annotations

import threading
import time
from pathlib import Path

from oslo_config import cfg
from oslo_log import log
from tooz import coordination
from tooz.drivers.redis import RedisLock
from tooz.locking import Lock

from delfin.coordination.locks import unique_name
from delfin.coordination.loop import Loop
from delfin.coordination.pace import Pace
from delfin.coordination.reachability import Reachability
from delfin.coordination.redis_coordinator import LOST, RedisCoordinator
from delfin.coordination.redis_server import RedisServer

LOG = log.getLogger(__name__)

# Seconds within which a stopping leader gives up its office.
_RESIGN_WITHIN = 2.0


class Leadership:
    """Stands for the office 'name' until it is stopped.

    On a server, the leader is whoever has the lock of the office, which is looked at each time
    rather than remembered. On files, it is one process of this node.
    """

    def __init__(self, conf: cfg.ConfigOpts, name: str) -> None:
        """Raises ValueError when the address of the server cannot be read."""
        self._name = name
        self._pace = Pace.of(conf.coordination.backend_expiration)
        self._on_redis = conf.coordination.backend_type == "redis"
        self._folder = Path(conf.state_path).absolute() / "locks"
        me = unique_name()
        self._tooz: coordination.CoordinationDriver
        if self._on_redis:
            self._tooz = RedisCoordinator(RedisServer.of(conf), me, self._pace.expiration)
        else:
            self._tooz = coordination.get_coordinator(f"file://{self._folder}", me.encode())
        self._reach = Reachability(f"What elects the leader of {name}", "there is none")
        self._guard = threading.Lock()
        self._lock: Lock | None = None
        self._held_since = self._confirmed = 0.0
        self._is_held = False
        self._loop = Loop(f"leader-{name}", self._turn, self._pace.interval, self._resign)

    def start(self) -> None:
        """Stands for the office; does not wait for the outcome."""
        self._loop.start()

    def stop(self) -> None:
        """Gives the office up soon; does not wait for it."""
        self._loop.stop()

    def wait(self, timeout: float | None = _RESIGN_WITHIN) -> None:
        """Waits until the office is given up, at most 'timeout' seconds."""
        self._loop.wait(timeout)

    def leading(self) -> bool:
        """Whether this process leads, and surely no other one thinks that it does."""
        with self._guard:
            if not self._is_held:
                return False
            if not self._on_redis:
                return True
            now = time.monotonic()
            stands = now - self._held_since >= self._pace.settle
            return stands and now - self._confirmed <= self._pace.fresh

    def _turn(self) -> None:
        now = time.monotonic()
        try:
            held = self._holds()
        except LOST as error:
            # What is confirmed lapses by itself.
            self._reach.away(error)
            return
        self._reach.back()
        with self._guard:
            before, self._is_held = self._is_held, held
            if held and (not before or now - self._confirmed > self._pace.fresh):
                self._held_since = now
            self._confirmed = now
        if held is not before:
            LOG.info(
                "This process %s the leader of %s", "is" if held else "is no longer", self._name
            )

    def _holds(self) -> bool:
        if not self._tooz.is_started:
            if not self._on_redis:
                self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._tooz.start()
        if self._lock is None:
            self._lock = self._tooz.get_lock(f"leader-{self._name}".encode())
        if self._is_held and self._still(self._lock):
            return True
        return bool(self._lock.acquire(blocking=False))

    @staticmethod
    def _still(lock: Lock) -> bool:
        """Asks the server: a lock says of itself that it is held also after the server lost it."""
        if not isinstance(lock, RedisLock):
            return lock.is_still_owner()
        if lock.is_still_owner():
            lock.heartbeat()
            return True
        # Told by its release that it is not held, it can be acquired anew.
        lock.release()
        return False

    def _resign(self) -> None:
        with self._guard:
            self._is_held = False
        if isinstance(self._tooz, RedisCoordinator):
            self._tooz.close()
            return
        if self._lock is not None:
            self._lock.release()
        if self._tooz.is_started:
            self._tooz.stop()
