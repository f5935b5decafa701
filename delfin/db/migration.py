"""Bring a database to the schema of this release, and say how it stands; by Alembic."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData, Text, text
from sqlalchemy.types import TypeEngine

FOLDER = Path(__file__).parent / "migrations"


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Run the migrations that are missing up to 'revision'."""
    with engine.connect() as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            # Several processes may start at once: the first does the work, the others wait.
            connection.execute(text("SELECT pg_advisory_xact_lock(3710821190)"))
        command.upgrade(_config(connection), revision)


def versions(engine: Engine) -> tuple[str | None, str | None]:
    """The revision the database has (None: empty) and the one this release wants."""
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    return current, _newest()


@functools.cache
def _newest() -> str | None:
    """The newest revision of this release: Alembic compiles every migration to find it."""
    return ScriptDirectory.from_config(_config(None)).get_current_head()


def differences(engine: Engine, metadata: MetaData) -> list[Any]:
    """What the tables lack or have too much, compared with the models."""
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": types_differ, "include_object": _ours}
        )
        return list(compare_metadata(context, metadata))


def write_revision(engine: Engine, metadata: MetaData, message: str, revision: str) -> None:
    """Write a new migration from the difference between database and models, for review."""
    with engine.connect() as connection:
        configuration = _config(connection)
        configuration.attributes["metadata"] = metadata
        command.revision(configuration, message, autogenerate=True, rev_id=revision)


def types_differ(
    _context: Any, _inspected: Any, _column: Any, found: TypeEngine[Any], wanted: TypeEngine[Any]
) -> bool | None:
    """Our text types are spelt differently by every engine; others Alembic knows to compare."""
    if isinstance(found, Text) and "TEXT" in str(found).upper():
        return not isinstance(getattr(wanted, "impl", wanted), Text)
    return None


def _ours(_object: Any, name: str | None, kind: str, *_more: Any) -> bool:
    return not (kind == "table" and name == "alembic_version")


def _config(connection: Connection | None) -> Config:
    configuration = Config()
    configuration.set_main_option("script_location", str(FOLDER))
    configuration.attributes["connection"] = connection
    return configuration
