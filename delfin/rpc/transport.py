"""The message bus as the configuration names it: RabbitMQ, or `inproc://` within one process."""

from __future__ import annotations

import oslo_messaging
from oslo_config import cfg
from oslo_messaging import opts
from oslo_messaging._metrics import client as metrics
from oslo_messaging._tracing import client as tracing
from oslo_messaging.transport import RPCTransport

# Our queues do not mix with those of other programs on the same broker.
EXCHANGE = "delfin"
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
    return oslo_messaging.get_rpc_transport(conf, allowed_remote_exmods=RAISED_HERE)
