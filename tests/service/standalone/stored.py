"""What the database file of a delfin holds, read without delfin."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def opened(database: Path) -> Iterator[sqlite3.Connection]:
    """A connection for reading; a second process next to delfin, or after it."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=30)) as connection:
        yield connection


def values(database: Path, query: str, *parameters: Any) -> list[Any]:
    """The first column of what the query finds."""
    with opened(database) as connection:
        return [row[0] for row in connection.execute(query, parameters)]


def naming(database: Path, storage_id: str) -> dict[str, int]:
    """How many rows of each table belong to the storage; only tables that have some."""
    found = {}
    with opened(database) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        for (table,) in tables.fetchall():
            columns = {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
            column = "id" if table == "storages" else "storage_id"
            if column in columns:
                query = f"SELECT count(*) FROM {table} WHERE {column} = ?"  # noqa: S608 - our own names
                (found[table],) = connection.execute(query, (storage_id,)).fetchone()
    return {table: number for table, number in found.items() if number}


def natives(database: Path, storage_id: str) -> list[str]:
    """The native ids of the storage's volumes, as often as they are there."""
    query = "SELECT native_volume_id FROM volumes WHERE storage_id = ?"
    return values(database, query, storage_id)


def job_states(database: Path, storage_id: str) -> list[str]:
    return values(database, "SELECT state FROM jobs WHERE storage_id = ?", storage_id)
