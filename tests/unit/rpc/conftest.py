"""A bus in memory for each test."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from oslo_config import cfg
from oslo_messaging.transport import RPCTransport

from delfin.rpc import transport as delfin_transport


@pytest.fixture(autouse=True)
def _servers_stop_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The threads of an RPC server look once a second, by default, whether they are to end."""
    monkeypatch.setattr("futurist._thread.ThreadWorker.MAX_IDLE_FOR", 0.02)


@pytest.fixture
def conf() -> cfg.ConfigOpts:
    conf = cfg.ConfigOpts()
    conf([])
    return conf


@pytest.fixture
def url() -> str:
    return f"inproc:///{uuid.uuid4().hex}"


@pytest.fixture
def bus(conf: cfg.ConfigOpts, url: str) -> Iterator[RPCTransport]:
    transport = delfin_transport.open_transport(conf, url)
    yield transport
    transport.cleanup()
