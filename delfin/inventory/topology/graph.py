"""The answer to a question about topology: rows, links between them, and what is not known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import null, select
from sqlalchemy.orm import Session

from delfin.db import storages
from delfin.inventory.kind import ResourceKind
from delfin.inventory.topology.relations import KINDS, Link
from delfin.inventory.topology.walk import FEW, Natives, Reached, Walk

Row = dict[str, Any]
# Row ids, by the key of the kind and the native id.
Ids = Mapping[str, Mapping[str, str]]

# What may be asked about, by the word that stands for it.
BY_WORD = {kind.key.removesuffix("s").removeprefix("storage_"): kind for kind in KINDS}


def whole(session: Session, storage_id: str) -> Row:
    """All of an array.

    Raises:
        delfin.exception.StorageNotFound: There is no such storage.
    """
    storages.get(session, storage_id)
    walk = Walk(session, storage_id, _gaps(session, storage_id))
    return _document(session, storage_id, None, walk.everything())


def path(session: Session, kind: ResourceKind, row_id: str, storage_id: str | None = None) -> Row:
    """What leads to a row and what it rests on; 'storage_id' where it must be of that array.

    Raises:
        delfin.exception.NotFound: The kind's own subclass, when there is no such row.
    """
    return _around(session, kind, row_id, storage_id, impact=False)


def impact(session: Session, kind: ResourceKind, row_id: str, storage_id: str) -> Row:
    """What is hit when a row of the array fails; raises as 'path'."""
    return _around(session, kind, row_id, storage_id, impact=True)


def _around(
    session: Session, kind: ResourceKind, row_id: str, storage_id: str | None, *, impact: bool
) -> Row:
    columns = kind.table.c
    wanted = select(columns.storage_id, columns[kind.native_id]).where(columns.id == row_id)
    if storage_id is not None:
        wanted = wanted.where(columns.storage_id == storage_id)
    found = session.execute(wanted).one_or_none()
    if found is None:
        raise kind.missing(row_id)
    owner, native = found
    storages.get(session, owner)
    walk = Walk(session, owner, _gaps(session, owner))
    reached = walk.impact(kind, native) if impact else walk.path(kind, native)
    return _document(session, owner, {"kind": kind.key, "id": row_id}, reached)


def _gaps(session: Session, storage_id: str) -> dict[str, str]:
    """Of which kinds nothing is known, and why: no driver support is not the same as no rows."""
    states = {one.kind: one for one in storages.kind_states(session, [storage_id])[storage_id]}
    gaps = {}
    for kind in KINDS:
        state = states.get(kind.key)
        if state is None:
            gaps[kind.key] = f"{kind.key} have not been read yet"
        elif state.supported is False:
            gaps[kind.key] = f"the driver does not support {kind.key}"
        elif state.supported is None:
            gaps[kind.key] = f"{kind.key} could not be read: {state.error_code}"
    return gaps


def _document(session: Session, storage_id: str, of: Row | None, reached: Reached) -> Row:
    nodes: Row = {}
    ids: dict[str, dict[str, str]] = {}
    for kind in KINDS:
        if kind.key in reached.natives:
            nodes[kind.key] = rows = _nodes(session, storage_id, kind, reached.natives[kind.key])
            ids[kind.key] = {row["native_id"]: row["id"] for row in rows}
        elif kind.key in reached.unknown:
            nodes[kind.key] = None
    unrestricted = ids.get("masking_views", {})
    return {
        "storage_id": storage_id,
        "of": of,
        "nodes": nodes,
        "links": [_link(link, pairs, ids) for link, pairs in reached.pairs],
        "through_any_port": sorted(
            unrestricted[native] for native in reached.unrestricted if native in unrestricted
        ),
        "not_known": [
            {"kind": kind.key, "reason": reached.unknown[kind.key]}
            for kind in KINDS
            if kind.key in reached.unknown
        ],
    }


def _nodes(session: Session, storage_id: str, kind: ResourceKind, natives: Natives) -> list[Row]:
    if natives is not None and not natives:
        return []
    columns = kind.table.c
    native, status = columns[kind.native_id], columns.get("status", columns.get("health_status"))
    shown = (columns.id, native, columns.name, null() if status is None else status)
    wanted = select(*shown).where(columns.storage_id == storage_id).order_by(native)
    if natives is not None and len(natives) <= FEW:
        wanted = wanted.where(native.in_(natives))
    return [
        {"id": row_id, "native_id": own, "name": name, "status": health}
        for row_id, own, name, health in session.execute(wanted)
        if natives is None or own in natives
    ]


def _link(link: Link, pairs: list[tuple[str, str, str | None]], ids: Ids) -> Row:
    """Row ids; what names a row that the array does not list is left out."""
    empty: dict[str, str] = {}
    uppers, lowers = ids.get(link.upper.key, empty), ids.get(link.lower.key, empty)
    groups: dict[str, str] = {}
    for route in link.routes:
        if route.group is not None:
            groups = dict(ids.get(route.group.key, empty))
    return {
        "from": link.upper.key,
        "to": link.lower.key,
        "pairs": [
            [uppers[upper], lowers[lower], None if group is None else groups.get(group)]
            for upper, lower, group in pairs
            if upper in uppers and lower in lowers
        ],
    }
