"""Options of calls on arrays that the REST API has a task process make."""

from __future__ import annotations

from oslo_config import cfg

GROUP = "array_calls"
OPTS: list[cfg.Opt] = [
    cfg.FloatOpt(
        "timeout",
        min=0.1,
        default=60.0,
        help="Seconds that a request of the REST API waits for an array: live alerts, clearing "
        "one, trap configuration.",
    ),
    cfg.IntOpt(
        "silence",
        # The message library sends no more than one sign of life a second.
        min=2,
        default=5,
        help="Seconds without a sign of life from the task process that has such a call, after "
        "which another one is asked.",
    ),
    cfg.IntOpt(
        "threads",
        min=2,
        default=32,
        help="Such calls that one task process makes at the same time; at most half of them are "
        "for the same array.",
    ),
]


def register(conf: cfg.ConfigOpts) -> None:
    conf.register_opts(OPTS, GROUP)
