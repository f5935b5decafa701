"""Options of the job queue."""

from __future__ import annotations

from oslo_config import cfg, types

GROUP = "jobs"
OPTS: list[cfg.Opt] = [
    cfg.IntOpt(
        "workers",
        min=1,
        default=32,
        mutable=True,
        help="Jobs that one node runs at the same time, divided evenly over its task_workers "
        "processes, at least one for each; delfin-standalone has all of them. A job mostly waits "
        "for its array, so there may be many; an array holds two at most, one of them a "
        "collection of performance data, also when it hangs.",
    ),
    cfg.Opt(
        "deadlines",
        type=types.Dict(value_type=types.Float(min=0.1)),
        default={"sync": 3600.0},
        mutable=True,
        help="Seconds that a job of a kind may take: kind:seconds, several with commas. One that "
        "takes longer ends with JobDeadlineExceeded and is tried again like after any error of "
        "its array. Before each of its calls a job may wait for one of another job to end.",
    ),
    cfg.FloatOpt(
        "deadline",
        min=0.1,
        default=600.0,
        mutable=True,
        help="The same for jobs of kinds that 'deadlines' does not name.",
    ),
    cfg.IntOpt(
        "urgent_workers",
        min=0,
        default=2,
        mutable=True,
        help="Of its share, each process keeps so many for urgent jobs: the first synchronisation "
        "of a new storage, removals, and what is asked for with high priority. A process with one "
        "job at a time keeps none.",
    ),
    cfg.FloatOpt(
        "poll_interval",
        min=0.01,
        default=5.0,
        mutable=True,
        help="Seconds between two looks into the queue; a bell on the message bus makes a new "
        "job start at once, this catches what was not heard.",
    ),
    cfg.FloatOpt(
        "lease_time",
        min=0.1,
        default=30.0,
        mutable=True,
        help="Seconds after which the job of a worker that has died is given to another one. "
        "Workers renew at a third of it.",
    ),
    cfg.IntOpt(
        "crash_limit",
        min=1,
        default=3,
        mutable=True,
        help="A job whose worker died this often is parked for an operator to look at; a removal "
        "is tried again later instead.",
    ),
    cfg.FloatOpt(
        "retry_delay",
        min=0.01,
        default=60.0,
        mutable=True,
        help="Seconds before a failed job is tried again; the wait doubles each time.",
    ),
    cfg.FloatOpt(
        "retry_longest_delay",
        min=0.01,
        default=1800.0,
        mutable=True,
        help="Longest wait in seconds before a failed job is tried again.",
    ),
    cfg.IntOpt(
        "retry_limit",
        min=0,
        default=4,
        mutable=True,
        help="How often a failed synchronisation is tried again by itself. Removals are tried "
        "until they succeed.",
    ),
    cfg.IntOpt(
        "keep_finished",
        min=0,
        default=7 * 86400,
        mutable=True,
        help="Seconds that a finished job stays listed.",
    ),
]


def register(conf: cfg.ConfigOpts) -> None:
    conf.register_opts(OPTS, GROUP)
