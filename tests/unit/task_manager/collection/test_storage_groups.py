"""From a Unisphere on a real socket to the history and the page: storage groups and volumes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from prometheus_client.parser import text_string_to_metric_families as text_format

from delfin import cryptor
from delfin.db import storages
from delfin.db.access_info import AccessInfo
from delfin.db.access_secrets import seal
from delfin.drivers.api import DriverAPI
from delfin.drivers.manager import DriverManager
from delfin.drivers.trust.tls import TlsTrust
from delfin.exporter.performance.naming import SCHEMES
from delfin.exporter.performance.prometheus.page import Page
from delfin.jobs.queue import DONE
from delfin.task_manager.collection.runner import CollectRunner
from delfin.telemetry.history.reading import Asked, chart
from delfin.telemetry.history.sink import HistorySink
from delfin.telemetry.plan import Wanted
from delfin.telemetry.samples import Batch
from delfin.testing.simulated.powermax import PowerMax, Sizes
from delfin.testing.simulated.powermax.measured import STEP_MS
from delfin.testing.simulated.powermax.simulator import ARRAY
from delfin.utils import utcnow_ms
from tests.unit.conftest import Bench
from tests.unit.task_manager.collection.world import BEGIN, Recording, SimulatedTime

HOUR_MS = 3_600_000


class Both:
    """The history, and the page for Prometheus."""

    def __init__(self, bench: Bench) -> None:
        self.history = HistorySink(bench.conf, bench.database)
        self.page = Page(SCHEMES["soda"], 3.0, 3600.0, timed=False)

    def put(self, batch: Batch) -> None:
        self.history.put(batch)
        self.page.put(batch)


def register(bench: Bench, port: int) -> str:
    storage_id = str(uuid4())
    rest: dict[str, Any] = {"host": "127.0.0.1", "port": port, "username": "admin"}
    rest["password"] = cryptor.encode("Fake-Array-1")
    with bench.database.writer() as session:
        storages.add(session, storage_id, {"serial_number": ARRAY})
        names = {"vendor": "dellemc", "model": "pmax"}
        sealed = seal(bench.keyring, storage_id, {"rest": rest})
        session.add(AccessInfo(storage_id=storage_id, generation=1, **names, **sealed))
    return storage_id


def test_what_storage_groups_and_volumes_do_reaches_history_and_page(sqlite_bench: Bench) -> None:
    bench, sink = sqlite_bench, Both(sqlite_bench)
    sizes = Sizes(volumes=6, storage_groups=2, disks=1, directors=1, ports=1)
    with PowerMax(arrays={ARRAY: sizes}) as unisphere:
        drivers = DriverManager(tls=TlsTrust(ca_path=str(unisphere.certificate_path)))
        arrays = DriverAPI(bench.database, bench.keyring, drivers)
        storage_id = register(bench, unisphere.port)
        assert replace(bench, arrays=arrays).sync(storage_id).state == DONE
        with bench.database.writer() as session:
            bench.board.request_collection(session, storage_id)
        lease = bench.queue.lease("a")
        assert lease is not None
        runner = CollectRunner(
            *(bench.database, bench.queue, arrays, bench.conf, sink),
            plan=lambda *_: [
                Wanted(one, 300, None, True, (), "c") for one in ("volume", "volumeGroup")
            ],
        )
        finished = runner(lease, bench.stopping)
        arrays.sessions.close()
    assert finished.state == DONE
    assert "dropped" not in finished.result
    families = {
        family.name: family.samples
        for family in text_format(b"".join(sink.page.read(open_metrics=False)).decode())
    }
    groups = {s.labels["resource_id"] for s in families["volume_group_read_iops"]}
    assert groups == {"app-0001-SG", "app-0002-SG"}
    names = {s.labels["resource_id"]: s.labels["resource_name"] for s in families["volume_iops"]}
    # Every eighth volume of the array has no name.
    assert (names["00001"], names["00002"], len(names)) == ("00001", "db-000002", 6)
    now = utcnow_ms()
    for kind, part in (("volumeGroup", "app-0001-SG"), ("volume", "00002")):
        asked = Asked(kind, part, ("iops", "responseTime"), now - HOUR_MS, now + HOUR_MS, 0)
        with bench.database.reader() as session:
            lines = chart(session, storage_id, asked)
        assert [line.metric for line in lines] == ["iops", "responseTime"]
        assert all(line.points for line in lines)


@pytest.mark.parametrize(("late", "steps"), [("StorageGroup", 1), ("Volume", 2), ("Array", 1)])
def test_what_comes_later_than_the_rest_is_delivered_as_well(
    sqlite_bench: Bench, late: str, steps: int
) -> None:
    bench, sink, clock = sqlite_bench, Recording(), SimulatedTime()
    kinds = ("storage", "volumeGroup", "volume")
    sizes = Sizes(volumes=2, storage_groups=1, disks=1, directors=1, ports=1)
    with PowerMax(arrays={ARRAY: sizes}, clock_ms=clock.wall_ms) as unisphere:
        unisphere.lags[late] = steps * STEP_MS
        drivers = DriverManager(tls=TlsTrust(ca_path=str(unisphere.certificate_path)))
        arrays = DriverAPI(bench.database, bench.keyring, drivers)
        storage_id = register(bench, unisphere.port)
        with bench.database.writer() as session:
            bench.board.request_collection(session, storage_id)
        lease = bench.queue.lease("a")
        assert lease is not None
        runner = CollectRunner(
            *(bench.database, bench.queue, arrays, bench.conf, sink),
            plan=lambda *_: [Wanted(one, 300, None, True, (), "c") for one in kinds],
            clock=clock,
        )
        for _ in range(5):
            assert runner(lease, bench.stopping).state == DONE
            clock.sleep(STEP_MS)
        arrays.sessions.close()
    wanted = {BEGIN + turn * STEP_MS for turn in range(3)}
    for kind, part in zip(kinds, (ARRAY, "app-0001-SG", "00001"), strict=True):
        assert wanted <= set(sink.times(kind, part)), kind
