"""The declarations of all resource kinds agree with one another and with their tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from sqlalchemy import ForeignKeyConstraint, MetaData, Table, UniqueConstraint

from delfin.drivers.driver import StorageDriver
from delfin.inventory.catalog import BY_KEY, KINDS
from delfin.inventory.kind import ResourceKind

EXPECTED_KINDS = 15


def findings(kind: ResourceKind, known: Iterable[str]) -> list[str]:
    """One sentence for each inconsistency; 'known' are the keys that references may name."""
    table = kind.model.__table__
    assert isinstance(table, Table)
    found = [*_names(kind, table), *_keys(kind, table), *_references(table, set(known))]
    if kind.embed is not None:
        pairs = kind.embed.model.__table__
        assert isinstance(pairs, Table)
        found += _embedded(kind, pairs)
        found += [*_references(pairs, set(known)), *_cascade(pairs)]
    return [f"{kind.key}: {problem}" for problem in found]


def _names(kind: ResourceKind, table: Table) -> Iterator[str]:
    for name in kind.filters:
        if name not in kind.shown:
            yield f"filter {name!r} is no column"
    for column in table.columns:
        if not column.doc:
            yield f"column {column.name!r} has no doc; the interface description shows it"
    natives = [column.name for column in table.columns if column.info.get("native_id")]
    if len(natives) != 1:
        yield f"exactly one column is the native id, not {natives}"
    elif natives[0] not in kind.filters:
        yield f"the native id {natives[0]!r} must be a filter"


def _keys(kind: ResourceKind, table: Table) -> Iterator[str]:
    unique = [
        {column.name for column in constraint.columns}
        for constraint in table.constraints
        if isinstance(constraint, UniqueConstraint)
    ]
    native = next((c.name for c in table.columns if c.info.get("native_id")), "")
    if {"storage_id", native} not in unique:
        yield f"no unique key (storage_id, {native})"
    led = _leading_columns(table)
    for name in kind.filters:
        if name in table.c and name not in led:
            yield f"filter {name!r} has no index that starts with it"
    yield from _cascade(table)


def _leading_columns(table: Table) -> set[str]:
    """Columns a database can search by: the first of each index and key."""
    keys: list[Any] = [table.primary_key, *table.indexes]
    keys += [c for c in table.constraints if isinstance(c, UniqueConstraint)]
    return {next(iter(key.columns)).name for key in keys if len(key.columns)}


def _cascade(table: Table) -> Iterator[str]:
    for constraint in table.constraints:
        if (
            isinstance(constraint, ForeignKeyConstraint)
            and constraint.column_keys == ["storage_id"]
            and constraint.elements[0].target_fullname == "storages.id"
            and constraint.ondelete == "CASCADE"
        ):
            return
    yield f"{table.name}.storage_id must refer to storages.id with ON DELETE CASCADE"


def _references(table: Table, known: set[str]) -> Iterator[str]:
    for column in table.columns:
        target = column.info.get("refers_to")
        if target is not None and target not in known:
            yield f"{table.name}.{column.name} refers to {target!r}, which is no resource kind"


def _embedded(kind: ResourceKind, pairs: Table) -> Iterator[str]:
    embed = kind.embed
    assert embed is not None
    for name in (embed.by, embed.shows):
        if name not in pairs.c:
            yield f"embed: {pairs.name} has no column {name!r}"
    if embed.field in kind.model.__table__.columns:
        yield f"embed: {embed.field!r} would hide a column of that name"


def repeated_keys(kinds: Iterable[ResourceKind]) -> list[str]:
    """Keys that occur twice; a listing could not tell them apart."""
    keys = [kind.key for kind in kinds]
    return sorted({key for key in keys if keys.count(key) > 1})


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.key)
def test_declaration_is_consistent(kind: ResourceKind) -> None:
    found = findings(kind, BY_KEY)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.key)
def test_the_lister_is_a_method_of_the_driver_contract(kind: ResourceKind) -> None:
    assert callable(getattr(StorageDriver, kind.lister, None)), (
        f"{kind.key}: StorageDriver has no method {kind.lister}"
    )


def test_each_kind_is_declared_once_and_catalogued() -> None:
    assert not repeated_keys(KINDS)
    assert len(KINDS) == EXPECTED_KINDS
    metadata: MetaData = KINDS[0].model.metadata
    tables = {table.name for table in metadata.tables.values() if _is_inventory(table)}
    assert tables == set(BY_KEY), "a resource table without a ResourceKind in the catalog"


def _is_inventory(table: Table) -> bool:
    return any(column.info.get("native_id") for column in table.columns)
