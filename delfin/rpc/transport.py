"""The message bus as the configuration names it: RabbitMQ, or `inproc://` within one process."""

from __future__ import annotations

import socket
from pathlib import Path

import oslo_messaging
from oslo_concurrency import lockutils
from oslo_config import cfg
from oslo_messaging import opts
from oslo_messaging._metrics import client as metrics
from oslo_messaging._tracing import client as tracing
from oslo_messaging.transport import RPCTransport

# Our queues do not mix with those of other programs on the same broker.
EXCHANGE = "delfin"
_AMQP = 5672
# Only these may be raised here when a server raised them; anything else becomes a RemoteError.
RAISED_HERE = ["delfin.exception"]


def register_options(conf: cfg.ConfigOpts) -> None:
    """Registers the options of oslo.messaging that RPC reads, on this `conf`.

    The library puts its tracing and metrics groups on the global configuration only; without
    them on `conf`, every call and cast would fail.
    """
    for group, options in opts.list_opts():
        if group is None:
            conf.register_opts(options)
    conf.register_opts(tracing.oslo_messaging_tracing, group="oslo_messaging_tracing")
    conf.register_opts(metrics.oslo_messaging_metrics, group="oslo_messaging_metrics")
    conf.set_default("control_exchange", EXCHANGE)


def open_transport(conf: cfg.ConfigOpts, default_url: str | None = None) -> RPCTransport:
    """Transport to `transport_url`, or to `default_url` when the operator has not set one.

    The caller ends it with `cleanup()`. Raises oslo_messaging.InvalidTransportURL and
    DriverLoadFailure.
    """
    register_options(conf)
    if default_url is not None:
        conf.set_default("transport_url", default_url)
    if oslo_messaging.TransportURL.parse(conf).transport in {"rabbit", "kombu"}:
        _make_reliable(conf)
    return oslo_messaging.get_rpc_transport(conf, allowed_remote_exmods=RAISED_HERE)


# What keeps messages over a restart of the broker and connections alive; see docs/decisions.
_RELIABLE = {
    "rabbit_quorum_queue": True,
    "rabbit_transient_quorum_queue": True,
    "rabbit_stream_fanout": True,
    "use_queue_manager": True,
    "rabbit_quorum_delivery_limit": 20,
    "rabbit_qos_prefetch_count": 10,
    "rabbit_transient_queues_ttl": 1800,
    "heartbeat_timeout_threshold": 60,
    "heartbeat_rate": 3,
    "kombu_reconnect_delay": 1.0,
}


def _make_reliable(conf: cfg.ConfigOpts) -> None:
    """Defaults for RabbitMQ; an operator's own settings win."""
    for group, options in opts.list_opts():
        if group == "oslo_messaging_rabbit":
            conf.register_opts(options, group)
    for name, value in _RELIABLE.items():
        conf.set_default(name, value, "oslo_messaging_rabbit")
    # The queue manager gives the processes of a node numbers, and locks while it does.
    lockutils.get_lock_path(conf)
    conf.set_default("lock_path", str(Path(conf.state_path) / "locks"), "oslo_concurrency")


def bus_problem(conf: cfg.ConfigOpts, timeout: float = 2.0) -> str | None:
    """Why the message bus cannot be reached, or None; takes at most 'timeout' a host."""
    url = oslo_messaging.TransportURL.parse(conf)
    if url.transport == "inproc":
        return None
    for host in url.hosts:
        try:
            socket.create_connection((host.hostname, host.port or _AMQP), timeout).close()
        except OSError:
            continue
        return None
    return "cannot be reached"
