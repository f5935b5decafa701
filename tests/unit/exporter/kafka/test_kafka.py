"""Over the wire to a broker in another process: all of it, in order, also when it was away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Producer
from oslo_config import cfg

from delfin.db.session import Database
from delfin.exporter.base_exporter import RejectedError
from delfin.exporter.kafka.exporters import KafkaAlertExporter, KafkaPerformanceExporter
from delfin.exporter.kafka.producer import KafkaOutlet, settings
from delfin.exporter.performance.outlets import Outlets
from delfin.telemetry.samples import Batch, Series, Source
from tests import kafka_broker
from tests.conftest import make_conf
from tests.kafka_broker import Broker, Message
from tests.unit.db.stored import add_storage
from tests.waiting import wait_until

TOPIC = "delfin.performance"


@pytest.fixture(scope="module")
def broker() -> Iterator[Broker]:
    with kafka_broker.running() as started:
        yield started


@pytest.fixture
def conf(broker: Broker, tmp_path: Path) -> cfg.ConfigOpts:
    """A topic of its own for each story."""
    conf = make_conf(tmp_path, f"sqlite:///{tmp_path / 'delfin.db'}")
    conf.set_override("bootstrap_servers", [broker.address], "kafka_exporter")
    conf.set_override("performance_topic", f"{tmp_path.name}.p", "kafka_exporter")
    conf.set_override("alert_topic", f"{tmp_path.name}.a", "kafka_exporter")
    return conf


def batch(storage_id: str, series: int, samples: int, first: int = 0) -> Batch:
    source = Source(storage_id, "array", "vendor", "model", "SN1")
    made = Batch(
        source, [Series("volume", f"v{n}", f"v{n}", "iops", "IOPS") for n in range(series)]
    )
    for number in range(series):
        for place in range(first, first + samples):
            made.index.append(number)
            made.times.append(1_700_000_000_000 + place)
            made.values.append(float(place))
    return made


def points(messages: list[Message]) -> list[tuple[str, int]]:
    return [
        (series["resource_id"], time)
        for message in messages
        for series in message.content["series"]
        for time in series["times"]
    ]


def expected(*batches: Batch) -> list[tuple[str, int]]:
    return [(series.resource_id, time) for one in batches for series, time, _ in one.samples()]


def test_50000_samples_are_several_messages_below_the_limit_and_all_there(
    broker: Broker, conf: cfg.ConfigOpts
) -> None:
    conf.set_override("message_max_bytes", 200_000, "kafka_exporter")
    exporter = KafkaPerformanceExporter.of(conf)
    taken = batch("s1", 500, 100)
    exporter.export([taken])
    exporter.close()
    messages = broker.messages(conf.kafka_exporter.performance_topic, 5)
    assert len(messages) > 5
    assert max(message.size for message in messages) < 200_000
    assert points(messages) == expected(taken)
    assert {(message.key, message.partition) for message in messages} == {
        ("s1", messages[0].partition)
    }


def test_none_is_lost_when_the_broker_goes_away_and_comes_back(
    broker: Broker, conf: cfg.ConfigOpts, sqlite_database: Database
) -> None:
    conf.set_override("performance_exporters", ["kafka"])
    for name, value in (("timeout", 1.0), ("poll_interval", 0.05), ("retry_delay", 0.05)):
        conf.set_override(name, value, "exporters")
    conf.set_override("retry_longest_delay", 0.1, "exporters")
    with sqlite_database.writer() as session:
        storage_id = add_storage(session)
    outlets = Outlets(conf, sqlite_database)
    outlets.start()
    batches = [batch(storage_id, 500, 25, first) for first in range(0, 100, 25)]
    try:
        outlets.put(batches[0])
        wait_until(lambda: not waiting(outlets), longest=15)
        broker.go_away()
        for one in batches[1:]:
            outlets.put(one)
        wait_until(lambda: reading(outlets, "export_failing") == 1, longest=15)
    finally:
        broker.come_back()
    wait_until(lambda: not waiting(outlets), longest=30)
    outlets.stop()
    outlets.wait(5)
    found = points(broker.messages(conf.kafka_exporter.performance_topic, 4))
    assert set(found) == set(expected(*batches))
    # Each series in order, but for what was sent a second time.
    first_seen = list(dict.fromkeys(time for part, time in found if part == "v7"))
    assert first_seen == sorted(first_seen)


def waiting(outlets: Outlets) -> bool:
    """Whether a file of the spool is still there."""
    return any(outlet._spool.waiting() for outlet in outlets._outlets)


def reading(outlets: Outlets, name: str) -> float:
    return next(one.number for one in outlets.readings() if one.name == name)


def test_alerts_come_one_a_message_keyed_by_their_array(
    broker: Broker, conf: cfg.ConfigOpts
) -> None:
    exporter = KafkaAlertExporter.of(conf)
    alerts: list[dict[str, Any]] = [
        {"id": "a", "storage_id": "s1", "change": "raised", "type": "EquipmentAlarm"},
        {"id": "a", "storage_id": "s1", "change": "cleared", "type": "EquipmentAlarm"},
        {"id": "b", "storage_id": None, "change": "raised", "type": "OtherAlarm"},
    ]
    exporter.dispatch(None, alerts)
    exporter.close()
    found = broker.messages(conf.kafka_exporter.alert_topic, 3)
    assert [m.content["alert"] for m in found if m.key == "s1"] == alerts[:2]
    assert [m.content["alert"] for m in found if m.key == "delfin"] == alerts[2:]


def test_all_exporters_of_a_process_share_one_producer(
    conf: cfg.ConfigOpts, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []

    def counted(told: dict[str, object], **more: object) -> object:
        made.append(told)
        return Producer(told, **more)

    monkeypatch.setattr("delfin.exporter.kafka.producer.Producer", counted)
    one, other = KafkaPerformanceExporter.of(conf), KafkaAlertExporter.of(conf)
    one.export([batch("s1", 1, 1)])
    other.dispatch(None, [{"id": "a"}])
    one.close()
    other.dispatch(None, [{"id": "b"}])
    assert len(made) == 1
    other.close()
    again = KafkaAlertExporter.of(conf)
    again.dispatch(None, [{"id": "c"}])
    again.close()
    assert len(made) == 2


def test_a_message_that_the_brokers_never_take_is_refused(conf: cfg.ConfigOpts) -> None:
    conf.set_override("message_max_bytes", 1000, "kafka_exporter")
    exporter = KafkaAlertExporter.of(conf)
    with pytest.raises(RejectedError, match="Kafka"):
        exporter.dispatch(None, [{"id": "a", "description": "long" * 1000}])
    exporter.close()


def test_a_broker_that_is_not_there_is_an_error_in_time(conf: cfg.ConfigOpts) -> None:
    conf.set_override("bootstrap_servers", ["127.0.0.1:1"], "kafka_exporter")
    conf.set_override("timeout", 1.3, "exporters")
    exporter = KafkaAlertExporter.of(conf)
    with pytest.raises(OSError, match="Kafka"):
        exporter.dispatch(None, [{"id": "a"}])
    exporter.close()


def test_without_a_broker_it_says_so(conf: cfg.ConfigOpts) -> None:
    conf.set_override("bootstrap_servers", [], "kafka_exporter")
    with pytest.raises(ValueError, match="bootstrap_servers is empty"):
        KafkaOutlet(conf)


def test_security_options_reach_librdkafka_and_properties_go_first(conf: cfg.ConfigOpts) -> None:
    for name, value in (
        ("security_protocol", "sasl_ssl"),
        ("ca_file", "/ca.pem"),
        ("sasl_username", "delfin"),
        ("sasl_password", "s3cret"),
        ("properties", {"linger.ms": "5", "ssl.endpoint.identification.algorithm": "none"}),
    ):
        conf.set_override(name, value, "kafka_exporter")
    told = settings(conf)
    assert told["security.protocol"] == "sasl_ssl"
    assert told["sasl.mechanism"] == "SCRAM-SHA-512"
    assert (told["sasl.username"], told["sasl.password"]) == ("delfin", "s3cret")
    assert told["ssl.ca.location"] == "/ca.pem"
    assert told["linger.ms"] == "5"
    assert "ssl.key.location" not in told
