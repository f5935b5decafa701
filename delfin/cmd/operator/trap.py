"""delfin-manage trap: recorded traps, and the alerts that they stand for."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from oslo_config import cfg

from delfin.alert_manager.inbox import Waiting
from delfin.alert_manager.meaning import Meanings, ParseAlert
from delfin.alert_manager.recorded import read
from delfin.cmd.operator.database import open_database
from delfin.common.key_file import open_key_ring
from delfin.db import storages
from delfin.drivers.api import DriverAPI
from delfin.drivers.manager import DriverManager
from delfin.exception import InvalidInput
from delfin.utils import utcnow_ms

_DOCUMENTATION = "192.0.2.1"  # an address that nobody has (RFC 5737)


def add_to(groups: Any) -> None:
    commands = groups.add_parser("trap", help="recorded SNMP traps").add_subparsers(
        required=True, metavar="COMMAND"
    )
    replay = commands.add_parser("replay", help="show the alerts that recorded traps stand for")
    replay.add_argument(
        "file",
        type=Path,
        help="a raw datagram; or datagrams in hexadecimal, one a line; or what 'snmptrapd -On' prints; "
        "or the trap's OID on a line of its own and below it a line 'OID TYPE VALUE' for each "
        "variable, as snmptrap has them",
    )
    which = replay.add_mutually_exclusive_group(required=True)
    which.add_argument("--storage", help="id of the storage that the traps are from")
    which.add_argument("--driver", help="name of a driver, as 'vendor model', without a storage")
    replay.add_argument("--address", default=_DOCUMENTATION, help="address that they came from")
    replay.set_defaults(run=replay_traps)


class _OneDriver:
    """Stands for all drivers when no storage is meant."""

    def __init__(self, name: str) -> None:
        vendor, _, model = name.partition(" ")
        if not model:
            raise InvalidInput("--driver is 'vendor model', with a blank between")
        self._class = DriverManager().driver_class(vendor, model)

    def alert_parser(self, _storage_id: str) -> ParseAlert:
        return self._class.parse_alert


def replay_traps(conf: cfg.ConfigOpts, asked: argparse.Namespace) -> int:
    """Print the alerts as a JSON list; nothing is stored."""
    now = utcnow_ms()
    traps = [
        Waiting(number, now, {"variables": told, "address": asked.address})
        for number, told in enumerate(read(asked.file.read_bytes()), start=1)
    ]
    with open_database(conf) as database:
        if asked.storage:
            with database.reader() as session:
                storages.get(session, asked.storage)
            keyring = open_key_ring(conf.secrets.key_file)
            drivers: Any = DriverAPI(database, keyring, DriverManager())
            meanings = Meanings(database, drivers, asked.storage)
        else:
            meanings = Meanings(None, _OneDriver(asked.driver), "")
        found = meanings.of(traps)
    told = [_shown(one.report.row, one.times) for one in found]
    print(json.dumps(told, ensure_ascii=False, indent=2))
    if meanings.incomplete:
        print("Some traps do not tell everything: they would start an alert synchronisation.")
    return 0


def _shown(row: dict[str, Any], times: int) -> dict[str, Any]:
    return {**{name: value for name, value in row.items() if value is not None}, "count": times}
