"""What a synchronisation finds arrives in Kafka and at a webhook, though they were away."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from delfin.db.alerts import ExportCursor
from delfin.inventory.block import POOLS, VOLUMES
from delfin.task_manager.exports import ExportService
from tests import kafka_broker
from tests.unit.conftest import Bench
from tests.unit.exporter.receivers import HttpReceiver, http_receiver
from tests.unit.scripted import Script
from tests.waiting import wait_until

TOPIC = "resources"


def volumes(*names: str) -> list[dict[str, Any]]:
    return [
        {"native_volume_id": name, "name": name, "native_storage_pool_id": "p0"} for name in names
    ]


@pytest.fixture
def script() -> Script:
    script = Script("SN1")
    script.listings[POOLS.lister] = [{"native_storage_pool_id": "p0", "name": "gold"}]
    script.listings[VOLUMES.lister] = volumes("a", "b")
    return script


@pytest.fixture
def quick(bench: Bench) -> Bench:
    for name, value in (("poll_interval", 0.02), ("retry_delay", 0.05)):
        bench.conf.set_override(name, value, "exporters")
    bench.conf.set_override("retry_longest_delay", 0.2, "exporters")
    return bench


@contextmanager
def exporting(bench: Bench, exporter: str) -> Iterator[None]:
    bench.conf.set_override("resource_exporters", [exporter])
    service = ExportService(bench.conf, bench.database)
    service.start()
    try:
        yield
    finally:
        service.stop()
        service.wait()


def posted(receiver: HttpReceiver) -> list[tuple[str, str, str]]:
    told = [one for body in receiver.bodies for one in json.loads(body)["resources"]]
    return [(one["change"], one["kind"], one["native_id"]) for one in told]


def test_kafka_has_the_inventory_and_each_change_in_order(quick: Bench, script: Script) -> None:
    with kafka_broker.running() as broker:
        quick.conf.set_override("bootstrap_servers", [broker.address], "kafka_exporter")
        quick.conf.set_override("resource_topic", TOPIC, "kafka_exporter")
        storage_id = quick.register(script)
        quick.sync(storage_id)
        with exporting(quick, "kafka"):
            broker.messages(TOPIC, 4)
            script.listings[VOLUMES.lister] = volumes("b", "c")
            quick.sync(storage_id)
            found = broker.messages(TOPIC, 6)
    assert {message.key for message in found} == {storage_id}
    resources = [message.content["resource"] for message in found]
    assert [(one["change"], one["kind"], one["native_id"]) for one in resources] == [
        ("present", "storages", storage_id),
        ("present", "storage_pools", "p0"),
        ("present", "volumes", "a"),
        ("present", "volumes", "b"),
        ("added", "volumes", "c"),
        ("removed", "volumes", "a"),
    ]
    assert resources[2]["resource"]["native_storage_pool_id"] == "p0"


def test_a_webhook_that_refuses_for_a_while_has_in_the_end_what_there_is(
    quick: Bench, script: Script
) -> None:
    storage_id = quick.register(script)
    quick.sync(storage_id)
    with http_receiver() as receiver:
        quick.conf.set_override("resource_url", receiver.url, "exporter_webhook")
        with exporting(quick, "webhook"):
            wait_until(lambda: len(posted(receiver)) == 4)
            receiver.answers = [503] * 5
            script.listings[VOLUMES.lister] = volumes("b", "c")
            quick.sync(storage_id)
            wait_until(lambda: failing(quick))
            script.listings[VOLUMES.lister] = volumes("b", "d")
            quick.sync(storage_id)
            wait_until(lambda: held(receiver) == {"b", "d"})


def held(receiver: HttpReceiver) -> set[str]:
    """The volumes that the receiver knows of."""
    known: set[str] = set()
    for change, kind, native_id in posted(receiver):
        if kind == "volumes":
            (known.discard if change == "removed" else known.add)(native_id)
    return known


def failing(bench: Bench) -> bool:
    with bench.database.reader() as session:
        return session.get_one(ExportCursor, "resources:webhook").failing_since is not None


def test_an_exporter_that_nothing_has_is_told_at_the_start(
    quick: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    with exporting(quick, "carrier_pigeon"):
        assert "exporter carrier_pigeon is configured, and nothing" in caplog.text
