"""Markdown tables of figures, printed and put into their places on a page."""

from __future__ import annotations

import argparse
import os
import platform
import re
import sqlite3
import statistics
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import text

from delfin.db.session import Database
from tests.benchmark.rig import ENGINES

_ASKED = {
    "postgresql": {
        "version": "SHOW server_version",
        "fsync": "SHOW fsync",
        "synchronous_commit": "SHOW synchronous_commit",
        "shared_buffers": "SHOW shared_buffers",
    },
    "mysql": {
        "version": "SELECT VERSION()",
        "innodb_flush_log_at_trx_commit": "SELECT @@innodb_flush_log_at_trx_commit",
        "innodb_buffer_pool_size": "SELECT CONCAT(@@innodb_buffer_pool_size >> 20, 'MB')",
    },
}
_LIBRARIES = ("SQLAlchemy", "oslo.db", "psycopg", "PyMySQL", "falcon", "cheroot", "orjson")


def arguments(description: str | None) -> argparse.ArgumentParser:
    """What every benchmark takes."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--engine", action="append", choices=ENGINES, help="may be repeated; default all"
    )
    parser.add_argument(
        "--write", type=Path, metavar="PAGE", help="put the tables into this page as well"
    )
    return parser


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table: the first column is text, the others are figures."""
    marks = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, marks, *rows))


def middle(ratios: Sequence[float]) -> str:
    """The median of the rounds, and from where to where they go."""
    return f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"


def show(name: str, figures: str, page: Path | None) -> None:
    """Print figures; on the page they replace what is between the comments of that name."""
    sys.stdout.write(f"\n{figures}\n")
    sys.stdout.flush()
    if page is not None:
        put(name, figures, page)


def put(name: str, figures: str, page: Path) -> None:
    """Raises ValueError when the page has not the one place for figures of that name."""
    start, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    pattern = re.compile(f"{re.escape(start)}.*?{re.escape(end)}", re.DOTALL)
    before = page.read_text(encoding="utf-8")
    after, places = pattern.subn(lambda _: f"{start}\n\n{figures}\n\n{end}", before)
    if places != 1:
        raise ValueError(f"{page}: {places} places for the figures of {name}, there must be one")
    page.write_text(after, encoding="utf-8")


def progress(line: str) -> None:
    sys.stderr.write(f"{line}\n")


def machine(servers: Sequence[str]) -> str:
    """Where and when the figures were measured."""
    libraries = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    hardware = (
        f"{datetime.now(UTC):%Y-%m-%d}: {os.cpu_count()} cores ({_processor()}), "
        f"{_memory_gib():.0f} GiB of memory, {platform.system()} {platform.machine()}, "
        f"load {os.getloadavg()[2]:.1f} in the last 15 minutes."
    )
    software = f"Python {platform.python_version()}, {libraries}."
    return "\n".join(f"- {line}" for line in (hardware, software, *servers))


def server(database: Database) -> str:
    """Version of the engine, and the settings that decide how often it waits for the disk."""
    name = database.engine.dialect.name
    if name == "sqlite":
        return f"SQLite {sqlite3.sqlite_version}: journal_mode WAL, synchronous NORMAL."
    with database.engine.connect() as connection:
        told = {what: connection.scalar(text(ask)) for what, ask in _ASKED[name].items()}
    label = ENGINES["postgresql" if name == "postgresql" else "mariadb"]
    settings = ", ".join(f"{what} {value}" for what, value in told.items() if what != "version")
    return f"{label} {str(told['version']).split()[0]}: {settings}."


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return "processor unknown"


def _memory_gib() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
