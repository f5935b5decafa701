"""Options of the job queue."""

from __future__ import annotations

from oslo_config import cfg

GROUP = "jobs"
OPTS: list[cfg.Opt] = [
    cfg.IntOpt(
        "workers",
        min=1,
        default=16,
        help="Jobs that one process runs at the same time. A job mostly waits for its array, so "
        "there may be many; as many arrays that hang would hold all of them.",
    ),
    cfg.FloatOpt(
        "poll_interval",
        min=0.01,
        default=5.0,
        help="Seconds between two looks into the queue; a bell on the message bus makes a new "
        "job start at once, this catches what was not heard.",
    ),
    cfg.FloatOpt(
        "lease_time",
        min=0.1,
        default=30.0,
        help="Seconds after which the job of a worker that has died is given to another one. "
        "Workers renew at a third of it.",
    ),
    cfg.IntOpt(
        "crash_limit",
        min=1,
        default=3,
        help="A job whose worker died this often is parked for an operator to look at; a removal "
        "is tried again later instead.",
    ),
    cfg.FloatOpt(
        "retry_delay",
        min=0.01,
        default=60.0,
        help="Seconds before a failed job is tried again; the wait doubles each time.",
    ),
    cfg.FloatOpt(
        "retry_longest_delay",
        min=0.01,
        default=1800.0,
        help="Longest wait in seconds before a failed job is tried again.",
    ),
    cfg.IntOpt(
        "retry_limit",
        min=0,
        default=4,
        help="How often a failed synchronisation is tried again by itself. Removals are tried "
        "until they succeed.",
    ),
    cfg.IntOpt(
        "keep_finished",
        min=0,
        default=7 * 86400,
        help="Seconds that a finished job stays listed.",
    ),
]


def register(conf: cfg.ConfigOpts) -> None:
    conf.register_opts(OPTS, GROUP)
