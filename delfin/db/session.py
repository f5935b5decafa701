"""Engines and transactions of delfin's database, through oslo.db."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar, cast

from oslo_config import cfg
from oslo_db import api as oslo_db_api
from oslo_db import exception as db_exception
from oslo_db import options as oslo_db_options
from oslo_db.sqlalchemy import enginefacade
from sqlalchemy import Connection, CursorResult, Engine, UpdateBase, event
from sqlalchemy import exc as sql_exception
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool, QueuePool

P = ParamSpec("P")
R = TypeVar("R")

# What a database says that is away, or has no time for us.
AWAY = (
    db_exception.DBError,
    db_exception.CantStartEngineError,
    sql_exception.TimeoutError,
    sql_exception.OperationalError,
)

# On an execution option of this name SQLite starts a transaction that may write.
_WRITES = "delfin_writes"


@enginefacade.transaction_context_provider
class _Transaction:
    """oslo.db ties a transaction to an object; each of ours has one of its own."""


class Database:
    """Transactions on the database that the options of group [database] name.

    Engines are made on first use, so building one costs nothing and works
    before the server is up.
    """

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        oslo_db_options.set_defaults(conf)
        # Who asks is told at once that the server is away; workers ask again by themselves.
        conf.set_default("max_retries", 0, "database")
        self._manager = enginefacade.transaction_context()
        options = {name: value for name, value in conf.database.items() if name in _PASSED_ON}
        self.url = complete_url(conf.database.connection)
        self._manager.configure(connection=self.url, sqlite_fk=True, **options)
        self._manager.append_on_engine_create(_prepare)

    @property
    def engine(self) -> Engine:
        return cast("Engine", self._manager.writer.get_engine())

    @contextmanager
    def reader(self) -> Iterator[Session]:
        """A read-only transaction.

        Raises:
            oslo_db.exception.DBConnectionError: The server is away.
        """
        with self._manager.reader.using(_Transaction()) as session:
            _connect(session)
            yield session

    @contextmanager
    def writer(self) -> Iterator[Session]:
        """A transaction that commits at the end of the block, or rolls back on an exception.

        Raises:
            oslo_db.exception.DBConnectionError: The server is away.
            oslo_db.exception.DBDuplicateEntry: A unique key is taken.
            oslo_db.exception.DBDeadlock: The engine chose this transaction as a victim; see 'retried'.
        """
        try:
            with self._manager.writer.using(_Transaction()) as session:
                _connect(session, **{_WRITES: True})
                yield session
        except db_exception.DBError as error:
            # MariaDB takes the whole transaction of its victim back, and then a savepoint that is to
            # be taken back is not there: that must not hide the reason.
            if isinstance(error.cause, db_exception.DBDeadlock):
                raise error.cause from error
            raise

    def dispose(self) -> None:
        self._manager.dispose_pool()


_PASSED_ON = {
    "max_pool_size",
    "max_overflow",
    "pool_timeout",
    "connection_recycle_time",
    "max_retries",
    "retry_interval",
}


# A network that drops everything does not say so. What the other end does not acknowledge in this
# time (ms) is given up, and a server that is waited for is asked whether it is still there (s).
# A request may wait for this and for a new connection, and is answered within five seconds.
_UNACKNOWLEDGED, _ASK_AFTER, _ASK_EVERY, _ASK_TIMES = 2000, 2, 1, 2
# Seconds for a server to accept a connection, and MariaDB's name for all of Unicode.
_SERVER_SETTINGS = {
    "postgresql": {
        "connect_timeout": "2",
        "tcp_user_timeout": str(_UNACKNOWLEDGED),
        "keepalives_idle": str(_ASK_AFTER),
        "keepalives_interval": str(_ASK_EVERY),
        "keepalives_count": str(_ASK_TIMES),
    },
    "mysql": {"connect_timeout": "2", "charset": "utf8mb4"},
    "mariadb": {"connect_timeout": "2", "charset": "utf8mb4"},
}


def complete_url(url: str) -> str:
    """The URL with what delfin relies on: names may hold any character on MariaDB too."""
    parsed = make_url(url)
    wanted = _SERVER_SETTINGS.get(parsed.get_backend_name(), {})
    missing = {name: value for name, value in wanted.items() if name not in parsed.query}
    return parsed.update_query_dict(missing).render_as_string(hide_password=False)


def retried(function: Callable[P, R]) -> Callable[P, R]:
    """Run a whole transaction again when the engine made it a deadlock's victim."""
    again = oslo_db_api.wrap_db_retry(
        max_retries=5, retry_interval=0.05, inc_retry_interval=True, retry_on_deadlock=True
    )
    return cast("Callable[P, R]", again(function))


def _connect(session: Session, **options: bool) -> None:
    try:
        session.connection(execution_options=options)
    except sql_exception.OperationalError as error:
        # oslo.db knows the words of other drivers for this, but not those of psycopg 3.
        raise db_exception.DBConnectionError(error) from error


def affected(session: Session, statement: UpdateBase) -> int:
    """Execute an UPDATE or DELETE and say how many rows it met."""
    return cast("CursorResult[Any]", session.execute(statement)).rowcount


def _prepare(engine: Engine) -> None:
    if engine.dialect.name == "sqlite":
        _keep_connections(engine)
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "before_cursor_execute", _begin_sqlite, retval=True)
    elif engine.dialect.name in {"mysql", "mariadb"}:
        event.listen(engine, "connect", _watch_network)


def _watch_network(connection: Any, _record: Any) -> None:
    """For PyMySQL, which has no options for it, what libpq is told in _SERVER_SETTINGS."""
    server = getattr(connection, "_sock", None)
    if server is None or server.family == socket.AF_UNIX:
        return
    server.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in (
        (socket.TCP_USER_TIMEOUT, _UNACKNOWLEDGED),
        (socket.TCP_KEEPIDLE, _ASK_AFTER),
        (socket.TCP_KEEPINTVL, _ASK_EVERY),
        (socket.TCP_KEEPCNT, _ASK_TIMES),
    ):
        server.setsockopt(socket.IPPROTO_TCP, option, value)


def _keep_connections(engine: Engine) -> None:
    """oslo.db opens a connection for each transaction on SQLite, and each reads the schema anew."""
    if isinstance(engine.pool, NullPool):
        made = engine.pool
        engine.pool = QueuePool(
            made._creator,  # noqa: SLF001 - SQLAlchemy has no other way to replace a pool
            dialect=engine.dialect,
            pre_ping=True,
            max_overflow=-1,
            _dispatch=made.dispatch,
        )


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    # WAL lets readers go on while one writes; NORMAL loses no committed row when
    # a process is killed, only the last ones when the machine loses power.
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=30000"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(
    connection: Connection, _cursor: Any, statement: str, parameters: Any, *_more: Any
) -> tuple[str, Any]:
    """Make oslo.db's BEGIN take the write lock at the start.

    A transaction that reads first and writes later is refused at once when
    another wrote in between, whatever the busy time-out says.
    """
    if statement == "BEGIN" and connection.get_execution_options().get(_WRITES):
        statement = "BEGIN IMMEDIATE"
    return statement, parameters
