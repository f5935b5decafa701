"""delfin-manage session: what delfin has open with arrays, over all nodes."""

from __future__ import annotations

import argparse
import time
from typing import Any

from oslo_config import cfg

from delfin.cmd.operator.database import open_database
from delfin.db import array_sessions
from delfin.db.base import utcnow


def add_to(groups: Any) -> None:
    commands = groups.add_parser("session", help="sessions with arrays").add_subparsers(
        required=True, metavar="COMMAND"
    )
    every = commands.add_parser("list", help="show the sessions that are open now")
    every.add_argument("--storage", metavar="ID", help="those of one storage only")
    every.set_defaults(run=show_sessions)


def show_sessions(conf: cfg.ConfigOpts, asked: argparse.Namespace) -> int:
    now = utcnow()
    wanted = [asked.storage] if asked.storage else None
    with open_database(conf) as database, database.reader() as session:
        rows = array_sessions.live(session, time.time_ns() // 1_000_000, wanted)
        for row in rows:
            age = max(0, int((now - row.opened_at).total_seconds()))
            print(
                f"{row.storage_id}  {row.tier:<4}  {row.node}:{row.process}  age {age} s  "
                f"generation {row.generation}  {row.calls} calls  {row.last_error or '-'}"
            )
    print(f"{len(rows)} sessions")
    return 0
