"""delfin-manage db: the schema of the database."""

from __future__ import annotations

import argparse
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


def open_database(conf: cfg.ConfigOpts) -> Database:
    """The database that the services use; delfin-standalone's, when none is configured."""
    file = Path(conf.state_path).absolute() / "delfin.db"
    conf.set_default("connection", f"sqlite:///{file}", "database")
    return Database(conf)


def upgrade(conf: cfg.ConfigOpts, _asked: argparse.Namespace) -> int:
    Path(conf.state_path).mkdir(mode=0o750, parents=True, exist_ok=True)
    database = open_database(conf)
    before, wanted = migration.versions(database.engine)
    migration.upgrade(database.engine)
    print(f"{before or 'empty'} -> {wanted}")
    return 0


def show_version(conf: cfg.ConfigOpts, _asked: argparse.Namespace) -> int:
    current, wanted = migration.versions(open_database(conf).engine)
    print(f"database: {current or 'empty'}\nrelease:  {wanted}")
    return 0


def show_differences(conf: cfg.ConfigOpts, _asked: argparse.Namespace) -> int:
    engine = open_database(conf).engine
    current, wanted = migration.versions(engine)
    if current != wanted:
        print(
            f"The database is at {current or 'empty'}, this release wants {wanted}: "
            "run 'delfin-manage db upgrade'."
        )
        return 1
    found = migration.differences(engine, METADATA)
    for difference in found:
        print(difference)
    print(
        "The database has what this release wants." if not found else f"{len(found)} differences."
    )
    return 1 if found else 0
