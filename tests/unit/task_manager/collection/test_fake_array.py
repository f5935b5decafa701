"""The fake array on a real socket: its clock, what it keeps, and what it offers while it is away."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from delfin import cryptor, exception
from delfin.context import get_admin_context
from delfin.db import storages
from delfin.db.access_info import AccessInfo
from delfin.db.access_secrets import seal
from delfin.drivers.api import DriverAPI
from delfin.drivers.manager import DriverManager
from delfin.drivers.trust.tls import TlsTrust
from delfin.jobs.queue import DONE
from delfin.task_manager.collection.runner import CollectRunner
from delfin.telemetry.plan import Wanted
from delfin.telemetry.standing import standing
from delfin.testing.simulated.fake_storage import FakeStorage
from delfin.utils import utcnow_ms
from tests.unit.conftest import Bench
from tests.unit.task_manager.collection.world import HOUR, MINUTE, Recording

USER, PASSWORD = "admin", "Fake-Array-1"
QUICKLY = 0.2


@pytest.fixture
def fake() -> Iterator[FakeStorage]:
    with FakeStorage(username=USER, password=PASSWORD) as started:
        yield started


@pytest.fixture
def arrays(sqlite_bench: Bench, fake: FakeStorage) -> Iterator[DriverAPI]:
    drivers = DriverManager(tls=TlsTrust(ca_path=str(fake.certificate_path)))
    made = DriverAPI(sqlite_bench.database, sqlite_bench.keyring, drivers)
    yield made
    made.sessions.close()


def register(bench: Bench, port: int) -> str:
    storage_id = str(uuid4())
    rest: dict[str, Any] = {"host": "127.0.0.1", "port": port, "username": USER}
    rest["password"] = cryptor.encode(PASSWORD)
    blocks: dict[str, dict[str, Any]] = {"rest": rest, "extra_attributes": {"volumes": "3"}}
    with bench.database.writer() as session:
        storages.add(session, storage_id, {"serial_number": storage_id})
        names = {"vendor": "fake_storage", "model": "fake_driver"}
        sealed = seal(bench.keyring, storage_id, blocks)
        session.add(AccessInfo(storage_id=storage_id, generation=1, **names, **sealed))
    return storage_id


@pytest.mark.parametrize("skew", [0, -10 * MINUTE, HOUR])
def test_its_clock_is_followed_and_bad_samples_are_dropped(
    sqlite_bench: Bench, arrays: DriverAPI, fake: FakeStorage, skew: int
) -> None:
    bench, sink = sqlite_bench, Recording()
    fake.measuring = fake.measuring.but({"skew_ms": skew, "kept_ms": 600_000, "negative": True})
    storage_id = register(bench, fake.port)
    runner = CollectRunner(
        *(bench.database, bench.queue, arrays, bench.conf, sink),
        plan=lambda *_: [Wanted("volume", 60, None, True, (), "c")],
    )
    with bench.database.writer() as session:
        bench.board.request_collection(session, storage_id)
    lease = bench.queue.lease("a")
    assert lease is not None
    finished = runner(lease, bench.stopping)
    assert finished.state == DONE, finished
    assert finished.result["dropped"]["negative"] > 0
    newest = (utcnow_ms() + skew) // MINUTE * MINUTE
    (first, *_) = sorted({key[1] for key in sink.values})
    times = sink.times(resource=first, metric="writeIops")
    assert times[-1] in {newest, newest - MINUTE}
    assert len(times) in {10, 11}, "what it keeps"
    with bench.database.reader() as session:
        seen = standing(session, storage_id)
    assert abs(seen["skew"] - skew / 1000) <= 61
    assert sink.repeated == 0


def test_what_an_unreachable_array_offers_is_told_at_once(
    sqlite_bench: Bench, arrays: DriverAPI
) -> None:
    # A port that nobody listens on.
    storage_id = register(sqlite_bench, 9)
    context = get_admin_context(storage_id=storage_id)
    arrays.get_capabilities(context, storage_id)
    began = time.monotonic()
    told = arrays.get_capabilities(context, storage_id)
    assert time.monotonic() - began < QUICKLY
    assert "volume" in told["resource_metrics"]
    with pytest.raises(exception.DelfinException):
        arrays.get_latest_perf_timestamp(context, storage_id)
