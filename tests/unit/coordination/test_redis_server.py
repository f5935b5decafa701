"""How the address of the Redis server may be written."""

from __future__ import annotations

import pytest
from oslo_config import cfg

from delfin.conf import coordination
from delfin.coordination.redis_server import RedisServer


def server_of(text: str, **settings: str) -> RedisServer:
    conf = cfg.ConfigOpts()
    conf([])
    coordination.register(conf)
    for name, value in {"backend_server": text, **settings}.items():
        conf.set_override(name, value, "coordination")
    return RedisServer.of(conf)


@pytest.mark.parametrize(
    ("text", "address", "database", "tls"),
    [
        ("redis.example", ("redis.example", 6379), 0, False),
        ("10.0.0.1:7000", ("10.0.0.1", 7000), 0, False),
        ("10.0.0.1:7000/3", ("10.0.0.1", 7000), 3, False),
        ("redis://redis.example/", ("redis.example", 6379), 0, False),
        ("rediss://redis.example:7000/3", ("redis.example", 7000), 3, True),
        ("[2001:db8::1]:7000", ("2001:db8::1", 7000), 0, False),
        (" ::1 ".replace("::1", "[::1]"), ("::1", 6379), 0, False),
    ],
)
def test_an_address_is_read(text: str, address: tuple[str, int], database: int, tls: bool) -> None:
    server = server_of(text)
    assert (server.addresses, server.database, server.tls) == ((address,), database, tls)


@pytest.mark.parametrize(
    "text",
    [
        "",
        ":6379",
        "http://redis.example",
        "redis.example:port",
        "redis.example:70000",
        "redis.example/x",
        "user:hidden-5ecret@redis.example",
        "a:1,b:2",
    ],
)
def test_what_cannot_be_read_is_said_without_its_text(text: str) -> None:
    with pytest.raises(ValueError, match=r"\[coordination\] backend_server") as caught:
        server_of(text)
    assert "5ecret" not in str(caught.value)


def test_several_addresses_are_those_of_sentinels() -> None:
    server = server_of("a, b:2", backend_sentinel="delfin")
    assert server.addresses == (("a", 26379), ("b", 2))


def test_the_password_is_not_shown() -> None:
    assert "5ecret" not in repr(server_of("a", backend_password="5ecret"))
