"""What an OceanStor measures, as delfin's metrics.

`performance_data` answers the last sample of every object of a type (CSM,
client_performance.go, which asks without `object_list`); POSH found the members of a sample and
the numbers of types. MB and KB are taken as they are told. From V6 on times are microseconds under
numbers of their own; before, milliseconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from delfin.common import constants as c
from delfin.drivers.huawei.oceanstor.history import RETENTION
from delfin.drivers.huawei.oceanstor.indicators import (
    BANDWIDTH,
    CPU,
    MICROSECONDS,
    MILLISECONDS,
    RATES,
    READ_BANDWIDTH,
    READ_HITS,
    READ_IOPS,
    READ_SIZE,
    TOTAL_IOPS,
    WRITE_BANDWIDTH,
    WRITE_HITS,
    WRITE_IOPS,
    WRITE_SIZE,
)
from delfin.drivers.kit.convert import number
from delfin.drivers.kit.mapping import Calc, Get, Record, Rule
from delfin.drivers.kit.metrics import Measured, MetricMap

# What stands for a value that is not measured: -1 (POSH), and "--" (library of checks).
_NOT_MEASURED = frozenset({"", "--", "-1", "-1.0"})
# Metrics that are not read from files. Sizes were seen there in bytes (KenGuru66), where the
# vendor's table of indicators says KB: who is right for which release is not known.
_OTHERWISE_IN_FILES = frozenset({"IO_SIZE", "READ_IO_SIZE", "WRITE_IO_SIZE"})
# How much newer than the window's end the last sample may be, to stand for it.
_FRESH_MS = 120_000


def amount(value: Any) -> float:
    return float(number(value))


def thousandth(value: Any) -> float:
    return amount(value) / 1000


def weighted(read: str, write: str) -> Calc:
    """Of reads and writes together, by how many of each there were."""

    def of(sample: Record) -> float | None:
        parts = [
            (sample.get(read), sample.get(READ_IOPS)),
            (sample.get(write), sample.get(WRITE_IOPS)),
        ]
        known = [(amount(v), amount(n)) for v, n in parts if v is not None and n is not None]
        count = sum(n for _, n in known)
        if not known:
            return None
        return sum(v * n for v, n in known) / count if count else 0.0

    return Calc(of)


_SIX: Mapping[str, Rule] = {
    "IOPS": Get(TOTAL_IOPS, amount),
    "READ_IOPS": Get(READ_IOPS, amount),
    "WRITE_IOPS": Get(WRITE_IOPS, amount),
    "THROUGHPUT": Get(BANDWIDTH, amount),
    "READ_THROUGHPUT": Get(READ_BANDWIDTH, amount),
    "WRITE_THROUGHPUT": Get(WRITE_BANDWIDTH, amount),
}
_OF_VOLUMES: Mapping[str, Rule] = {
    "IO_SIZE": weighted(READ_SIZE, WRITE_SIZE),
    "READ_IO_SIZE": Get(READ_SIZE, amount),
    "WRITE_IO_SIZE": Get(WRITE_SIZE, amount),
    "CACHE_HIT_RATIO": weighted(READ_HITS, WRITE_HITS),
    "READ_CACHE_HIT_RATIO": Get(READ_HITS, amount),
    "WRITE_CACHE_HIT_RATIO": Get(WRITE_HITS, amount),
}
_CPU_USAGE: Mapping[str, Rule] = {"CPU_USAGE": Get(CPU, amount)}


@dataclass(frozen=True)
class Asked:
    """What is asked for one type of resource.

    Attributes:
        owner: The metrics that the type of resource can have.
        types: The numbers of types whose samples are asked for, by the collection that lists them.
        rules: Metrics beside those that all have.
        indicators: What these are read from.
    """

    owner: type
    types: Mapping[str, int]
    rules: Mapping[str, Rule] = field(default_factory=dict)
    indicators: tuple[str, ...] = ()


_KIND = c.ResourceType
ASKED: Mapping[str, Asked] = {
    _KIND.STORAGE_POOL: Asked(c.StoragePoolMetric, {"storagepool": 216}),
    _KIND.VOLUME: Asked(
        c.VolumeMetric,
        {"lun": 11},
        _OF_VOLUMES,
        (READ_SIZE, WRITE_SIZE, READ_HITS, WRITE_HITS),
    ),
    _KIND.CONTROLLER: Asked(c.ControllerMetric, {"controller": 207}, _CPU_USAGE, (CPU,)),
    _KIND.PORT: Asked(c.PortMetric, {"fc_port": 212, "eth_port": 213}),
    _KIND.DISK: Asked(c.DiskMetric, {"disk": 10}),
}


class Statistics:
    """The metrics of one release: they differ in the indicator of the response time."""

    def __init__(self, response_time: str, in_ms: Callable[[Any], float]) -> None:
        self._response_time = response_time
        seventh = {"RESPONSE_TIME": Get(response_time, in_ms)}
        rules = {kind: {**_SIX, **seventh, **asked.rules} for kind, asked in ASKED.items()}
        # The interface tells the last sample and keeps none.
        self.last = MetricMap(*_measured(rules), is_historic=False)
        # Files keep it, where they can be read.
        known = {
            kind: {name: rule for name, rule in of.items() if name not in _OTHERWISE_IN_FILES}
            for kind, of in rules.items()
        }
        self.kept = MetricMap(*_measured(known), is_historic=True, retention=RETENTION)

    def indicators(self, kind: str) -> list[int]:
        """The numbers of what is to be asked for this type of resource."""
        return [int(n) for n in (*RATES, self._response_time, *ASKED[kind].indicators)]


def _measured(rules: Mapping[str, Mapping[str, Rule]]) -> Iterator[Measured]:
    for kind, of in rules.items():
        metrics = {getattr(ASKED[kind].owner, name): rule for name, rule in of.items()}
        yield Measured(kind, metrics, source=kind, samples=itemgetter("samples"))


def parts(
    answered: Iterable[Record], names: Mapping[str, str], end: int
) -> Iterator[dict[str, Any]]:
    """The last samples, by the number of the indicator, and the things that they are of.

    Windows end at whole minutes that have passed, and the array tells what it measured since: the
    sample stands for the end of the window. It never stands for a window that is long past.
    """
    for told in answered:
        identity = str(told["object_id"])
        values = dict(zip(map(str, told["indicators"]), told["indicator_values"], strict=True))
        at = int(number(told["timestamp"])) * 1000
        sample = {
            **{n: v for n, v in values.items() if v is not None and str(v) not in _NOT_MEASURED},
            "time": end if end < at <= end + _FRESH_MS else at,
        }
        yield {"id": identity, "name": names.get(identity), "samples": [sample]}


def kept_parts(
    found: dict[str, list[dict[str, Any]]], names: Mapping[str, str]
) -> Iterator[dict[str, Any]]:
    """The same of performance files; what the array does not list is left out.

    Takes each out of 'found', which is a lot to keep beside what is made of it. That the ids there are
    those of the REST interface is how Huawei's vRealize adapter joins them.
    """
    for identity in tuple(found):
        samples = found.pop(identity)
        if names.get(identity):
            yield {"id": identity, "name": names[identity], "samples": samples}


V5 = Statistics(MILLISECONDS, amount)
V6 = Statistics(MICROSECONDS, thousandth)
