"""What an inventory resource is: a table, and one row of facts about it.

The SQLAlchemy model is the declaration. A ResourceKind only adds what a table
cannot say: how a driver lists it, where the API serves it, what may be filtered.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, MappedColumn, mapped_column

from delfin.db.base import Base, Json, Timestamped
from delfin.exception import NotFound


class Resource(Timestamped, Base):
    """Columns every inventory row has."""

    __abstract__ = True

    id: Mapped[str] = mapped_column(String(36), primary_key=True, doc="Id of the row (UUID)")
    storage_id: Mapped[str] = mapped_column(
        ForeignKey("storages.id", ondelete="CASCADE"), doc="The storage it belongs to"
    )


def native_id(doc: str) -> MappedColumn[str]:
    """The array's own name for the row; unique within one storage."""
    return mapped_column(String(255), doc=doc, info={"native_id": True})


def text(doc: str) -> MappedColumn[str | None]:
    return mapped_column(String(255), doc=doc)


def choice(doc: str, *vocabularies: tuple[str, ...]) -> MappedColumn[str | None]:
    """One of the words published in delfin.common.constants."""
    words = tuple(dict.fromkeys(word for words in vocabularies for word in words))
    return mapped_column(String(255), doc=doc, info={"choices": words})


def ref(table: str, doc: str) -> MappedColumn[str | None]:
    """The native id of a row in another inventory table of the same storage."""
    return mapped_column(String(255), doc=doc, info={"refers_to": table})


def member(table: str, doc: str) -> MappedColumn[str]:
    """One end of a membership: the native id of a row in another inventory table."""
    return mapped_column(String(255), doc=doc, info={"refers_to": table})


def size(doc: str) -> MappedColumn[int | None]:
    """A capacity, always in bytes."""
    return mapped_column(BigInteger, doc=doc, info={"unit": "bytes"})


def number(doc: str, unit: str | None = None) -> MappedColumn[int | None]:
    return mapped_column(Integer, doc=doc, info={"unit": unit} if unit else {})


def big_number(doc: str, unit: str | None = None) -> MappedColumn[int | None]:
    return mapped_column(BigInteger, doc=doc, info={"unit": unit} if unit else {})


def flag(doc: str) -> MappedColumn[bool | None]:
    return mapped_column(Boolean, doc=doc)


def free_form(doc: str) -> MappedColumn[dict[str, Any] | None]:
    """A JSON object whose keys nobody prescribes; kept as the driver gives it."""
    return mapped_column(Json, doc=doc, info={"free_form": True})


def table_of(model: type[Base]) -> Table:
    return cast("Table", model.__table__)


@dataclass(frozen=True)
class Embed:
    """A list the API shows inside a row: ids of rows in 'model' that name it.

    'by' is the column naming the owner, 'shows' the column listed. A driver
    reports the rows of a 'written' embed together with the owners.
    """

    field: str
    model: type[Resource]
    by: str
    shows: str
    written: bool = False


@dataclass(frozen=True, eq=False)
class Computed:
    """A column that is worked out when rows are shown; one with a stored name stands in for that.

    Attributes:
        name: The column, for listings, filters and sorting.
        expression: What it is for a row of the kind's table.
        doc: What it says.
        words: The words that it may be, where it is one of some.
        nullable: Whether it may be null.
    """

    name: str
    expression: ColumnElement[Any]
    doc: str
    words: tuple[str, ...] = ()
    nullable: bool = False


@dataclass(frozen=True)
class ResourceKind:
    """One kind of inventory row.

    Attributes:
        model: The table.
        lister: The driver method that reports its rows.
        missing: What a look-up of an unknown id raises.
        filters: Columns a listing may be filtered by.
        impossible_filters: Accepted for old clients; no row ever matches.
        nested: True when it is served only under /storages/{id}/.
        embed: What the API shows inside a row.
        computed: What is shown beside the stored columns, or in their place.
    """

    model: type[Resource]
    lister: str
    missing: type[NotFound]
    filters: tuple[str, ...]
    impossible_filters: tuple[str, ...] = ()
    nested: bool = False
    embed: Embed | None = None
    computed: tuple[Computed, ...] = ()

    def __post_init__(self) -> None:
        _add_keys(self)

    @property
    def key(self) -> str:
        """The table name; also the key of the JSON body a listing returns."""
        return str(self.model.__tablename__)

    @property
    def path(self) -> str:
        return self.key.replace("_", "-")

    @property
    def table(self) -> Table:
        return table_of(self.model)

    @cached_property
    def columns(self) -> dict[str, Column[Any]]:
        return {column.name: column for column in self.table.columns}

    @cached_property
    def shown(self) -> dict[str, ColumnElement[Any]]:
        """What a listing returns, by name."""
        return {**self.columns, **{one.name: one.expression for one in self.computed}}

    @cached_property
    def native_id(self) -> str:
        return next(name for name, c in self.columns.items() if c.info.get("native_id"))

    @cached_property
    def reported(self) -> tuple[str, ...]:
        """The columns a driver fills."""
        ours = ("id", "storage_id", "created_at", "updated_at")
        return tuple(name for name in self.columns if name not in ours)


def _add_keys(kind: ResourceKind) -> None:
    """Give the table the unique key and the indexes that its declaration implies."""
    table = kind.table
    if any(isinstance(c, UniqueConstraint) for c in table.constraints):
        return
    table.append_constraint(UniqueConstraint("storage_id", kind.native_id))
    Index(None, table.c.created_at, table.c.id)
    for name in kind.filters:
        if name not in {"id", "storage_id"} and name in table.c:
            Index(None, table.c[name])
    if kind.embed is not None and kind.embed.written:
        pairs = table_of(kind.embed.model)
        pairs.append_constraint(UniqueConstraint("storage_id", kind.embed.by, kind.embed.shows))
        # Topology asks which groups a member is in.
        Index(None, pairs.c.storage_id, pairs.c[kind.embed.shows])
