"""A coordinator with its own folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from oslo_config import cfg

from delfin.conf import coordination
from delfin.coordination.locks import Coordinator


@pytest.fixture
def conf(tmp_path: Path) -> cfg.ConfigOpts:
    conf = cfg.ConfigOpts()
    conf([])
    conf.register_opt(cfg.StrOpt("state_path"))
    conf.set_override("state_path", str(tmp_path))
    coordination.register(conf)
    return conf


@pytest.fixture
def coordinator(conf: cfg.ConfigOpts) -> Iterator[Coordinator]:
    coordinator = Coordinator(conf)
    coordinator.start()
    yield coordinator
    coordinator.stop()
