"""What a daemon shares with others, put together as the configuration says."""

from __future__ import annotations

import time
from pathlib import Path
from uuid import uuid4

import pytest
from oslo_config import cfg

from delfin.conf import opts
from delfin.coordination.bus_eviction import BusEviction
from delfin.coordination.cluster import Cluster
from delfin.coordination.redis_eviction import RedisEviction
from delfin.rpc.transport import open_transport
from tests.waiting import wait_until


@pytest.fixture
def conf(tmp_path: Path) -> cfg.ConfigOpts:
    conf = cfg.ConfigOpts()
    opts.register(conf)
    conf([], project="delfin", default_config_files=[], default_config_dirs=[])
    conf.set_override("state_path", str(tmp_path))
    return conf


def test_one_node_without_redis_owns_and_leads_everything(
    conf: cfg.ConfigOpts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("futurist._thread.ThreadWorker.MAX_IDLE_FOR", 0.02)
    transport = open_transport(conf, f"inproc:///{uuid4().hex}")
    cluster = Cluster.of(conf, transport, "task")
    cluster.start()
    wait_until(cluster.leadership.leading)
    assert cluster.ring.mine(str(uuid4()))
    assert isinstance(cluster.eviction, BusEviction)
    with cluster.locks.lock("any"):
        assert len(cluster.membership.members().members) == 1
    cluster.stop()
    assert not cluster.leadership.leading()
    transport.cleanup()


def test_nothing_waits_for_a_redis_that_is_not_there(conf: cfg.ConfigOpts) -> None:
    conf.set_override("backend_type", "redis", "coordination")
    # Nobody listens at the discard port.
    conf.set_override("backend_server", "127.0.0.1:9", "coordination")
    transport = open_transport(conf, f"inproc:///{uuid4().hex}")
    began = time.monotonic()
    cluster = Cluster.of(conf, transport, "task", weight=2)
    cluster.start()
    assert isinstance(cluster.eviction, RedisEviction)
    assert not cluster.ring.mine(str(uuid4()))
    assert not cluster.leadership.leading()
    cluster.eviction.evict(str(uuid4()))
    with cluster.locks.lock("any"):
        assert not cluster.membership.members().members
    cluster.stop()
    assert time.monotonic() - began < 5
    transport.cleanup()
