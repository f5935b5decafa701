"""delfin-manage driver record and verify: a driver against a live array, outside any service."""

from __future__ import annotations

import argparse
import sys
import warnings
from pathlib import Path
from typing import Any

from oslo_config import cfg
from urllib3.exceptions import InsecureRequestWarning

from delfin import exception
from delfin.drivers.manager import DriverManager
from delfin.testing.conformance import access_file, report
from delfin.testing.recording import make, traps
from delfin.testing.recording.about import SOURCES

_ACCESS = "JSON or YAML file such as the body of POST /v1/storages, with the password in clear"


def add_to(commands: Any) -> None:
    record = commands.add_parser(
        "record", help="record what an array says, for tests and bug reports"
    )
    record.add_argument("--access", type=Path, required=True, metavar="FILE", help=_ACCESS)
    record.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to make")
    record.add_argument("--source", choices=SOURCES, default="array", help="what answers there")
    record.add_argument(
        "--trap",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="a trap of the array, as 'snmptrapd -On' prints it; may be repeated",
    )
    record.set_defaults(run=record_array)
    verify = commands.add_parser("verify", help="check a driver against an array")
    verify.add_argument("driver", help="'vendor model'")
    verify.add_argument("--access", type=Path, required=True, metavar="FILE", help=_ACCESS)
    verify.set_defaults(run=verify_driver)


def _prepare() -> None:
    """Arrays show certificates of their own; saying so on each request helps nobody."""
    warnings.simplefilter("ignore", InsecureRequestWarning)


def record_array(_conf: cfg.ConfigOpts, asked: argparse.Namespace) -> int:
    """Exit status 1 when something could not be recorded, or plays back differently."""
    _prepare()
    access = access_file.read(asked.access)
    driver = DriverManager().driver_class(access["vendor"], access["model"])
    found = [_trap(path) for path in asked.trap]
    made = make.record(driver, access, asked.out, asked.source, found)
    for table, count in made.rows.items():
        print(f"{table:<28}{count:>8} rows")
    for text in (*made.failures, *made.differences):
        print(text)
    if made.differences:
        print("What was recorded plays back differently: look at the names that were replaced.")
    print(f"{asked.out}: read it before you give it to anybody")
    return 1 if made.failures or made.differences else 0


def verify_driver(_conf: cfg.ConfigOpts, asked: argparse.Namespace) -> int:
    """Print the report; exit status 1 when there are findings."""
    _prepare()
    access = access_file.read(asked.access)
    named = f"{access['vendor']} {access['model']}"
    if named != asked.driver:
        raise exception.InvalidInput(f"{asked.access} is for '{named}', not '{asked.driver}'")
    driver = DriverManager().driver_class(access["vendor"], access["model"])
    found = report.verify(driver, access)
    sys.stdout.write(report.written(found, access))
    return 0 if found.good else 1


def _trap(path: Path) -> dict[str, str]:
    try:
        return traps.parse(path.read_text(encoding="utf-8", errors="replace"))
    except ValueError as error:
        raise exception.InvalidInput(f"{path}: {error}") from error
