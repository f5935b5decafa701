"""Remote write to a real Prometheus, and to receivers that refuse or are away."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from cramjam import snappy
from oslo_config import cfg

from delfin.exporter.base_exporter import RejectedError
from delfin.exporter.performance.naming import SCHEMES
from delfin.exporter.performance.remote_write import RemoteWriteExporter
from delfin.exporter.performance.write_request import SeriesEncoder, varint
from delfin.telemetry.samples import Batch, Series
from tests.unit.exporter.performance.collected import NOW, batch, one, source, volume
from tests.unit.exporter.performance.prometheus_server import PrometheusServer, prometheus
from tests.unit.exporter.receivers import http_receiver

NASTY = 'a "quoted"\\path\nof lines, 存储 é'
MINUTE = 60_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrometheusServer]:
    with prometheus(tmp_path_factory.mktemp("prometheus")) as running:
        yield running


def exporter(conf: cfg.ConfigOpts, url: str, most: int = 10_000) -> RemoteWriteExporter:
    conf.set_override("url", url, "exporter_remote_write")
    conf.set_override("max_samples", most, "exporter_remote_write")
    return RemoteWriteExporter.of(conf)


def now_ms() -> int:
    return int(time.time() * 1000)


def found(server: PrometheusServer, words: str) -> list[tuple[int, float]]:
    """Samples of the only series."""
    (series,) = server.query(words)
    return [(round(moment * 1000), float(value)) for moment, value in series["values"]]


def test_current_and_refilled_samples_are_queryable(
    conf_here: cfg.ConfigOpts, server: PrometheusServer
) -> None:
    of, now = source("refilled", NASTY, rack="7"), now_ms()
    writer = exporter(conf_here, server.write_url)
    late = [now - minutes * MINUTE for minutes in (50, 40, 30)]
    writer.export([one(of, 9.0, now)])
    missed = batch(of, [volume(1)], *((0, at, float(n)) for n, at in enumerate(late)), refill=True)
    writer.export([missed])
    # A second time, as when the answer to the first was lost.
    writer.export([missed])
    writer.close()
    words = 'volume_iops{storage_id="refilled"}[1h]'
    assert found(server, words) == [(late[0], 0.0), (late[1], 1.0), (late[2], 2.0), (now, 9.0)]
    labels = server.query(words)[0]["metric"]
    assert labels["name"] == NASTY
    assert (labels["rack"], labels["unit"], labels["resource_id"]) == ("7", "IOPS", "v1")


def test_a_large_batch_goes_in_several_requests(
    conf_here: cfg.ConfigOpts, server: PrometheusServer
) -> None:
    series, now = [volume(number) for number in range(1050)], now_ms()
    writer = exporter(conf_here, server.write_url, 100)
    writer.export([batch(source("large"), series, *((n, now, float(n)) for n in range(1050)))])
    writer.close()
    assert server.query('count(volume_iops{storage_id="large"})')[0]["value"][1] == "1050"
    assert server.query('sum(volume_iops{storage_id="large"})')[0]["value"][1] == "550725"


def test_base_units_are_written_when_they_are_asked_for(
    conf_here: cfg.ConfigOpts, server: PrometheusServer
) -> None:
    conf_here.set_override("naming", "base_units", "prometheus_exporter")
    writer = exporter(conf_here, server.write_url)
    series = [volume(1, "responseTime", "ms"), volume(1)]
    writer.export([batch(source("units"), series, (0, now_ms(), 250.0), (1, now_ms(), 3.0))])
    writer.close()
    (taken,) = server.query('delfin_volume_response_time_seconds{storage_id="units"}')
    assert taken["value"][1] == "0.25"
    assert server.query('delfin_volume_iops{storage_id="units"}')


def test_what_a_real_prometheus_refuses_for_ever_is_not_tried_again(
    conf_here: cfg.ConfigOpts, server: PrometheusServer
) -> None:
    writer, now = exporter(conf_here, server.write_url, 1), now_ms()
    writer.export([one(source("old"), 1.0, now)])
    # Of two requests one is beyond the window; the other is taken all the same.
    both = [(0, now - 300 * MINUTE, 1.0), (1, now, 2.0)]
    with pytest.raises(RejectedError, match="too old sample"):
        writer.export([batch(source("old"), [volume(1), volume(2)], *both)])
    writer.close()
    assert server.query('volume_iops{storage_id="old",resource_id="v2"}')


@pytest.mark.parametrize("status", [429, 500, 503, 401, 404])
def test_what_may_be_taken_later_is_tried_again(conf_here: cfg.ConfigOpts, status: int) -> None:
    with http_receiver() as receiver:
        receiver.answers = [status]
        writer = exporter(conf_here, receiver.url)
        with pytest.raises(OSError, match=f"HTTP {status}"):
            writer.export([one(source(), 1.0)])
        writer.export([one(source(), 1.0)])
        writer.close()
        assert len(receiver.bodies) == 1


def test_headers_say_what_it_is_and_whose(conf_here: cfg.ConfigOpts) -> None:
    headers = {"X-Scope-OrgID": "storage"}
    conf_here.set_override("headers", headers, "exporter_remote_write")
    conf_here.set_override("username", "me", "exporter_remote_write")
    with http_receiver() as receiver:
        writer = exporter(conf_here, receiver.url)
        writer.export([one(source(), 1.0)])
        writer.close()
        (sent,) = receiver.headers
    assert sent["Content-Encoding"] == "snappy"
    assert sent["X-Prometheus-Remote-Write-Version"] == "0.1.0"
    assert sent["X-Scope-OrgID"] == "storage"
    assert sent["Authorization"].startswith("Basic ")


def test_without_a_url_it_cannot_be_made(conf_here: cfg.ConfigOpts) -> None:
    with pytest.raises(ValueError, match="url is not set"):
        RemoteWriteExporter.of(conf_here)


def test_both_ways_to_encode_make_the_same_bytes() -> None:
    encoder = SeriesEncoder(SCHEMES["soda"])
    made = batch(source(), [volume(1), volume(2)], (1, NOW, 1.5), (0, NOW + 1, -2.0))
    twice: Batch = batch(
        source(), [*made.series, volume(3)], *_samples(made), (2, NOW, 0.0), (2, NOW + 1, 0.0)
    )
    labels = encoder.labels(twice.source, twice.series)
    quick = [encoded for encoded, _ in encoder.encode(made, labels)]
    grouped = [encoded for encoded, _ in encoder.encode(twice, labels)]
    assert grouped[:2] == quick


def _samples(made: Batch) -> list[tuple[int, int, float]]:
    return list(zip(made.index, made.times, made.values, strict=True))


def test_times_before_the_epoch_and_far_away_are_encoded() -> None:
    encoder = SeriesEncoder(SCHEMES["soda"])
    for moment in (-1, 0, 2**62):
        made = one(source(), 1.0, moment)
        ((encoded, _),) = encoder.encode(made, encoder.labels(made.source, made.series))
        assert encoded.endswith(b"\x10" + varint(moment & (2**64 - 1)))


def test_labels_are_in_the_order_of_their_names() -> None:
    writer = RemoteWriteExporter(lambda _body: None, SeriesEncoder(SCHEMES["soda"]), 10)
    (body,) = writer.requests(one(source("s1", Zone="a", _first="b"), 1.0))
    plain = bytes(snappy.decompress_raw(body))
    names = [b"Zone", b"__name__", b"_first", b"name", b"resource_id", b"storage_id", b"unit"]
    places = [plain.index(b"\x0a" + bytes([len(name)]) + name) for name in names]
    assert places == sorted(places)


def test_numbers_are_in_groups_of_seven_bits() -> None:
    assert [varint(number) for number in (0, 127, 128, 300)] == [
        b"\0",
        b"\x7f",
        b"\x80\1",
        b"\xac\2",
    ]


def test_an_empty_label_is_left_out() -> None:
    encoder = SeriesEncoder(SCHEMES["soda"])
    labels = encoder.labels(source(), [Series("volume", "v1", "", "iops", "IOPS")])
    assert b"resource_name" not in labels.labels[0]
