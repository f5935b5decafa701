"""What every table shares: metadata, column types, time stamps."""

# ruff: noqa: ARG002 - SQLAlchemy calls the type decorators with a dialect

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import BigInteger, DateTime, Dialect, MetaData, Text, TypeDecorator
from sqlalchemy.dialects import mysql
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

# Names must be known beforehand: a later migration can only drop what it can name.
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMES)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment with microseconds; aware UTC in Python, naive UTC in the table."""

    impl = DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


class Json(TypeDecorator[Any]):
    """A JSON document kept as text, so that all engines store the same bytes."""

    impl = Text().with_variant(mysql.MEDIUMTEXT(), "mysql", "mariadb")
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else orjson.dumps(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else orjson.loads(value)


# How far the clocks of nodes may be apart. What is farther ahead was told by one that was set back.
CLOCKS_AGREE = timedelta(minutes=1)


def utcnow() -> datetime:
    return datetime.now(UTC)


class Timestamped:
    """When the row was made and last changed; 'updated_at' is null until then."""

    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow, doc="Made at (UTC)")
    updated_at: Mapped[datetime | None] = mapped_column(
        UtcDateTime, onupdate=utcnow, doc="Last changed at (UTC); null until then"
    )


def big_integer(doc: str, **options: Any) -> Any:
    return mapped_column(BigInteger, doc=doc, **options)
