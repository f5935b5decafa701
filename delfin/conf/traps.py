"""Options of the trap receiver beside its address and port, which are in the group DEFAULT."""

from __future__ import annotations

from oslo_config import cfg

GROUP = "traps"
OPTS: list[cfg.Opt] = [
    cfg.IntOpt(
        "receive_buffer",
        min=65536,
        default=16 * 1024 * 1024,
        help="Bytes that the kernel keeps of traps that were not read yet. More than "
        "net.core.rmem_max needs the capability CAP_NET_ADMIN.",
    ),
    cfg.FloatOpt(
        "rate_limit",
        min=1.0,
        default=5000.0,
        help="Datagrams a second that are taken from one sender for long; senders that are not "
        "known share one such allowance.",
    ),
    cfg.IntOpt(
        "rate_burst",
        min=1,
        default=30_000,
        help="Datagrams that are taken from one sender at once, above the rate.",
    ),
    cfg.IntOpt(
        "queue_size",
        min=2,
        default=50_000,
        help="Datagrams that wait in memory to be stored, of all senders together; one sender "
        "may have half of them.",
    ),
    cfg.IntOpt(
        "queue_bytes",
        min=65536,
        default=64 * 1024 * 1024,
        help="Bytes of all datagrams that wait in memory to be stored.",
    ),
    cfg.IntOpt(
        "spool_bytes",
        min=0,
        default=256 * 1024 * 1024,
        help="Bytes of traps that are kept on disk, below state_path, while the database is away.",
    ),
    cfg.FloatOpt(
        "source_poll_interval",
        min=0.01,
        default=5.0,
        help="Seconds between two looks for changed SNMP settings; a bell on the message bus "
        "makes a change known at once, this catches what was not heard.",
    ),
    cfg.FloatOpt(
        "inbox_poll_interval",
        min=0.01,
        default=1.0,
        help="Seconds between two looks for stored traps that nobody processes, such as those of "
        "a node that has died.",
    ),
    cfg.FloatOpt(
        "lease_time",
        min=0.1,
        default=15.0,
        help="Seconds after which the traps of a storage that a dead process was busy with are "
        "processed by another.",
    ),
    cfg.FloatOpt(
        "alert_sync_interval",
        min=0.0,
        default=30.0,
        help="Shortest time in seconds between two alert synchronisations of one storage that "
        "traps ask for which do not tell everything.",
    ),
    cfg.FloatOpt(
        "drop_alert_time",
        min=0.1,
        default=300.0,
        help="Seconds after the last dropped trap at which the alert about dropped traps ends.",
    ),
    cfg.FloatOpt(
        "agent_check_interval",
        min=0.1,
        default=60.0,
        help="Seconds between two checks of whether the SNMP agent of a storage answers.",
    ),
]


def register(conf: cfg.ConfigOpts) -> None:
    conf.register_opts(OPTS, GROUP)
