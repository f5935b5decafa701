"""The messages of remote write 1.0 in Protocol Buffers, encoded by hand.

There are four of them and they do not change; libraries need ten times as long for them.

    WriteRequest: repeated TimeSeries timeseries = 1
    TimeSeries:   repeated Label labels = 1; repeated Sample samples = 2
    Label:        string name = 1; string value = 2
    Sample:       double value = 1; int64 timestamp = 2 (epoch ms)
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterator, Mapping, Sequence
from operator import mul
from typing import NamedTuple

from delfin.exporter.performance.naming import Scheme, filled, resource_of
from delfin.telemetry.samples import Batch, Series, Source

_TIMESERIES = _LABELS = _NAME = b"\x0a"
_SAMPLES = _TEXT = b"\x12"
_VALUE, _TIMESTAMP = b"\x09", b"\x10"
# A sample of any time from 1971 to 2109 has so many bytes, beside its own length.
_USUAL_SAMPLE = 16


class EncodedLabels(NamedTuple):
    """Of each series: its labels, what stands before the value if there is one usual sample, and
    what values are multiplied by.
    """

    labels: list[bytes]
    heads: list[bytes]
    factors: list[float] | None


class SeriesEncoder:
    """Makes the bytes of TimeSeries."""

    def __init__(self, scheme: Scheme) -> None:
        self._scheme = scheme

    def labels(self, source: Source, series: Sequence[Series]) -> EncodedLabels:
        """What is the same in every batch of these series."""
        labels, factors = [], []
        for one in series:
            named = self._scheme.metric(one)
            resource = self._scheme.resource(source, resource_of(one))
            all_of_it = {"__name__": named.name, **dict(resource), **dict(named.labels)}
            labels.append(b"".join(_label(*pair) for pair in filled(sorted(all_of_it.items()))))
            factors.append(named.factor)
        heads = [
            b"".join(
                (
                    *(_TIMESERIES, varint(len(mine) + 2 + _USUAL_SAMPLE), mine),
                    *(_SAMPLES, varint(_USUAL_SAMPLE), _VALUE),
                )
            )
            for mine in labels
        ]
        return EncodedLabels(labels, heads, factors if any(f != 1.0 for f in factors) else None)

    def encode(self, batch: Batch, encoded: EncodedLabels) -> Iterator[tuple[bytes, int]]:
        """Each series with its field in the request, and how many samples it has."""
        values = batch.values
        if encoded.factors is not None:
            values = array("d", map(mul, values, map(encoded.factors.__getitem__, batch.index)))
        if sys.byteorder == "big":
            values = values[:]
            values.byteswap()
        data = values.tobytes()
        times = {time: _TIMESTAMP + varint(time & (2**64 - 1)) for time in set(batch.times)}
        usual = all(len(time) + 9 == _USUAL_SAMPLE for time in times.values())
        if usual and len(set(batch.index)) == len(batch):
            heads = encoded.heads
            for place, (number, time) in enumerate(zip(batch.index, batch.times, strict=True)):
                yield heads[number] + data[8 * place : 8 * place + 8] + times[time], 1
        else:
            yield from _grouped(batch, encoded.labels, data, times)


def _grouped(
    batch: Batch, labels: Sequence[bytes], data: bytes, times: Mapping[int, bytes]
) -> Iterator[tuple[bytes, int]]:
    """Series that have several samples, in the order of their times."""
    samples: dict[int, list[bytes]] = {}
    for place, (number, time) in enumerate(zip(batch.index, batch.times, strict=True)):
        sample = _VALUE + data[8 * place : 8 * place + 8] + times[time]
        samples.setdefault(number, []).append(_SAMPLES + varint(len(sample)) + sample)
    for number, mine in samples.items():
        body = labels[number] + b"".join(mine)
        yield _TIMESERIES + varint(len(body)) + body, len(mine)


def _label(name: str, value: str) -> bytes:
    key, text = name.encode(), value.encode()
    body = b"".join((_NAME, varint(len(key)), key, _TEXT, varint(len(text)), text))
    return _LABELS + varint(len(body)) + body


def varint(number: int) -> bytes:
    """A number from 0 in groups of seven bits, the lowest first."""
    groups = bytearray()
    while number > 0x7F:
        groups.append(number & 0x7F | 0x80)
        number >>= 7
    groups.append(number)
    return bytes(groups)
