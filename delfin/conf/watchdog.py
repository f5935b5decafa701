"""Options of the watchdog in each process."""

from __future__ import annotations

from oslo_config import cfg

GROUP = "watchdog"
OPTS: list[cfg.Opt] = [
    cfg.FloatOpt(
        "stuck_time",
        min=0.5,
        default=120.0,
        mutable=True,
        help="Seconds by which one of the main loops of a process may be late before the process "
        "counts as stuck and is replaced.",
    ),
    cfg.IntOpt(
        "stuck_threads",
        min=0,
        default=8,
        mutable=True,
        help="So many threads of one process may hang in jobs that are over their deadline; with "
        "one more it is replaced, which ends them.",
    ),
    cfg.IntOpt(
        "memory_limit",
        min=0,
        default=4096,
        mutable=True,
        help="Resident memory in MiB at which a process is replaced when it stays above for three "
        "looks in a row. 0: without limit.",
    ),
]


def register(conf: cfg.ConfigOpts) -> None:
    conf.register_opts(OPTS, GROUP)
