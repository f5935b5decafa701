"""tooz on Redis, without its long waits and without locks that nobody holds.

Left alone, one call of tooz tries a dead server for about a minute: fifteen times, each time with
all the retries of the client. On a client that tries once the same calls end within two seconds.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import redis
import tooz
from oslo_utils import netutils
from redis.exceptions import LockError
from redis.lock import Lock
from tooz.drivers.redis import RedisDriver, RedisLock

from delfin.coordination.redis_server import RedisServer

# tooz lets errors of the client through where it runs its calls as futures.
LOST = (tooz.ToozError, redis.RedisError, OSError)
NAMESPACE = "delfin"


class RedisCoordinator(RedisDriver):
    """A coordinator of one member; its locks and its membership end 'expiration' seconds after
    the last heartbeat.

    Every call raises one of LOST when the server is away. Start it again after a failed start.
    """

    def __init__(self, server: RedisServer, member: str, expiration: float) -> None:
        options = {
            "membership_timeout": [str(expiration)],
            "lock_timeout": [str(max(1, int(expiration)))],
            "namespace": [NAMESPACE],
            # Whoever calls has a thread of its own already.
            "executor": ["synchronous"],
        }
        self._bounded = server.client()
        super().__init__(member.encode(), netutils.urlsplit("redis://"), options)

    def _make_client(self, *_arguments: Any) -> redis.Redis:  # type: ignore[override] # no class method
        return self._bounded

    def get_lock(self, name: bytes) -> RedisLock:
        """A lock for one holder at a time. Ask again with the same object after an error: it
        knows when the server did hear the first time.
        """
        lock = super().get_lock(name)
        lock._lock = _SureLock(self._bounded, lock.name, timeout=self.lock_timeout)  # noqa: SLF001 - tooz makes it itself
        return lock

    def withdraw(self, lock: RedisLock) -> None:
        """Gives back what the server may have taken down for a lock whose last call failed."""
        self._acquired_locks.discard(lock)
        inner = lock._lock  # noqa: SLF001 - as above
        try:
            inner.do_release(inner.token)
        except LockError:
            # It was never taken, or has run out.
            return

    def close(self) -> None:
        """Gives up the locks and the membership as far as the server can be told, and hangs up."""
        try:
            if self.is_started:
                self.stop()
        except LOST:
            # They end by themselves.
            self._executor.stop()
        finally:
            self._bounded.close()


class _SureLock(Lock):
    """Has one token for all its tries, so that a try whose answer was lost is not in its own way."""

    def __init__(self, client: redis.Redis, name: bytes, timeout: float) -> None:
        super().__init__(client, name, timeout=timeout, thread_local=False)  # type: ignore[arg-type] # bytes are fine
        self.token = uuid4().hex

    def acquire(self, **options: Any) -> bool:  # type: ignore[override] # tooz names all of them
        return bool(super().acquire(token=self.token, **options))

    def do_acquire(self, token: str) -> bool:
        return super().do_acquire(token) or self.redis.get(self.name) == self.token.encode()
