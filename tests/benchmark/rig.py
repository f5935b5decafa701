"""Databases and a simulated array without a network, for the benchmarks."""

from __future__ import annotations

import gc
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from oslo_config import cfg
from sqlalchemy import text

from delfin.common.key_file import open_key_ring
from delfin.db import migration
from delfin.db.session import Database
from delfin.drivers.api import DriverAPI
from delfin.drivers.manager import DriverManager
from delfin.inventory.block import VOLUMES
from delfin.inventory.kind import ResourceKind
from delfin.jobs.board import JobBoard
from delfin.jobs.queue import JobQueue
from tests.conftest import make_conf, throw_away_database
from tests.unit.conftest import Bench
from tests.unit.scripted import Script, ScriptedDriver, ScriptedManager

ENGINES = {"sqlite": "SQLite", "postgresql": "PostgreSQL", "mariadb": "MariaDB"}
POOLS = 8
GIB = 2**30

Row = dict[str, Any]


def volumes(count: int, *, written: int = 0) -> list[Row]:
    """What a driver reports: 12 columns, native ids in the array's order.

    Every tenth volume has 'written' GiB more in use than with the default.
    """
    return [_volume(i, written if i % 10 == 0 else 0) for i in range(count)]


def _volume(i: int, written: int) -> Row:
    total, used = (100 + i % 50) * GIB, (i % 40 + written) * GIB
    return {
        "native_volume_id": f"{i:08x}",
        "name": f"host-{i // 16:05d}-data-{i % 16:02d}",
        "description": "data",
        "type": "thin" if i % 4 else "thick",
        "status": "normal" if i % 500 else "abnormal",
        "native_storage_pool_id": f"pool-{i % POOLS}",
        "wwn": f"6000d310{0xA5A5A5 * (i + 1):024x}",
        "total_capacity": total,
        "used_capacity": used,
        "free_capacity": total - used,
        "compressed": i % 2 == 0,
        "deduplicated": i % 3 == 0,
    }


def stored(bench: Bench, volumes_stored: int) -> str:
    """Id of a storage whose array reports so many volumes, all of them stored already."""
    script = array()
    storage_id = bench.register(script)
    script.listings[VOLUMES.lister] = volumes(volumes_stored)
    bench.sync(storage_id)
    settle(bench.database)
    return storage_id


@contextmanager
def new_bench(engine: str, drivers: DriverManager | None = None) -> Iterator[Bench]:
    """A bench on a new database with the schema of this release."""
    with tempfile.TemporaryDirectory(prefix="delfin-benchmark-") as name:
        folder = Path(name)
        with (
            throw_away_database(engine, folder) as url,
            bench(make_conf(folder, url), drivers) as made,
        ):
            migration.upgrade(made.database.engine)
            yield made


@contextmanager
def bench(conf: cfg.ConfigOpts, drivers: DriverManager | None = None) -> Iterator[Bench]:
    """A task service without its threads; arrays answer from memory unless there are drivers."""
    database = Database(conf)
    queue = JobQueue(database, conf)
    keyring = open_key_ring(conf.secrets.key_file, {})
    arrays = DriverAPI(database, keyring, drivers or ScriptedManager())
    try:
        yield Bench(database, conf, keyring, queue, JobBoard(queue, conf), arrays)
    finally:
        arrays.sessions.close()
        ScriptedDriver.scripts.clear()
        database.dispose()


def array(serial_number: str = "SN1") -> Script:
    """An array with nothing but volumes, none yet; the other kinds are not supported."""
    script = Script(serial_number)
    script.listings[VOLUMES.lister] = []
    return script


@contextmanager
def timed() -> Iterator[list[float]]:
    """A list that holds the seconds the block took, once it has ended."""
    took: list[float] = []
    gc.collect()
    start = time.perf_counter()
    yield took
    took.append(time.perf_counter() - start)


def empty(database: Database) -> None:
    """Leave no volume."""
    verb = "DELETE FROM" if database.engine.dialect.name == "sqlite" else "TRUNCATE TABLE"
    with database.engine.begin() as connection:
        connection.execute(text(f"{verb} {VOLUMES.key}"))
    settle(database)


def settle(database: Database, *kinds: ResourceKind) -> None:
    """Let the engine do now what it would do later, in the middle of a measurement.

    'kinds' are those of which there are many rows; volumes unless said.
    """
    name = database.engine.dialect.name
    for statement in _settling(name, [kind.key for kind in kinds or (VOLUMES,)]):
        # Neither runs within a transaction, and oslo.db begins one on every connection.
        raw = database.engine.raw_connection()
        try:
            if name == "postgresql":
                raw.driver_connection.autocommit = True  # type: ignore[union-attr] # is psycopg's
            raw.cursor().execute(statement)
        finally:
            raw.invalidate()
            raw.close()


def _settling(engine: str, tables: Sequence[str]) -> Iterator[str]:
    """Delfin never asks SQLite for statistics; the servers keep them by themselves, a while later."""
    if engine == "sqlite":
        yield "PRAGMA wal_checkpoint(TRUNCATE)"
        return
    verb = "VACUUM ANALYZE" if engine == "postgresql" else "ANALYZE TABLE"
    yield from (f"{verb} {table}" for table in tables)
    if engine == "postgresql":
        yield "CHECKPOINT"
