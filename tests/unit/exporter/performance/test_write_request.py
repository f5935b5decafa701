"""Our bytes of remote write, against those of the library for Protocol Buffers."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from delfin.exporter.performance.naming import SCHEMES, resource_of
from delfin.exporter.performance.write_request import SeriesEncoder
from delfin.telemetry.samples import Batch
from tests.unit.exporter.performance.collected import NOW, batch, source, volume

# Message to fields: name, number, type, and the message of repeated ones.
_TEXT, _DOUBLE, _INT64, _MESSAGE = 9, 1, 3, 11
_MESSAGES: dict[str, list[tuple[str, int, int, str]]] = {
    "Label": [("name", 1, _TEXT, ""), ("value", 2, _TEXT, "")],
    "Sample": [("value", 1, _DOUBLE, ""), ("timestamp", 2, _INT64, "")],
    "TimeSeries": [("labels", 1, _MESSAGE, "Label"), ("samples", 2, _MESSAGE, "Sample")],
    "WriteRequest": [("timeseries", 1, _MESSAGE, "TimeSeries")],
}


def write_request() -> Any:
    """An empty WriteRequest of the library."""
    file = descriptor_pb2.FileDescriptorProto(name="w.proto", package="w", syntax="proto3")
    for name, fields in _MESSAGES.items():
        message = file.message_type.add(name=name)
        for field, number, kind, of in fields:
            added = message.field.add(name=field, number=number)
            added.type = kind  # type: ignore[assignment] # the numbers of the enumeration
            added.label = added.LABEL_REPEATED if of else added.LABEL_OPTIONAL
            if of:
                added.type_name = f".w.{of}"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("w.WriteRequest"))()


def as_the_library_does(made: Batch) -> bytes:
    request, scheme = write_request(), SCHEMES["soda"]
    by_series: dict[int, Any] = {}
    for number, time, value in zip(made.index, made.times, made.values, strict=True):
        if number not in by_series:
            by_series[number] = request.timeseries.add()
            one = made.series[number]
            named = scheme.metric(one)
            labels = (*scheme.resource(made.source, resource_of(one)), *named.labels)
            for name, text in sorted({"__name__": named.name, **dict(labels)}.items()):
                by_series[number].labels.add(name=name, value=text)
        by_series[number].samples.add(value=value, timestamp=time)
    return bytes(request.SerializeToString())


@pytest.mark.parametrize(
    "samples",
    [
        [(0, NOW, 1.5), (1, NOW + 1, -2.0), (2, NOW, float("inf"))],
        [(2, NOW, 1.0), (0, NOW, 2.0), (2, NOW + 1, 3.0), (2, NOW + 2, 4.5)],
        [(0, -5, 1.0), (1, 2**50, 1e-300)],
    ],
)
def test_the_bytes_are_those_of_the_library(samples: list[tuple[int, int, float]]) -> None:
    long = volume(2)._replace(resource_name="ü" * 200)
    made = batch(source("s1", 'say "hi"\n', Zone="z"), [volume(0), volume(1), long], *samples)
    encoder = SeriesEncoder(SCHEMES["soda"])
    encoded = encoder.encode(made, encoder.labels(made.source, made.series))
    assert b"".join(one for one, _ in encoded) == as_the_library_does(made)
