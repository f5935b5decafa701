"""A database that is away is told at once; what is written is there or not there at all."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from oslo_db import exception as db_exception
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from delfin import exception
from delfin.db import storages
from delfin.db.session import Database, complete_url, retried
from delfin.db.storages import Storage
from tests.conftest import make_conf
from tests.unit.db.stored import add_storage


@pytest.mark.parametrize(
    "url", ["postgresql+psycopg://root@127.0.0.1:1/x", "mysql+pymysql://root@127.0.0.1:1/x"]
)
def test_a_server_that_is_away_is_told_within_five_seconds(url: str, tmp_path: Path) -> None:
    database = Database(make_conf(tmp_path, url))
    for _ in range(2):
        begin = time.monotonic()
        with pytest.raises(db_exception.DBConnectionError), database.reader() as session:
            session.execute(select(Storage.id))
        assert time.monotonic() - begin < 5
    database.dispose()


def test_what_the_operator_says_in_the_url_counts() -> None:
    url = "mysql+pymysql://u:p%40ss@h/d?charset=utf8&connect_timeout=9"
    assert complete_url(url) == url
    assert "connect_timeout=2" in complete_url("postgresql+psycopg://h/d")
    assert complete_url("sqlite:////x.db") == "sqlite:////x.db"


def test_an_exception_takes_the_whole_transaction_back(database: Database) -> None:
    with pytest.raises(exception.StorageNotFound), database.writer() as session:
        _add_and_fail(session)
    with database.reader() as session:
        assert session.scalars(select(Storage.id)).all() == []


def _add_and_fail(session: Session) -> None:
    add_storage(session)
    storages.get(session, "another")


def test_who_loses_a_deadlock_in_a_savepoint_begins_anew(database: Database) -> None:
    if database.url.startswith("sqlite"):
        pytest.skip("one transaction at a time writes there")
    with database.writer() as session:
        first, second = add_storage(session, "SN1"), add_storage(session, "SN2")
    both_have_one = threading.Barrier(2)
    tries: list[str] = []

    @retried
    def rename(name: str, one: str, other: str) -> None:
        is_first = name not in tries
        tries.append(name)
        with database.writer() as session:
            _rename(session, one, name)
            if is_first:
                both_have_one.wait(10)
            with session.begin_nested():
                _rename(session, other, name)

    with ThreadPoolExecutor(2) as both:
        # Raises what either of them raises.
        list(both.map(rename, ("a", "b"), (first, second), (second, first)))
    assert len(tries) > 2, "nobody lost"
    with database.reader() as session:
        assert len(set(session.scalars(select(Storage.name)))) == 1


def _rename(session: Session, storage_id: str, name: str) -> None:
    session.execute(update(Storage).where(Storage.id == storage_id).values(name=name))


def test_sqlite_connections_are_used_again(sqlite_database: Database) -> None:
    seen = set()
    for _ in range(3):
        with sqlite_database.reader() as session:
            seen.add(id(session.connection().connection.dbapi_connection))
    assert len(seen) == 1


def test_a_transaction_that_failed_leaves_a_clean_connection(sqlite_database: Database) -> None:
    with pytest.raises(exception.StorageNotFound), sqlite_database.writer() as session:
        _add_and_fail(session)
    with sqlite_database.writer() as session:
        add_storage(session)
    with sqlite_database.reader() as session:
        assert len(session.scalars(select(Storage.id)).all()) == 1
