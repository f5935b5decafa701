"""A Redis server for each story, and processes' ends of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from oslo_config import cfg

from delfin.conf import opts
from delfin.coordination.leader import Leadership
from delfin.coordination.membership import Membership
from tests.service.coordination.network import Network
from tests.service.coordination.redis_process import BINARY, RedisProcess

# Short enough for stories, long enough for a busy machine.
EXPIRATION = 2

MakeConf = Callable[..., cfg.ConfigOpts]
Join = Callable[..., Membership]
Stand = Callable[..., Leadership]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisProcess]:
    if not BINARY:
        pytest.skip("redis-server is not installed: run tools/apt-packages.sh")
    server = RedisProcess(tmp_path, "--save", "")
    server.start()
    yield server
    server.kill()


@pytest.fixture
def network(server: RedisProcess) -> Iterator[Network]:
    with Network(server.port) as network:
        yield network


@pytest.fixture
def make_conf(server: RedisProcess, tmp_path: Path) -> MakeConf:
    """Options of one process; keywords are those of [coordination]."""

    def make(**settings: str | int) -> cfg.ConfigOpts:
        conf = cfg.ConfigOpts()
        opts.register(conf)
        conf([], project="delfin", default_config_files=[], default_config_dirs=[])
        conf.set_override("state_path", str(tmp_path))
        given = {
            "backend_type": "redis",
            "backend_server": server.address,
            "backend_expiration": EXPIRATION,
        }
        for name, value in (given | settings).items():
            conf.set_override(name, value, "coordination")
        return conf

    return make


@pytest.fixture
def conf(make_conf: MakeConf) -> cfg.ConfigOpts:
    return make_conf()


@pytest.fixture
def join(make_conf: MakeConf) -> Iterator[Join]:
    """Another member of the group 'task'; `address` is that of the server as it sees it.

    `prepare` is done before it starts; other keywords are options of [coordination].
    """
    joined: list[Membership] = []

    def member(
        address: str = "",
        *,
        weight: int = 1,
        prepare: Callable[[Membership], object] | None = None,
        **settings: str | int,
    ) -> Membership:
        conf = make_conf(**({"backend_server": address} if address else {}), **settings)
        membership = Membership(conf, "task", weight=weight)
        joined.append(membership)
        if prepare is not None:
            prepare(membership)
        membership.start()
        return membership

    yield member
    for membership in joined:
        membership.stop()
    for membership in joined:
        membership.wait(10)


@pytest.fixture
def stand(make_conf: MakeConf) -> Iterator[Stand]:
    """Another candidate for the office 'task'."""
    standing: list[Leadership] = []

    def candidate(address: str = "") -> Leadership:
        conf = make_conf(**({"backend_server": address} if address else {}))
        leadership = Leadership(conf, "task")
        standing.append(leadership)
        leadership.start()
        return leadership

    yield candidate
    for leadership in standing:
        leadership.stop()
    for leadership in standing:
        leadership.wait(10)
