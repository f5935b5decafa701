"""delfin-manage: what an operator does to an installation."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from oslo_config import cfg
from oslo_db import exception as db_exception

from delfin import exception
from delfin.cmd.operator import database, driver, secret, session, simulate, trap
from delfin.common.keyring import KeyRingError
from delfin.conf.load import load

GROUPS = (database, driver, secret, session, simulate, trap)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="delfin-manage", description=__doc__)
    parser.add_argument(
        "--config-file",
        action="append",
        default=[],
        help="configuration file; default: as the services find theirs",
    )
    groups = parser.add_subparsers(required=True, metavar="GROUP")
    for group in GROUPS:
        group.add_to(groups)
    asked = parser.parse_args(arguments)
    files = [word for name in asked.config_file for word in ("--config-file", name)]
    try:
        load(cfg.CONF, files, log_to_stderr=False)
        return int(asked.run(cfg.CONF, asked))
    except (
        cfg.Error,
        db_exception.DBError,
        exception.DelfinException,
        KeyRingError,
        OSError,
    ) as error:
        sys.stderr.write(f"delfin-manage: {error}\n")
        return 1
