"""delfin-manage db: the schema of the database."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from oslo_config import cfg

from delfin.db import migration
from delfin.db.session import Database
from delfin.inventory.schema import METADATA


def add_to(groups: Any) -> None:
    commands = groups.add_parser("db", help="the schema of the database").add_subparsers(
        required=True, metavar="COMMAND"
    )
    up = commands.add_parser("upgrade", help="run the migrations that are missing")
    up.set_defaults(run=upgrade)
    version = commands.add_parser("version", help="show the revision of the database")
    version.set_defaults(run=show_version)
    check = commands.add_parser("check", help="compare the database with this release")
    check.set_defaults(run=show_differences)


@contextlib.contextmanager
def open_database(conf: cfg.ConfigOpts) -> Iterator[Database]:
    """The database that the services use; delfin-standalone's, when none is configured.

    Its connections are closed at the end of the block.
    """
    file = Path(conf.state_path).absolute() / "delfin.db"
    conf.set_default("connection", f"sqlite:///{file}", "database")
    database = Database(conf)
    try:
        yield database
    finally:
        database.dispose()


def upgrade(conf: cfg.ConfigOpts, _asked: argparse.Namespace) -> int:
    Path(conf.state_path).mkdir(mode=0o750, parents=True, exist_ok=True)
    with open_database(conf) as database:
        before, wanted = migration.versions(database.engine)
        migration.upgrade(database.engine)
    print(f"{before or 'empty'} -> {wanted}")
    return 0


def show_version(conf: cfg.ConfigOpts, _asked: argparse.Namespace) -> int:
    with open_database(conf) as database:
        current, wanted = migration.versions(database.engine)
    print(f"database: {current or 'empty'}\nrelease:  {wanted}")
    return 0


def show_differences(conf: cfg.ConfigOpts, _asked: argparse.Namespace) -> int:
    with open_database(conf) as database:
        current, wanted = migration.versions(database.engine)
        found = migration.differences(database.engine, METADATA) if current == wanted else []
    if current != wanted:
        print(
            f"The database is at {current or 'empty'}, this release wants {wanted}: "
            "run 'delfin-manage db upgrade'."
        )
        return 1
    for difference in found:
        print(difference)
    print(
        "The database has what this release wants." if not found else f"{len(found)} differences."
    )
    return 1 if found else 0
