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
from delfin.drivers.dellemc.vmax import volumes
from delfin.drivers.dellemc.vmax.array import Array, Record
from delfin.drivers.dellemc.vmax.client import PERFORMANCE, Unisphere
from delfin.drivers.dellemc.vmax.metrics import ARRAY, SOURCES, VOLUME, Category
from delfin.drivers.kit.metrics import Measured
from delfin.drivers.kit.rule import required_in

# The values of a part's keys, the outermost first; nothing for the array itself.
Part = tuple[str, ...]
# A category that is farther behind the array, in ms, is not waited for: it may have no parts any more.
_FARTHEST = 3_600_000
# Samples are long before they are read, so not those of all parts are kept at a time.
_AT_A_STRETCH = 30


def parts(array: Array, measured: Measured, start: int, end: int) -> Iterator[Record]:
    """Each part with its 'id' and the 'samples' between the two times, in epoch milliseconds.

    Raises NotImplementedError for what this version of Unisphere does not measure.
    """
    known = _known(array.unisphere, measured)
    if not known:
        # Unisphere may have been upgraded: it still serves the version that the session began with.
        array.unisphere.version_now()
        known = _known(array.unisphere, measured)
    if not known:
        raise NotImplementedError(measured.source)
    for category in known:
        # Those without keys that would tell.
        if category in {ARRAY, VOLUME} and latest(array.unisphere, array.id) is None:
            continue
        if category is VOLUME:
            yield from volumes.parts(array, int(start), int(end))
        else:
            yield from _of_category(array, category, int(start), int(end))


def _known(unisphere: Unisphere, measured: Measured) -> list[Category]:
    return [one for one in SOURCES[measured.source] if unisphere.at_least(one.since)]


def latest(unisphere: Unisphere, array_id: str) -> int | None:
    """When the array's newest sample was taken, in epoch ms; None when it is not registered.

    Raises InvalidResults for an answer that does not say.
    """
    found = _infos(unisphere.get(f"{PERFORMANCE}/Array/keys"), ARRAY)
    newest = next((one for one in found if one.get("symmetrixId") == array_id), None)
    if newest is None:
        return None
    told = newest.get("lastAvailableDate")
    if not isinstance(told, int):
        raise exception.InvalidResults("performance/Array: no 'lastAvailableDate'")
    return told


def complete_until(array: Array) -> int | None:
    """Up to when there are samples of every category, in epoch ms; None: not registered.

    Unisphere makes them one category after the other. Those of ports are made with their directors'.
    """
    newest = latest(array.unisphere, array.id)
    if newest is None:
        return None
    told = [newest]
    for category in chain.from_iterable(SOURCES.values()):
        if not array.unisphere.at_least(category.since):
            continue
        if category is VOLUME:
            until = volumes.latest(array, newest - _FARTHEST, newest)
        elif category.key and not category.parent:
            until = _latest_part(array, category)
        else:
            continue
        told += [until] if until is not None and until > newest - _FARTHEST else []
    return min(told)


def _latest_part(array: Array, category: Category) -> int | None:
    """When the newest sample of any part was taken; None for a category without any."""
    found = _keys(array, category, ())
    times = (one.get("lastAvailableDate") for one in found)
    return max((at for at in times if isinstance(at, int)), default=None)


def _of_category(array: Array, category: Category, start: int, end: int) -> Iterator[Record]:
    unisphere = array.unisphere

    def samples(name: Part) -> list[Record]:
        asked = {
            **_key(array.id, category, name),
            "startDate": start,
            "endDate": end,
            "dataFormat": "Average",
            "metrics": list(category.metrics),
        }
        return unisphere.iterated(f"{PERFORMANCE}/{category.name}/metrics", asked)

    listing = partial(_parts, array, category, start, end)
    names = listing()
    for begin in range(0, len(names), _AT_A_STRETCH):
        found = unisphere.each(samples, names[begin : begin + _AT_A_STRETCH], listing)
        for name, own in found.items():
            # Ports are named as in the inventory: 'FA-1D:4'.
            yield {"id": ":".join(name) or array.id, "samples": own}


def _parts(array: Array, category: Category, start: int, end: int) -> list[Part]:
    """The parts of a category that have samples between the two times.

    Nothing for a category that the array does not have.
    """
    if not category.key:
        return [()]

    def below(outer: Part) -> list[Part]:
        return [
            (*outer, str(required_in(one, category.key)))
            for one in _keys(array, category, outer)
            if _is_measured(one, start, end)
        ]

    above = _parts(array, category.parent, start, end) if category.parent else [()]
    return list(chain.from_iterable(array.unisphere.each(below, above, list).values()))


def _keys(array: Array, category: Category, outer: Part) -> list[Record]:
    """What a category has within a part of its parent; nothing where it is not known."""
    asked = _key(array.id, category.parent, outer)
    try:
        answer = array.unisphere.post(f"{PERFORMANCE}/{category.name}/keys", asked)
    except exception.ComponentNotFound:
        return []
    return _infos(answer, category)


def _is_measured(info: Record, start: int, end: int) -> bool:
    """Whether a part may have samples between the two times.

    Unisphere keeps the keys of parts that were removed, storage groups above all, as long as their
    samples. A part that does not say is asked.
    """
    first, last = info.get("firstAvailableDate"), info.get("lastAvailableDate")
    return not (
        (isinstance(last, int) and 0 < last < start) or (isinstance(first, int) and first > end)
    )


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
