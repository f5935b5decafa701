"""Asks a Unisphere for what it measured: the parts of a category, and the samples of each.

The calls are 'POST /performance/<category>/keys' and '/metrics' of Dell's OpenAPI document
"PowerMax" 10.3; they are the same in all versions. An array must be registered for performance
data in Unisphere, or it has no keys.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import chain
from typing import Any

from delfin import exception
from delfin.drivers.dellemc.vmax.array import Record
from delfin.drivers.dellemc.vmax.client import Unisphere
from delfin.drivers.dellemc.vmax.metrics import ARRAY, SOURCES, Category
from delfin.drivers.kit.metrics import Measured

# The values of a part's keys, the outermost first; nothing for the array itself.
Part = tuple[str, ...]
# Samples are long before they are read, so not those of all parts are kept at a time.
_AT_A_STRETCH = 30


def parts(
    unisphere: Unisphere, array_id: str, measured: Measured, start: int, end: int
) -> Iterator[Record]:
    """Each part with its 'id' and the 'samples' between the two times, in epoch milliseconds."""

    def samples(category: Category, name: Part) -> list[Record]:
        asked = {
            **_key(array_id, category, name),
            "startDate": int(start),
            "endDate": int(end),
            "dataFormat": "Average",
            "metrics": list(category.metrics),
        }
        path = f"/performance/{category.name}/metrics"
        return _samples(unisphere, path, unisphere.post(path, asked))

    for category in SOURCES[measured.source]:
        listing = partial(_parts, unisphere, array_id, category)
        names = listing()
        for begin in range(0, len(names), _AT_A_STRETCH):
            some = names[begin : begin + _AT_A_STRETCH]
            found = unisphere.each(partial(samples, category), some, listing)
            for name, own in found.items():
                # Ports are named as in the inventory: 'FA-1D:4'.
                yield {"id": ":".join(name) or array_id, "samples": own}


def latest(unisphere: Unisphere, array_id: str) -> int | None:
    """When the array's newest sample was taken, in epoch ms; None when it is not registered."""
    found = _infos(unisphere.get("/performance/Array/keys"), ARRAY)
    newest = next((one for one in found if one.get("symmetrixId") == array_id), None)
    return None if newest is None else int(newest["lastAvailableDate"])


def _parts(unisphere: Unisphere, array_id: str, category: Category) -> list[Part]:
    """The parts of a category; nothing for a category that the array does not have."""
    if not category.key:
        return [()]
    path = f"/performance/{category.name}/keys"

    def below(outer: Part) -> list[Part]:
        asked = _key(array_id, category.parent, outer)
        try:
            answer = unisphere.post(path, asked)
        except exception.ComponentNotFound:
            return []
        return [(*outer, str(one[category.key])) for one in _infos(answer, category)]

    above = _parts(unisphere, array_id, category.parent) if category.parent else [()]
    return list(chain.from_iterable(unisphere.each(below, above, list).values()))


def _key(array_id: str, category: Category | None, name: Part) -> dict[str, Any]:
    """What a request names a part by."""
    path = category.path if category and name else ()
    return {"symmetrixId": array_id, **dict(zip(path, name, strict=True))}


def _infos(answer: Any, category: Category) -> list[Record]:
    # '{}' is nothing; what lacks the list otherwise may be about something else.
    found = (answer.get(category.info) if answer else []) if isinstance(answer, dict) else None
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise exception.InvalidResults(f"performance/{category.name}: no '{category.info}'")
    return found


def _samples(unisphere: Unisphere, path: str, first: Any) -> list[Record]:
    if not isinstance(first, dict):
        raise exception.InvalidResults(f"{path}: no iterator")
    return unisphere.pages(path, first)
