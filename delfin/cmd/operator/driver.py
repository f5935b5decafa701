"""delfin-manage driver: the drivers that are installed."""

from __future__ import annotations

import argparse
from typing import Any

from oslo_config import cfg

from delfin.cmd.operator import driver_trial
from delfin.drivers.manager import DriverManager


def add_to(groups: Any) -> None:
    commands = groups.add_parser("driver", help="the drivers that are installed").add_subparsers(
        required=True, metavar="COMMAND"
    )
    every = commands.add_parser("list", help="show every driver, and why one cannot be loaded")
    every.set_defaults(run=show_drivers)
    driver_trial.add_to(commands)


def show_drivers(_conf: cfg.ConfigOpts, _asked: argparse.Namespace) -> int:
    plugins = DriverManager().plugins()
    for plugin in plugins:
        state = "loaded" if plugin.error is None else f"NOT LOADED: {plugin.error}"
        print(f"{plugin.name:<32} {plugin.target}  {state}")
    return 1 if any(plugin.error for plugin in plugins) else 0
