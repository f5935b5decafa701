"""The last samples of a simulated OceanStor: the same for the same thing and sampling interval."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from delfin.testing.simulated.oceanstor.parts import Item, State

INTERVAL_S = 5
# How busy a thing of each type is, against a LUN.
_SCALE = {216: 60, 11: 1, 207: 120, 212: 30, 213: 10, 10: 5}


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
