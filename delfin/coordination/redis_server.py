"""The Redis server that [coordination] names, and clients of it that never wait for long."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import urlsplit

import redis
from oslo_config import cfg
from redis import sentinel
from redis.backoff import NoBackoff
from redis.retry import Retry

# Seconds for the connection, and for each answer. A request may wait for both, and once only.
CONNECT_WITHIN = 0.8
ANSWER_WITHIN = 0.8
_PORT = 6379
_SENTINEL_PORT = 26379


@dataclass(frozen=True)
class RedisServer:
    """Where it is and how to be let in; make clients in the process that uses them."""

    addresses: tuple[tuple[str, int], ...]
    database: int = 0
    username: str = ""
    password: str = field(default="", repr=False)
    tls: bool = False
    ca_file: str = ""
    sentinel: str = ""

    @classmethod
    def of(cls, conf: cfg.ConfigOpts) -> RedisServer:
        """Raises ValueError, naming the option, when the address cannot be read."""
        group = conf.coordination
        scheme, separator, rest = group.backend_server.strip().rpartition("://")
        if separator and scheme not in {"redis", "rediss"}:
            raise _unreadable("it starts with redis:// or rediss://, or with the host")
        hosts, _, database = rest.partition("/")
        if database and not database.isdecimal():
            raise _unreadable("what follows the slash is the number of a database")
        port = _SENTINEL_PORT if group.backend_sentinel else _PORT
        addresses = tuple(_address(host, port) for host in hosts.split(","))
        if len(addresses) > 1 and not group.backend_sentinel:
            raise _unreadable("several addresses are those of Sentinels: set backend_sentinel")
        return cls(
            addresses=addresses,
            database=int(database or 0),
            username=group.backend_user,
            password=group.backend_password,
            tls=scheme == "rediss",
            ca_file=group.backend_ca_file,
            sentinel=group.backend_sentinel,
        )

    def client(self) -> redis.Redis:
        """A client that tries once and gives up in time; it connects when it is first used.

        Its calls raise redis.RedisError. The caller closes it.
        """
        if not self.sentinel:
            (address,) = self.addresses
            return redis.Redis(host=address[0], port=address[1], **self._options())
        options = self._options()
        # Sentinels have accounts of their own; nothing but TLS and the limits is theirs as well.
        own = {"username", "password", "db"}
        watchers = sentinel.Sentinel(  # type: ignore[no-untyped-call] # publishes no types
            list(self.addresses),
            sentinel_kwargs={name: v for name, v in options.items() if name not in own},
            **options,
        )
        return cast("redis.Redis", watchers.master_for(self.sentinel))  # type: ignore[no-untyped-call] # likewise

    def _options(self) -> dict[str, Any]:
        options: dict[str, Any] = {
            "db": self.database,
            "username": self.username or None,
            "password": self.password or None,
            "socket_connect_timeout": CONNECT_WITHIN,
            "socket_timeout": ANSWER_WITHIN,
            # The library's own retries would make one call last for seconds.
            "retry": Retry(NoBackoff(), 0),
            "protocol": 2,
            "driver_info": None,
        }
        if self.tls:
            options |= {"ssl": True, "ssl_ca_certs": self.ca_file or None}
        return options


def _address(text: str, default_port: int) -> tuple[str, int]:
    parts = urlsplit(f"//{text.strip()}")
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        raise _unreadable("a port is a number up to 65535") from None
    if "@" in text:
        raise _unreadable("name and password belong into backend_user and backend_password")
    if not host:
        raise _unreadable("the host is missing")
    return host, port or default_port


def _unreadable(why: str) -> ValueError:
    # Without the value: somebody may have put a password into it.
    return ValueError(f"[coordination] backend_server cannot be read: {why}")
