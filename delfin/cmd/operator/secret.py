"""delfin-manage secret: the keys that seal passwords in the database."""

from __future__ import annotations

import argparse
import os
from collections import Counter
from typing import Any

from oslo_config import cfg
from sqlalchemy import select

from delfin.cmd.operator.database import open_database
from delfin.common.key_file import ENVIRONMENT, KeyFile, open_key_ring
from delfin.common.keyring import KeyRingError, key_id_of
from delfin.db import access_secrets, snmp_secrets
from delfin.db.access_info import AccessInfo
from delfin.db.alert_sources import AlertSource
from delfin.db.session import Database

# Tables with secrets, keyed by storage, and what knows which of their columns are.
_TABLES: tuple[tuple[Any, Any], ...] = (
    (AccessInfo, access_secrets),
    (AlertSource, snmp_secrets),
)


def add_to(groups: Any) -> None:
    commands = groups.add_parser("secret", help="the keys of stored passwords").add_subparsers(
        required=True, metavar="COMMAND"
    )
    check = commands.add_parser("check", help="try to open every stored secret")
    check.set_defaults(run=check_secrets)
    rotate = commands.add_parser("rotate", help="seal every secret anew, with a new key")
    rotate.set_defaults(run=rotate_keys)


def check_secrets(conf: cfg.ConfigOpts, _asked: argparse.Namespace) -> int:
    """Exit status 1 when a secret cannot be opened; says which, never what."""
    ring = open_key_ring(conf.secrets.key_file)
    counted: Counter[str] = Counter()
    broken = 0
    with open_database(conf) as database, database.reader() as session:
        for model, secrets in _TABLES:
            for row in session.scalars(select(model)):
                for *_where, value, place in secrets.sealed_values(row):
                    counted[key_id_of(value) or "none (Base64 of an older installation)"] += 1
                    try:
                        ring.open(value, place)
                    except KeyRingError as error:
                        broken += 1
                        print(error)
    for key_id, number in sorted(counted.items()):
        primary = "  (primary)" if key_id == ring.primary_id else ""
        print(f"key {key_id}: {number} secrets{primary}")
    print(f"{sum(counted.values())} secrets, {broken} cannot be opened")
    return 1 if broken else 0


def rotate_keys(conf: cfg.ConfigOpts, _asked: argparse.Namespace) -> int:
    """A new primary key, every secret sealed with it, the older keys retired.

    Services may run meanwhile: they read the key file again when it changes.
    Whatever this is cut off at, every secret can be opened, and it can be run again.
    """
    ring = open_key_ring(conf.secrets.key_file)
    if os.environ.get(ENVIRONMENT):
        print(f"The keys come from {ENVIRONMENT}: secrets are sealed with its first key.")
        retired: list[str] = []
    else:
        retired = ring.key_ids
        KeyFile(conf.secrets.key_file).add_primary()
    done = 0
    with open_database(conf) as database:
        # A registration may have been under way with the old key during the first round.
        while changed := _reseal_all(database, ring):
            done += changed
    for key_id in retired:
        KeyFile(conf.secrets.key_file).retire(key_id)
    print(f"{done} secrets are sealed with key {ring.primary_id}")
    return 0


def _reseal_all(database: Database, ring: Any) -> int:
    done = 0
    for model, secrets in _TABLES:
        with database.reader() as session:
            ids = list(session.scalars(select(model.storage_id)))
        for storage_id in ids:
            with database.writer() as session:
                row = session.get(model, storage_id, with_for_update=True)
                done += 0 if row is None else secrets.reseal(ring, row)
    return done
