"""Follows the links of one array from some of its rows, in as many statements as there are links.

A crossing is one statement for each route, however many rows are asked about: few are looked up
by their ids, and for many all rows of the array are read, which costs no more.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from delfin.inventory.kind import ResourceKind
from delfin.inventory.topology.relations import HIT_BEYOND, LINKS, Link, Route

# Native ids of the upper row, of the lower row, and of the group between them.
Pair = tuple[str, str, str | None]
# Native ids; None stands for all rows of the array.
Natives = set[str] | None
# Ids in one statement: SQLite and others bound the number of parameters.
FEW = 500


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
        """What the row needs, what needs it, and what that needs in turn for the access to it."""
        return self._follow(kind, native, impact=False)

    def impact(self, kind: ResourceKind, native: str) -> Reached:
        """What is hit when the row fails."""
        return self._follow(kind, native, impact=True)

    def _follow(self, start: ResourceKind, native: str, *, impact: bool) -> Reached:
        reached = Reached(natives={start.key: {native}})
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
        return reached

    def _cross(self, link: Link, kind: ResourceKind, reached: Reached) -> None:
        """Add what the rows of 'kind' that are reached have on the other end."""
        other = link.other(kind)
        gap = reached.unknown.get(kind.key)
        gap = self._gaps.get(other.key) or (gap and f"follows from {kind.key}: {gap}")
        gap = gap or self._link_gap(link)
        if gap is None:
            here = reached.natives[kind.key]
            pairs = self._read(link, kind, here, reached)
            side = 1 if kind is link.upper else 0
            found = {pair[side] for pair in pairs}
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
                reached.natives[group.key] = {
                    between for _, _, between in pairs if between is not None
                }
        if link.any_when_silent:
            # Through one that fails may go every row that names none.
            uppers = natives if kind is link.upper else None
            reached.unrestricted |= self._silent_rows(link.routes[0], uppers)
        return pairs

    def _pairs(
        self, link: Link, route: Route, kind: ResourceKind, natives: Natives
    ) -> Iterator[Pair]:
        if natives is not None and not natives:
            return
        own, named, group = route.ends()
        upper, lower = (own, named) if route.kind is link.upper else (named, own)
        wanted = select(upper, lower, group).select_from(route.source())
        wanted = wanted.where(*route.scope(self._storage_id), named.is_not(None))
        place = 0 if kind is link.upper else 1
        if natives is not None and len(natives) <= FEW:
            wanted = wanted.where((upper, lower)[place].in_(natives))
        for pair in self._session.execute(wanted):
            if natives is None or pair[place] in natives:
                yield pair[0], pair[1], pair[2]

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
