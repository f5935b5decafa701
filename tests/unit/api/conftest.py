"""Configuration of the API."""

from __future__ import annotations

import pytest
from oslo_config import cfg

from delfin.conf import api


@pytest.fixture
def conf() -> cfg.ConfigOpts:
    conf = cfg.ConfigOpts()
    conf([])
    api.register(conf)
    conf.set_override("delfin_listen", "127.0.0.1")
    conf.set_override("delfin_listen_port", 0)
    conf.set_override("api_threads", 2)
    return conf
