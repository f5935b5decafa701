"""Asks a Unisphere for what it measured: the parts of a category, and the samples of each.

The calls are 'POST /performance/<category>/keys' and '/metrics' of Dell's OpenAPI document
"PowerMax" 10.3; they are the same in all versions. An array must be registered for performance
data in Unisphere, or it has no keys.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from delfin import exception
from delfin.drivers.dellemc.vmax.array import Record
from delfin.drivers.dellemc.vmax.client import Unisphere
from delfin.drivers.dellemc.vmax.metrics import ARRAY, SOURCES, Category
from delfin.drivers.kit.metrics import Measured


def parts(
    unisphere: Unisphere, array_id: str, measured: Measured, start: int, end: int
) -> Iterator[Record]:
    """Each part with its 'id' and the 'samples' between the two times, in epoch milliseconds."""
    for category in SOURCES[measured.source]:
        for key in _keys(unisphere, array_id, category):
            asked = {
                "symmetrixId": array_id,
                **key,
                "startDate": int(start),
                "endDate": int(end),
                "dataFormat": "Average",
                "metrics": list(category.metrics),
            }
            path = f"/performance/{category.name}/metrics"
            first = unisphere.post(path, asked)
            # Ports are named as in the inventory: 'FA-1D:4'.
            name = ":".join(key.values()) or array_id
            yield {"id": name, "samples": _samples(unisphere, path, first)}


def latest(unisphere: Unisphere, array_id: str) -> int | None:
    """When the array's newest sample was taken, in epoch ms; None when it is not registered."""
    found = _infos(unisphere.get("/performance/Array/keys"), ARRAY)
    newest = next((one for one in found if one.get("symmetrixId") == array_id), None)
    return None if newest is None else int(newest["lastAvailableDate"])


def _keys(unisphere: Unisphere, array_id: str, category: Category) -> Iterator[dict[str, str]]:
    """What a request names a part by; nothing for a category that the array does not have."""
    if not category.key:
        yield {}
        return
    above = _keys(unisphere, array_id, category.parent) if category.parent else iter([{}])
    for outer in above:
        path = f"/performance/{category.name}/keys"
        try:
            answer = unisphere.post(path, {"symmetrixId": array_id, **outer})
        except exception.ComponentNotFound:
            continue
        for one in _infos(answer, category):
            yield {**outer, category.key: str(one[category.key])}


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
