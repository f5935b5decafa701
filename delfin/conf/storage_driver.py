"""Options that drivers share, and of the sessions with arrays."""

from __future__ import annotations

from oslo_config import cfg

GROUP = "storage_driver"

_CALLS = (
    ("login", 60.0, "for a login"),
    ("logout", 10.0, "for a logout"),
    ("list", 120.0, "to list one kind of resources, or to describe the array"),
    ("collect", 120.0, "to collect performance data of one window"),
    ("alerts", 120.0, "to list the array's alerts"),
    ("clear", 60.0, "to clear an alert at the array"),
    ("trap_config", 60.0, "to make an array send its traps, or stop it"),
)

OPTS: list[cfg.Opt] = [
    cfg.BoolOpt(
        "verify_certificates",
        sample_default=True,
        help="Whether arrays must show a certificate that is trusted; what the access information "
        "of an array says in 'tls' counts more. Not set at all, certificates are verified where "
        "ca_path is set, and names are not, as SODA Delfin does; this file sets it for new installations.",
    ),
    cfg.StrOpt(
        "ca_path",
        default="",
        help="Folder or file with the certificates, in PEM, that arrays are verified against. "
        "Empty, with verify_certificates = true: those that the operating system trusts.",
    ),
    cfg.BoolOpt(
        "check_hostname",
        default=True,
        help="With verify_certificates = true, whether the certificate must be for the host that "
        "is asked. An array's 'tls.check_hostname' counts more.",
    ),
    cfg.BoolOpt(
        "require_host_keys",
        default=False,
        help="Whether SSH access must be given with the array's host key. Otherwise the key that "
        "the array shows first is kept, and no other one is accepted later.",
    ),
    *(
        cfg.FloatOpt(
            f"{name}_timeout",
            min=0.1,
            default=seconds,
            help=f"Seconds that a driver has {what}. Then the connections of the call are closed, "
            "and the next call logs in anew.",
        )
        for name, seconds, what in _CALLS
    ),
    cfg.IntOpt(
        "response_limit",
        min=1024,
        default=256 * 1024 * 1024,
        help="Bytes that an array may answer to one REST request; a longer answer fails.",
    ),
    cfg.IntOpt(
        "request_limit",
        min=1,
        default=2,
        help="Calls to one array at the same time, in one process; fewer when its driver allows "
        "fewer, which is one unless it says more.",
    ),
    cfg.IntOpt(
        "session_limit",
        min=1,
        default=1,
        help="Sessions with one array that the task services of all nodes together keep. The API "
        "services together keep one more while they need it.",
    ),
    cfg.FloatOpt(
        "session_idle_time",
        min=0.1,
        default=900.0,
        help="Seconds without a call after which a session with an array is logged out. The API "
        "services log out after each call that nobody waits behind.",
    ),
    cfg.FloatOpt(
        "session_lease_time",
        min=0.3,
        default=30.0,
        help="Seconds after which the session of a process that has died, or is cut off from the "
        "database, counts as free. Processes renew at a third of it.",
    ),
    cfg.FloatOpt(
        "session_handover_time",
        min=0.1,
        default=15.0,
        help="Seconds that a process waits for another one to log out of an array, before the "
        "call fails and is tried again later.",
    ),
    cfg.FloatOpt(
        "login_window",
        min=1.0,
        default=3600.0,
        help="Seconds in which all processes together try the same password of an array twice at "
        "most, unless it is accepted.",
    ),
    cfg.FloatOpt(
        "session_limit_interval",
        min=0.1,
        default=60.0,
        help="Seconds between two logins, of all processes together, at an array that has no free "
        "session left.",
    ),
    cfg.FloatOpt(
        "unreachable_interval",
        min=0.1,
        default=60.0,
        help="Seconds between two tries to reach an array that cannot be reached.",
    ),
    cfg.IntOpt(
        "offline_after",
        min=1,
        default=3,
        help="An array that cannot be reached for so many of these intervals is shown as offline, "
        "and an alert is raised.",
    ),
    cfg.FloatOpt(
        "probe_interval",
        min=0.1,
        default=1800.0,
        help="Seconds between two tries at an array that refuses its password or whose "
        "certificate is refused: either may be put right at the array.",
    ),
    cfg.StrOpt(
        "record_dir",
        default="",
        help="Folder in which every session with an array is recorded, without passwords, tokens, "
        "addresses and names, so that a bug report can carry a recording that plays back. "
        "Slows drivers down. Empty: nothing is recorded.",
    ),
    cfg.IntOpt(
        "record_limit",
        default=16,
        min=1,
        help="Size in MiB after which a recording goes no further.",
    ),
    cfg.IntOpt(
        "record_keep",
        default=20,
        min=1,
        help="How many recordings may lie in record_dir; the oldest finished ones are removed, "
        "and while there is no room a session is not recorded.",
    ),
]


def register(conf: cfg.ConfigOpts) -> None:
    conf.register_opts(OPTS, GROUP)
