"""A member in a process of its own, to be frozen or killed. Answers each line of input with one.

    python -m tests.service.coordination.member SERVER STATE_PATH COUNT EXPIRATION

Lines in: anything. Lines out: JSON with `joined`, `mine` (numbers of the storages that it owns, of
COUNT) and `leading`, all as they were at that moment.
"""

from __future__ import annotations

import json
import select
import sys

from oslo_config import cfg

from delfin import service

service.select_backend()

from delfin.conf import opts  # noqa: E402 - the back end must be chosen before
from delfin.coordination.leader import Leadership  # noqa: E402 - likewise
from delfin.coordination.membership import Membership  # noqa: E402 - likewise
from delfin.coordination.ring import Ring  # noqa: E402 - likewise
from tests.service.coordination.storages import storage_ids  # noqa: E402 - likewise


def _speaks() -> bool:
    """Waits for input with select, which lets others run also on eventlet; reading would not."""
    return bool(select.select([sys.stdin], [], [])[0])


def main() -> None:
    server, state_path, count, expiration = sys.argv[1:]
    conf = cfg.ConfigOpts()
    opts.register(conf)
    conf([], project="delfin", default_config_files=[], default_config_dirs=[])
    conf.set_override("state_path", state_path)
    conf.set_override("backend_type", "redis", "coordination")
    conf.set_override("backend_server", server, "coordination")
    conf.set_override("backend_expiration", int(expiration), "coordination")
    membership = Membership(conf, "task")
    ring = Ring(membership)
    leadership = Leadership(conf, "task")
    membership.start()
    leadership.start()
    ids = storage_ids(int(count))
    while _speaks() and sys.stdin.readline():
        state = {
            "joined": membership.me.id in membership.members().members,
            "mine": [number for number, one in enumerate(ids) if ring.mine(one)],
            "leading": leadership.leading(),
        }
        sys.stdout.write(json.dumps(state) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
