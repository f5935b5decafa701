"""Databases for tests: every story that asks for 'database' runs on all three engines."""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from delfin import service

service.select_backend()

import pytest  # noqa: E402 - the back end must be chosen before anything else
from oslo_config import cfg  # noqa: E402 - likewise
from oslo_db import options as oslo_db_options  # noqa: E402 - likewise
from sqlalchemy import Connection, create_engine, exists, literal, select, text, union_all  # noqa: E402 - likewise
from sqlalchemy.engine import make_url  # noqa: E402 - likewise
from sqlalchemy.orm import Session  # noqa: E402 - likewise

from delfin.conf import opts  # noqa: E402 - likewise
from delfin.db import migration  # noqa: E402 - likewise
from delfin.db.session import Database  # noqa: E402 - likewise
from delfin.inventory.schema import METADATA  # noqa: E402 - likewise
from delfin.testing.suite import DriverConformance  # noqa: E402 - likewise

SERVERS = {
    "postgresql": os.environ.get(
        "DELFIN_TEST_POSTGRESQL_URL", "postgresql+psycopg://root@127.0.0.1/postgres"
    ),
    "mariadb": os.environ.get(
        "DELFIN_TEST_MARIADB_URL", "mysql+pymysql://root@127.0.0.1/mysql?ssl_disabled=true"
    ),
}

# The names of the tables that are not empty.
FILLED = union_all(
    *(
        select(literal(table.name)).where(exists().select_from(table))
        for table in METADATA.sorted_tables
    )
)


def make_empty(database: Session | Connection) -> None:
    """Whatever stories have left there, in the caller's transaction."""
    filled = set(database.scalars(FILLED))
    for table in reversed(METADATA.sorted_tables):
        if table.name in filled:
            database.execute(table.delete())


def make_conf(state_path: Path, url: str) -> cfg.ConfigOpts:
    """Options of a delfin of its own: nothing is shared with other tests."""
    conf = cfg.ConfigOpts()
    opts.register(conf)
    oslo_db_options.set_defaults(conf)
    conf([], project="delfin", default_config_files=[], default_config_dirs=[])
    conf.set_override("state_path", str(state_path))
    conf.set_override("connection", url, "database")
    return conf


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> Generator[None, None, None]:
    """Where tests run in several processes, each service story runs beside its neighbours.

    Those of a file share servers that are slow to start; those of the Linux hosts share the
    machine's loop devices, and those of the installer an installation. What a driver must do is
    looked up in one reading of its recording.

    Raises:
        pytest.UsageError: They would be dealt out one by one after all.
    """
    for item in items:
        folder, suite = item.path.parent, getattr(item, "cls", None)
        if item.get_closest_marker("xdist_group"):
            continue
        if folder.parent.name == "service":
            place = folder if folder.name in {"linux", "installer"} else item.path
            item.add_marker(pytest.mark.xdist_group(place.stem))
        elif suite is not None and issubclass(suite, DriverConformance):
            item.add_marker(pytest.mark.xdist_group(suite.__name__))
    yield
    # pytest-xdist tells its scheduler of groups by the ids of tests, and says nothing if it cannot.
    marked = [item for item in items if item.get_closest_marker("xdist_group")]
    if config.getoption("loadgroup", False) and any("@" not in item.nodeid for item in marked):
        raise pytest.UsageError("pytest-xdist does not keep groups with this pytest")


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes may hold the time when they were packed, which differs between processes of a run."""
    return argname if isinstance(val, bytes) else None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell why a story needed its second try: that it passed then hides it otherwise."""
    for report in terminalreporter.getreports("rerun"):
        terminalreporter.write_sep("_", f"first try of {report.nodeid}")
        terminalreporter.write_line(report.longreprtext)


@contextmanager
def throw_away_database(engine: str, folder: Path) -> Iterator[str]:
    """The URL of a new, empty database on an engine: 'sqlite', 'postgresql' or 'mariadb'."""
    if engine == "sqlite":
        yield f"sqlite:///{folder / 'delfin.db'}"
        return
    name = f"delfin_test_{uuid4().hex[:12]}"
    server = create_engine(SERVERS[engine], isolation_level="AUTOCOMMIT")
    try:
        with server.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        yield make_url(SERVERS[engine]).set(database=name).render_as_string(hide_password=False)
        with server.connect() as connection:
            force = " WITH (FORCE)" if engine == "postgresql" else ""
            connection.execute(text(f"DROP DATABASE {name}{force}"))
    finally:
        server.dispose()


@pytest.fixture(scope="session", params=["sqlite", "postgresql", "mariadb"])
def migrated_url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A database with the schema of this release, used by one test after the other."""
    folder = tmp_path_factory.mktemp(request.param)
    with throw_away_database(request.param, folder) as url:
        database = Database(make_conf(folder, url))
        migration.upgrade(database.engine)
        database.dispose()
        yield url


@pytest.fixture(scope="session")
def opened() -> dict[str, Database]:
    """Databases by URL: what it takes to compile a statement is spent once, not for each story."""
    return {}


@pytest.fixture
def used_again(
    migrated_url: str, opened: dict[str, Database], tmp_path_factory: pytest.TempPathFactory
) -> Database:
    """Looked up for each story: pytest may keep what a longer-lived fixture made of another URL."""
    if migrated_url not in opened:
        conf = make_conf(tmp_path_factory.mktemp("state"), migrated_url)
        opened[migrated_url] = Database(conf)
    return opened[migrated_url]


@pytest.fixture
def conf(migrated_url: str, tmp_path: Path) -> cfg.ConfigOpts:
    """Options that name the test's database and a state folder of its own."""
    return make_conf(tmp_path, migrated_url)


@pytest.fixture
def database(used_again: Database) -> Iterator[Database]:
    """An empty database with the schema of this release; the test runs once for each engine."""
    with used_again.writer() as session:
        make_empty(session)
    yield used_again
    used_again.dispose()


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the schema, to be copied: that is much quicker than to migrate."""
    file = tmp_path_factory.mktemp("empty") / "delfin.db"
    database = Database(make_conf(file.parent, f"sqlite:///{file}"))
    migration.upgrade(database.engine)
    database.dispose()
    return file


@pytest.fixture
def sqlite_database(empty_database: Path, tmp_path: Path) -> Iterator[Database]:
    """For stories in which the engine does not matter."""
    file = tmp_path / "delfin.db"
    shutil.copy(empty_database, file)
    database = Database(make_conf(tmp_path, f"sqlite:///{file}"))
    yield database
    database.dispose()
