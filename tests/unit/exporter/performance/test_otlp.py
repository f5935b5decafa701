"""OTLP bodies, read with the protocol's own definitions."""

from __future__ import annotations

import gzip
import math
from typing import Any

import orjson
import pytest
from google.protobuf.json_format import Parse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from oslo_config import cfg

from delfin.db.session import Database
from delfin.exporter.base_exporter import RejectedError
from delfin.exporter.performance.otlp import OtlpExporter
from delfin.exporter.performance.outlets import Outlets
from tests.unit.exporter.performance.collected import (
    NOW,
    batch,
    one,
    registered,
    source,
    volume,
)
from tests.unit.exporter.receivers import http_receiver
from tests.waiting import wait_until


def sent(*batches: Any) -> Any:
    """What is posted, as the protocol reads it; an unknown or misspelt field is an error."""
    bodies: list[bytes] = []

    def post(body: bytes) -> bytes:
        bodies.append(body)
        return b""

    OtlpExporter(post, compress=False).export(batches)
    return Parse(bodies[0], ExportMetricsServiceRequest())


def attributes(of: Any) -> dict[str, str]:
    return {pair.key: pair.value.string_value for pair in of.attributes}


def test_points_are_gauges_in_base_units_with_attributes() -> None:
    series = [volume(1), volume(2), volume(1, "readResponseTime", "ms")]
    samples = [(0, NOW, 1.0), (1, NOW, 2.0), (0, NOW + 1000, 3.0), (2, NOW, 500.0)]
    request = sent(batch(source("s1", "Größe", rack="7"), series, *samples))
    (resource,) = request.resource_metrics
    assert attributes(resource.resource)["storage.name"] == "Größe"
    assert attributes(resource.resource)["rack"] == "7"
    iops, response = resource.scope_metrics[0].metrics
    assert (iops.name, iops.unit) == ("delfin.volume.iops", "{operation}/s")
    points = iops.gauge.data_points
    assert [(point.time_unix_nano, point.as_double) for point in points] == [
        (NOW * 10**6, 1.0),
        (NOW * 10**6, 2.0),
        ((NOW + 1000) * 10**6, 3.0),
    ]
    assert attributes(points[1]) == {
        "resource.type": "volume",
        "resource.id": "v2",
        "resource.name": "volume 2",
    }
    assert (response.name, response.unit) == ("delfin.volume.read_response_time", "s")
    assert response.gauge.data_points[0].as_double == 0.5


def test_several_arrays_are_several_resources() -> None:
    request = sent(one(source("s1"), 1.0), one(source("s2"), 2.0))
    ids = [attributes(one.resource)["storage.id"] for one in request.resource_metrics]
    assert ids == ["s1", "s2"]


def test_what_json_cannot_say_is_left_out() -> None:
    request = sent(batch(source(), [volume(1)], (0, NOW, math.nan), (0, NOW + 1, 1.0)))
    (metric,) = request.resource_metrics[0].scope_metrics[0].metrics
    assert len(metric.gauge.data_points) == 1


def test_it_is_posted_compressed_with_the_headers_of_the_configuration(
    conf_here: cfg.ConfigOpts,
) -> None:
    with http_receiver() as receiver:
        conf_here.set_override("url", receiver.url, "exporter_otlp")
        conf_here.set_override("headers", {"api-key": "abc"}, "exporter_otlp")
        exporter = OtlpExporter.of(conf_here)
        exporter.export([one(source(), 1.0)])
        receiver.answers = [400]
        with pytest.raises(RejectedError, match="HTTP 400"):
            exporter.export([one(source(), 1.0)])
        receiver.answers = [503]
        with pytest.raises(OSError, match="HTTP 503"):
            exporter.export([one(source(), 1.0)])
        exporter.close()
        (body,), (headers,) = receiver.bodies, receiver.headers
    assert "resourceMetrics" in orjson.loads(gzip.decompress(body))
    assert headers["Content-Encoding"] == "gzip"
    assert headers["Content-Type"] == "application/json"
    assert headers["api-key"] == "abc"


def test_points_that_are_refused_are_told(caplog: pytest.LogCaptureFixture) -> None:
    answer = b'{"partialSuccess": {"rejectedDataPoints": "3", "errorMessage": "too old"}}'
    OtlpExporter(lambda _body: answer).export([one(source(), 1.0)])
    assert "3 points are refused: too old" in caplog.text


def test_points_that_are_refused_count_as_dropped_and_not_as_delivered(
    conf_here: cfg.ConfigOpts, sqlite_database: Database
) -> None:
    registered(sqlite_database, "s1")
    with http_receiver() as receiver:
        receiver.says = b'{"partialSuccess": {"rejectedDataPoints": "2"}}'
        conf_here.set_override("url", receiver.url, "exporter_otlp")
        conf_here.set_override("performance_exporters", ["otlp"])
        outlets = Outlets(conf_here, sqlite_database)

        def counted() -> tuple[float, float]:
            now = {reading.name: reading.number for reading in outlets.readings()}
            return now["exported_samples"], now["export_dropped_samples"]

        series = [volume(number) for number in range(5)]
        outlets.start()
        try:
            outlets.put(batch(source("s1"), series, *((n, NOW, 1.0) for n in range(5))))
            wait_until(lambda: counted() == (3, 2))
            outlets.put(batch(source("s1"), series, *((n, NOW + 1, 1.0) for n in range(5))))
            wait_until(lambda: counted() == (6, 4))
        finally:
            outlets.stop()
            outlets.wait(10)


def test_without_a_url_it_cannot_be_made(conf_here: cfg.ConfigOpts) -> None:
    with pytest.raises(ValueError, match="url is not set"):
        OtlpExporter.of(conf_here)
