"""delfin-manage simulate: an array without hardware, to try delfin on."""

from __future__ import annotations

import argparse
from typing import Any

from oslo_config import cfg

from delfin.testing.simulated import playing


def add_to(groups: Any) -> None:
    command = groups.add_parser("simulate", help="play a storage array")
    command.add_argument(
        "--array", choices=playing.ARRAYS, default="fake", help="whose; 'fake' is nobody's"
    )
    command.add_argument("--host", default="127.0.0.1", help="address to listen on")
    command.add_argument("--port", type=int, default=8291, help="port of the array")
    command.add_argument("--control-port", type=int, default=8292, help="port to order faults at")
    command.add_argument("--username", default="admin", help="account of the array")
    command.add_argument("--password", default="Fake-Array-1", help="its password")
    command.set_defaults(run=play)


def play(_conf: cfg.ConfigOpts, asked: argparse.Namespace) -> int:
    place = (asked.host, asked.port, asked.control_port)
    playing.play(asked.array, *place, username=asked.username, password=asked.password)
    return 0
