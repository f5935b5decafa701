"""The transport as the configuration names it."""

from __future__ import annotations

import oslo_messaging
import pytest
from oslo_config import cfg

from delfin.rpc.inproc import InprocDriver
from delfin.rpc.transport import open_transport, register_options


def test_standalone_talks_within_the_process(conf: cfg.ConfigOpts) -> None:
    transport = open_transport(conf, "inproc://")
    assert isinstance(transport._driver, InprocDriver)
    transport.cleanup()


def test_what_the_operator_sets_comes_before_the_default(conf: cfg.ConfigOpts) -> None:
    register_options(conf)
    conf.set_override("transport_url", "nosuch://somewhere")
    with pytest.raises(oslo_messaging.DriverLoadFailure, match="nosuch"):
        open_transport(conf, "inproc://")


def test_a_cluster_uses_rabbitmq_in_our_own_exchange(conf: cfg.ConfigOpts) -> None:
    register_options(conf)
    assert conf.transport_url == "rabbit://"
    assert conf.control_exchange == "delfin"


def test_a_private_configuration_is_enough_to_cast(conf: cfg.ConfigOpts) -> None:
    transport = open_transport(conf, "inproc://")
    client = oslo_messaging.get_rpc_client(transport, oslo_messaging.Target(topic="t"))
    client.cast({}, "anything")
    transport.cleanup()


def test_options_may_be_registered_twice(conf: cfg.ConfigOpts) -> None:
    register_options(conf)
    register_options(conf)
