"""The numbers of what an OceanStor measures, and how the parts that controllers tell become one.

Numbers: POSH, and the table that KenGuru66/monitoring_VM_Grafana took from the vendor's documents.
That both controllers may tell of one thing and one moment is said there, too (Data2csv,
VALIDATION_REPORT.md); that each tells of the requests that it served is an inference.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

TOTAL_IOPS, READ_IOPS, WRITE_IOPS = "22", "25", "28"
BANDWIDTH, READ_BANDWIDTH, WRITE_BANDWIDTH = "21", "23", "26"
READ_SIZE, WRITE_SIZE = "24", "27"
READ_HITS, WRITE_HITS = "93", "95"
CPU = "68"
MICROSECONDS, MILLISECONDS = "370", "78"
RATES = (TOTAL_IOPS, READ_IOPS, WRITE_IOPS, BANDWIDTH, READ_BANDWIDTH, WRITE_BANDWIDTH)

Sample = dict[str, Any]
# Of the values of one indicator, and of the samples that they are from.
_Merge = Callable[[int, int, Sample, Sample], float]


def _added(one: int, other: int, *_samples: Sample) -> int:
    return one + other


def _larger(one: int, other: int, *_samples: Sample) -> int:
    return max(one, other)


def _weighted(by: str) -> _Merge:
    def of(one: float, other: float, first: Sample, second: Sample) -> float:
        weight, more = first.get(by), second.get(by)
        if weight is None or more is None or not weight + more:
            weight = more = 1
        return float((one * weight + other * more) / (weight + more))

    return of


MERGED: Mapping[str, _Merge] = {
    **dict.fromkeys(RATES, _added),
    READ_SIZE: _weighted(READ_IOPS),
    WRITE_SIZE: _weighted(WRITE_IOPS),
    READ_HITS: _weighted(READ_IOPS),
    WRITE_HITS: _weighted(WRITE_IOPS),
    MICROSECONDS: _weighted(TOTAL_IOPS),
    MILLISECONDS: _weighted(TOTAL_IOPS),
    # How busy a controller is, is its own: one that tells it of another knows no more.
    CPU: _larger,
}


def merged(first: Sample, second: Sample) -> Sample:
    """What two controllers tell of one thing and moment: values by indicator, and the 'time'.

    What one of them has not measured is what the other has. Weights are the indicators of the
    requests, which must be among those that were asked for.
    """
    both = {
        number: MERGED[number](value, second[number], first, second)
        for number, value in first.items()
        if number in MERGED and number in second
    }
    return {**first, **second, **both}
