"""The names of things by their id, for samples, which have ids only."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

Record = Mapping[str, Any]


class Names:
    """Kept from one collection to the next; listed anew when an id is not among them.

    A thing that has been renamed keeps its former name here until something new appears. An id
    that is not listed either, as of what belongs to another vStore, has an empty name from then on.
    """

    def __init__(self, listed: Callable[[str], Iterable[Record]]) -> None:
        self._listed = listed
        self._lock = threading.Lock()
        self._known: dict[str, dict[str, str]] = {}

    def of(self, collection: str, ids: Collection[str]) -> Mapping[str, str]:
        """At least these, with an empty name if the array lists none; raises what listing raises."""
        with self._lock:
            known = self._known.get(collection, {})
            if known.keys() >= set(ids):
                return known
            known = self._known[collection] = {
                **dict.fromkeys(ids, ""),
                **self._now(collection),
            }
            return known

    def anew(self, collection: str) -> Mapping[str, str]:
        """Of all that the array lists now; raises what listing raises."""
        with self._lock:
            known = self._known[collection] = self._now(collection)
            return known

    def forget(self) -> None:
        with self._lock:
            self._known.clear()

    def _now(self, collection: str) -> dict[str, str]:
        return {
            str(record.get("ID")): str(record.get("NAME") or record.get("LOCATION") or "")
            for record in self._listed(collection)
        }
