"""The last samples of a simulated OceanStor: the same for the same thing and sampling interval."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from typing import Any

from delfin.testing.simulated.oceanstor import api
from delfin.testing.simulated.oceanstor.data import OF_KIND, Array
from delfin.testing.simulated.oceanstor.parts import Item, State

INTERVAL_S = 5
# How busy a thing of each type is, against a LUN.
_SCALE = {216: 60, 11: 1, 207: 120, 212: 30, 213: 10, 10: 5}


def last(array: Array, body: Any, now_s: int) -> list[Item]:
    """What `performance_data` tells; raises Refusal."""
    asked = body if isinstance(body, dict) else {}
    kind, indicators, wanted = (
        asked.get(name) for name in ("object_type", "indicators", "object_list")
    )
    if type(kind) is not int or not isinstance(indicators, list):
        raise api.Refusal(api.WRONG_PARAMETER)
    try:
        things = array.of_kind(kind)
    except KeyError:
        raise api.Refusal(api.WRONG_PARAMETER) from None
    return [
        sample(array.state, kind, one["ID"], indicators, now_s)
        for one in things
        if wanted is None or one["ID"] in wanted
    ]


def current(
    array: Array, query: Mapping[str, str], gone: Container[tuple[str, int]], now_s: int
) -> list[Item]:
    """What `cur_statistic_data` tells of one object, all of it as text; raises Refusal."""
    told, listed = query.get("CMO_STATISTIC_UUID", ""), query.get("CMO_STATISTIC_DATA_ID_LIST", "")
    kind, _, identity = told.partition(":")
    numbers = listed.split(",")
    if not all(one.isascii() and one.isdecimal() for one in (kind, *numbers)):
        raise api.Refusal(api.WRONG_PARAMETER)
    try:
        collection = OF_KIND[int(kind)]
        number = array.number_of(int(kind), identity)
    except KeyError:
        raise api.Refusal(api.NO_SUCH_OBJECT) from None
    if (collection, number) in gone:
        raise api.Refusal(api.GONE.get(collection, api.NO_SUCH_OBJECT))
    found = sample(array.state, int(kind), identity, [int(one) for one in numbers], now_s)
    return [
        {
            "CMO_STATISTIC_UUID": told,
            "CMO_STATISTIC_DATA_ID_LIST": listed,
            "CMO_STATISTIC_DATA_LIST": ",".join(map(str, found["indicator_values"])),
            "CMO_STATISTIC_TIMESTAMP": str(found["timestamp"]),
        }
    ]


def sample(state: State, kind: int, identity: str, indicators: Sequence[int], now_s: int) -> Item:
    """One thing's values; -1 for an indicator that is not measured."""
    at = now_s // INTERVAL_S * INTERVAL_S
    dice = state.names.mix(f"{kind}/{identity}", at // INTERVAL_S)
    level = (state.names.mix(identity, kind) % 100 + 20) * _SCALE.get(kind, 1)
    reads, writes = level + dice % 40, level // 2 + dice // 40 % 30
    read_kb, write_kb = 8 + dice // 1200 % 24, 8 + dice // 1200 % 16
    number, second = state.firmware.latency
    measured: dict[int, Callable[[], float]] = {
        22: lambda: reads + writes,
        25: lambda: reads,
        28: lambda: writes,
        21: lambda: round((reads * read_kb + writes * write_kb) / 1024, 2),
        23: lambda: round(reads * read_kb / 1024, 2),
        26: lambda: round(writes * write_kb / 1024, 2),
        24: lambda: read_kb,
        27: lambda: write_kb,
        93: lambda: 60 + dice % 35,
        95: lambda: 80 + dice % 20,
        68: lambda: 15 + dice % 70,
        number: lambda: round((250 + dice // 28800 % 900) * second / 1_000_000, 3),
    }
    values = [measured[one]() if one in measured else -1 for one in indicators]
    return {
        "object_id": identity,
        "timestamp": at,
        "indicators": list(indicators),
        "indicator_values": values,
    }
