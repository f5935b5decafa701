"""Migrations lead to the schema that the models describe, on every engine."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sqlalchemy import text

from delfin.db import migration
from delfin.db.session import Database
from delfin.inventory.schema import METADATA
from tests.conftest import make_conf, throw_away_database


def test_migrated_database_has_what_the_models_say(database: Database) -> None:
    assert migration.differences(database.engine, METADATA) == []
    current, wanted = migration.versions(database.engine)
    assert current == wanted is not None


def test_a_missing_index_is_noticed(database: Database) -> None:
    table = METADATA.tables["volumes"]
    index = next(i for i in table.indexes if i.name == "ix_volumes_wwn")
    index.drop(database.engine)
    try:
        assert "ix_volumes_wwn" in str(migration.differences(database.engine, METADATA))
    finally:
        index.create(database.engine)


@pytest.mark.parametrize("engine", ["sqlite", "postgresql", "mariadb"])
def test_upgrade_of_an_empty_database_can_be_repeated(engine: str, tmp_path: Path) -> None:
    with throw_away_database(engine, tmp_path) as url:
        database = Database(make_conf(tmp_path, url))
        assert migration.versions(database.engine)[0] is None
        migration.upgrade(database.engine)
        migration.upgrade(database.engine)
        assert migration.differences(database.engine, METADATA) == []
        database.dispose()


def test_two_processes_may_migrate_at_once(tmp_path: Path) -> None:
    with throw_away_database("postgresql", tmp_path) as url:
        database = Database(make_conf(tmp_path, url))
        errors: list[BaseException] = []

        def upgrade() -> None:
            try:
                migration.upgrade(database.engine)
            except BaseException as error:  # noqa: BLE001 - told to the main thread
                errors.append(error)

        threads = [threading.Thread(target=upgrade) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert errors == []
        database.dispose()


def test_names_that_differ_in_case_or_trailing_blanks_are_different(database: Database) -> None:
    names = ["vol", "VOL", "vol ", "v\u00f3l", "v\U0001f4bel"]
    with database.writer() as session:
        for name in names:
            session.execute(
                text(
                    "INSERT INTO storages (id, name, live_serial, deleted, created_at)"
                    " VALUES (:id, :name, :name, :no, '2026-01-01 00:00:00')"
                ),
                {"id": name, "name": name, "no": False},
            )
    with database.reader() as session:
        found = session.scalars(text("SELECT name FROM storages WHERE name = 'vol'")).all()
    assert found == ["vol"]
