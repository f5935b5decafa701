"""Storage profiles: what is wanted of a pool; which pools satisfy it, and why the others do not."""

from __future__ import annotations

import dataclasses
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from delfin import exception
from delfin.alerts import internal
from delfin.api.exchange import Answer, Request
from delfin.api.listable import Listable
from delfin.api.listing import paged
from delfin.api.parts import ApiParts
from delfin.db import profiles
from delfin.db.profiles import SHOWN, Profile
from delfin.db.query import Listing, Page
from delfin.db.query import find as find_rows
from delfin.db.session import retried
from delfin.inventory.block import POOLS
from delfin.inventory.profiles import conditions, match

Row = dict[str, Any]

_TABLE = Profile.__table__
_FIELDS: dict[str, ColumnElement[Any]] = {name: _TABLE.c[name] for name in SHOWN}
LISTABLE = Listable(
    sortable=tuple(name for name in SHOWN if name != "conditions"),
    filters=("id", "name"),
    missing=exception.ProfileNotFound,
)
POOL_LISTABLE = Listable(match.SHOWN, POOLS.filters, missing=POOLS.missing)
_POOLS_IN_ORDER = "storage_id:asc,name:asc"


def find(parts: ApiParts, request: Request) -> Answer:
    with parts.database.reader() as session:

        def page(wanted: Page) -> Listing:
            return find_rows(session, _FIELDS, wanted, missing=exception.ProfileNotFound)

        return paged(parts, request, "profiles", LISTABLE, page)


def show(parts: ApiParts, request: Request) -> Answer:
    with parts.database.reader() as session:
        return Answer(_shown(session, _id(request)))


def create(parts: ApiParts, request: Request) -> Answer:
    conditions.check(request.body["conditions"])
    profile_id = str(uuid4())

    @retried
    def attempt() -> Row:
        with parts.database.writer() as session:
            session.add(Profile(id=profile_id, checked_at=0, **_values(request)))
            session.flush()
            return _shown(session, profile_id)

    return Answer(attempt())


def replace(parts: ApiParts, request: Request) -> Answer:
    """What is left out is as it would be in a new one; what was found of the old one is forgotten."""
    conditions.check(request.body["conditions"])

    @retried
    def attempt() -> Row:
        with parts.database.writer() as session:
            profile = profiles.get(session, _id(request), lock=True)
            for name, value in _values(request).items():
                setattr(profile, name, value)
            _forget(session, profile)
            profile.satisfying, profile.checked_at = None, 0
            session.flush()
            return _shown(session, profile.id)

    return Answer(attempt())


def remove(parts: ApiParts, request: Request) -> Answer:
    @retried
    def attempt() -> None:
        with parts.database.writer() as session:
            profile = profiles.get(session, _id(request), lock=True)
            _forget(session, profile)
            session.delete(profile)

    attempt()
    return Answer()


def pools(parts: ApiParts, request: Request) -> Answer:
    """A page of all pools, held against the profile; worked out anew for each request."""
    query = request.query
    if "sort" not in query and "sort_key" not in query:
        request = dataclasses.replace(request, query={**query, "sort": _POOLS_IN_ORDER})
    with parts.database.reader() as session:
        profile = profiles.get(session, _id(request))

        def page(wanted: Page) -> Listing:
            return match.listing(session, wanted)

        found = paged(parts, request, "pools", POOL_LISTABLE, page)
        verdicts = list(match.Pools(session, found.document["pools"]).verdicts(profile))
    document = {
        "satisfying": [one.pool for one in verdicts if not one.reasons],
        "others": [{**one.pool, "reasons": one.reasons} for one in verdicts if one.reasons],
    }
    return Answer(document, found.headers)


def _forget(session: Session, profile: Profile) -> None:
    internal.PROFILE_UNSATISFIED.recovery(session, None, location=profile.id)


def _values(request: Request) -> Row:
    body = request.body
    return {
        "name": body["name"],
        "description": body.get("description"),
        "conditions": body["conditions"],
        "allow_stale": body.get("allow_stale", False),
    }


def _shown(session: Session, profile_id: str) -> Row:
    wanted = select(*_FIELDS.values()).where(_TABLE.c.id == profile_id)
    row = session.execute(wanted).mappings().one_or_none()
    if row is None:
        raise exception.ProfileNotFound(profile_id)
    return dict(row)


def _id(request: Request) -> str:
    # No database can compare with NUL, so no row has it.
    return request.ids["profile_id"].replace("\0", "\ufffd")
