"""The volumes of a fake array, and the changes that can be ordered of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from delfin.testing.simulated.fake_storage.names import Names

GIB = 1024
_PURPOSES = ("ora-data", "ora-redo", "vmw-ds", "sql-log", "sap-hana", "mail", "web", "bkp")
_SIZES_GIB = (10, 20, 50, 64, 100, 128, 200, 256, 500, 512, 1024, 2048)
_GROWTH_MIB = 10 * GIB


class Volume(NamedTuple):
    """What can change about a volume; the rest follows from its number."""

    number: int
    label: str
    size_mib: int
    written_mib: int
    thin: bool

    @property
    def used_mib(self) -> int:
        return self.written_mib if self.thin else self.size_mib


def build(names: Names, first: int, count: int) -> list[Volume]:
    """The volumes numbered from 'first', as they are when the array is new."""
    return [_new(names, number) for number in range(first, first + count)]


def _new(names: Names, number: int) -> Volume:
    dice = names.mix("volume", number)
    purpose = _PURPOSES[dice % len(_PURPOSES)]
    size = _SIZES_GIB[dice // 8 % len(_SIZES_GIB)] * GIB
    written = size * (5 + dice // 96 % 86) // 100
    return Volume(number, f"{purpose}-{number + 1:06d}", size, written, dice // 8256 % 4 != 0)


def change(volumes: Sequence[Volume], action: str, percent: float, names: Names) -> list[Volume]:
    """The volumes after 'rename', 'grow', 'add' or 'remove' of that share of them.

    The ones concerned are spread evenly; at least one if there are any and percent is above 0.
    Raises ValueError for another action or a percent outside 0 to 100 (add: 0 to 1000).
    """
    if action not in _ACTIONS:
        raise ValueError(f"action: want one of {', '.join(_ACTIONS)}")
    if not 0 <= percent <= (1000 if action == "add" else 100):
        raise ValueError("percent: out of range")
    count = round(len(volumes) * percent / 100) or int(bool(volumes) and percent > 0)
    return _ACTIONS[action](volumes, count, names)


def _chosen(volumes: Sequence[Volume], count: int) -> set[int]:
    return {i * len(volumes) // count for i in range(count)}


def _rename(volumes: Sequence[Volume], count: int, names: Names) -> list[Volume]:
    del names
    chosen = _chosen(volumes, count)
    return [v._replace(label=_next(v.label)) if i in chosen else v for i, v in enumerate(volumes)]


def _next(label: str) -> str:
    """ora-data-000001, then ora-data-000001.1, .2 and so on."""
    stem, _, turn = label.partition(".")
    return f"{stem}.{int(turn or 0) + 1}"


def _grow(volumes: Sequence[Volume], count: int, names: Names) -> list[Volume]:
    del names
    chosen = _chosen(volumes, count)
    return [
        v._replace(size_mib=v.size_mib + _GROWTH_MIB, written_mib=v.written_mib + GIB)
        if i in chosen
        else v
        for i, v in enumerate(volumes)
    ]


def _add(volumes: Sequence[Volume], count: int, names: Names) -> list[Volume]:
    first = max((v.number for v in volumes), default=-1) + 1
    return [*volumes, *build(names, first, count)]


def _remove(volumes: Sequence[Volume], count: int, names: Names) -> list[Volume]:
    del names
    chosen = _chosen(volumes, count)
    return [v for i, v in enumerate(volumes) if i not in chosen]


_ACTIONS: Mapping[str, Callable[[Sequence[Volume], int, Names], list[Volume]]] = {
    "rename": _rename,
    "grow": _grow,
    "add": _add,
    "remove": _remove,
}
