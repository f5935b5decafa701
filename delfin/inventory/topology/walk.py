"""Follows the links of one array from some of its rows, in as many statements as there are links.

A crossing is one statement for each route, or two through a group, however many rows are asked
about: few are looked up by their ids, and for many all rows of the array are read, which costs
no more.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, func, select
from sqlalchemy.orm import Session

from delfin.inventory.kind import ResourceKind, table_of
from delfin.inventory.topology.relations import HIT_BEYOND, LINKS, MEMBERS, Link, Route

# Native ids of the upper row, of the lower row, and of the group between them.
Pair = tuple[str, str, str | None]
# Native ids; None stands for all rows of the array.
Natives = set[str] | None
# Ids in one statement: SQLite takes 32,766 parameters, PostgreSQL 65,535.
FEW = 5000


@dataclass
class Reached:
    """What a walk has come to; native ids by the key of their kind.

    A kind in 'unknown' has a reason there, in words, and nothing in 'natives'.
    """

    natives: dict[str, Natives] = field(default_factory=dict)
    pairs: list[tuple[Link, list[Pair]]] = field(default_factory=list)
    unknown: dict[str, str] = field(default_factory=dict)
    unrestricted: set[str] = field(default_factory=set)


class Walk:
    """Walks over the rows of one array; 'gaps' says of which kinds nothing is known, and why."""

    def __init__(self, session: Session, storage_id: str, gaps: Mapping[str, str]) -> None:
        self._session = session
        self._storage_id = storage_id
        self._gaps = gaps

    def everything(self) -> Reached:
        """All rows of the array, and all that links them."""
        reached = Reached(unknown=dict(self._gaps))
        for link in LINKS:
            for kind in (link.upper, link.lower):
                if kind.key not in reached.unknown:
                    reached.natives[kind.key] = None
            if self._link_gap(link) is None:
                self._read(link, link.upper, None, reached)
        for key in reached.natives:
            reached.natives[key] = None
        return reached

    def path(self, kind: ResourceKind, native: str) -> Reached:
        """What the row needs, what needs it, and what that needs in turn for the access to it.

        Of a group all its members are meant, here and in 'impact'.
        """
        return self._follow(kind, native, impact=False)

    def impact(self, kind: ResourceKind, native: str) -> Reached:
        """What is hit when the row fails."""
        return self._follow(kind, native, impact=True)

    def _follow(self, asked: ResourceKind, native: str, *, impact: bool) -> Reached:
        start, reached = self._begin(asked, native)
        beyond = HIT_BEYOND.get(start.key, ()) if impact else ()
        # Kinds to go on from, and whether the way to them has only led upward.
        todo = deque([(start, True)])
        crossed: set[int] = set()
        while todo:
            kind, rising = todo.popleft()
            for link in LINKS:
                if kind not in {link.upper, link.lower} or id(link) in crossed:
                    continue
                upward = kind is link.lower
                other = link.other(kind)
                if (upward and not rising) or (impact and not upward and other not in beyond):
                    continue
                crossed.add(id(link))
                self._cross(link, kind, reached)
                todo.append((other, upward))
        # A group that nothing goes through is in its own answer, too.
        reached.unknown.pop(asked.key, None)
        reached.natives[asked.key] = {native, *(reached.natives.get(asked.key) or ())}
        return reached

    def _begin(self, asked: ResourceKind, native: str) -> tuple[ResourceKind, Reached]:
        """The row, or the members of a group."""
        members = MEMBERS.get(asked.key)
        if members is None:
            return asked, Reached(natives={asked.key: {native}})
        if members.key in self._gaps:
            return members, Reached(unknown={members.key: self._gaps[members.key]})
        by, shows = _membership(asked)
        found = {member for _, member in self._rows(by, shows, by, {native})}
        return members, Reached(natives={members.key: found})

    def _cross(self, link: Link, kind: ResourceKind, reached: Reached) -> None:
        """Add what the rows of 'kind' that are reached have on the other end."""
        other = link.other(kind)
        gap = reached.unknown.get(kind.key)
        gap = self._gaps.get(other.key) or (gap and f"follows from {kind.key}: {gap}")
        gap = gap or self._link_gap(link)
        if gap is None:
            here = reached.natives[kind.key]
            pairs = self._read(link, kind, here, reached)
            found = {lower if kind is link.upper else upper for upper, lower, _ in pairs}
            if here and link.any_when_silent and kind is link.lower:
                found |= reached.unrestricted
            reached.natives[other.key] = found
            if here and not pairs and not link.any_when_silent and self._is_silent(link):
                gap = f"the array does not say which {link.lower.key} its {link.upper.key} use"
        if gap is not None:
            reached.unknown[other.key] = gap
            reached.natives.pop(other.key, None)

    def _link_gap(self, link: Link) -> str | None:
        """Why nothing is known of the link at all, or None."""
        gaps = [
            next((self._gaps[k.key] for k in route.kinds if k.key in self._gaps), None)
            for route in link.routes
        ]
        return None if None in gaps else gaps[-1]

    def _read(
        self, link: Link, kind: ResourceKind, natives: Natives, reached: Reached
    ) -> list[Pair]:
        pairs = [pair for route in link.routes for pair in self._pairs(link, route, kind, natives)]
        reached.pairs.append((link, pairs))
        for group in (route.group for route in link.routes if route.group is not None):
            if group.key in self._gaps:
                reached.unknown[group.key] = self._gaps[group.key]
            else:
                between: Natives = {pair[2] for pair in pairs if pair[2] is not None}
                reached.natives[group.key] = between
        if link.any_when_silent:
            # Through one that fails may go every row that names none.
            uppers = natives if kind is link.upper else None
            reached.unrestricted |= self._silent_rows(link.routes[0], uppers)
        return pairs

    def _pairs(
        self, link: Link, route: Route, kind: ResourceKind, natives: Natives
    ) -> Iterator[Pair]:
        columns = route.kind.table.c
        own, named = columns[route.kind.native_id], columns[route.column]
        from_own = kind is route.kind
        found: Iterator[Pair]
        if route.group is None:
            found = (
                (one, other, None)
                for one, other in self._rows(own, named, own if from_own else named, natives)
            )
        else:
            found = self._through(own, named, route.group, natives, from_own=from_own)
        for one, other, group in found:
            yield (one, other, group) if route.kind is link.upper else (other, one, group)

    def _through(
        self,
        own: Column[Any],
        named: Column[Any],
        group: ResourceKind,
        natives: Natives,
        *,
        from_own: bool,
    ) -> Iterator[Pair]:
        """Pairs by way of a group. Two plain look-ups: engines without statistics join badly."""
        by, shows = _membership(group)
        if from_own:
            says = self._rows(own, named, own, natives)
            belong = self._rows(by, shows, by, None if natives is None else {g for _, g in says})
        else:
            belong = self._rows(by, shows, shows, natives)
            says = self._rows(
                own, named, named, None if natives is None else {g for g, _ in belong}
            )
        members_of: dict[str, list[str]] = {}
        for owner, member in belong:
            members_of.setdefault(owner, []).append(member)
        for one, owner in says:
            for member in members_of.get(owner, ()):
                yield one, member, owner

    def _rows(
        self, one: Column[Any], other: Column[Any], asked: Column[Any], natives: Natives
    ) -> list[tuple[str, str]]:
        """Two columns of the array's rows that have both, and one of 'natives' in 'asked'."""
        if natives is not None and not natives:
            return []
        wanted = select(one, other).where(
            one.table.c.storage_id == self._storage_id, one.is_not(None), other.is_not(None)
        )
        if natives is not None and len(natives) <= FEW:
            wanted = wanted.where(asked.in_(natives))
        place = 0 if asked is one else 1
        return [
            (row[0], row[1])
            for row in self._session.execute(wanted)
            if natives is None or row[place] in natives
        ]

    def _silent_rows(self, route: Route, natives: Natives) -> set[str]:
        columns = route.kind.table.c
        own = columns[route.kind.native_id]
        wanted = select(own).where(
            columns.storage_id == self._storage_id, columns[route.column].is_(None)
        )
        found = set(self._session.scalars(wanted))
        return found if natives is None else found & natives

    def _is_silent(self, link: Link) -> bool:
        """The array has rows that could say it, and none of them ever does."""
        rows = told = 0
        for route in link.routes:
            columns = route.kind.table.c
            counted = select(func.count(), func.count(columns[route.column]))
            of_array = counted.where(columns.storage_id == self._storage_id)
            more, said = self._session.execute(of_array).one()
            rows, told = rows + more, told + said
        return bool(rows) and not told


def _membership(group: ResourceKind) -> tuple[Column[Any], Column[Any]]:
    """The columns of a group and of its member."""
    assert group.embed is not None  # noqa: S101 - tests/meta says so of the declaration
    members = table_of(group.embed.model).c
    return members[group.embed.by], members[group.embed.shows]
