"""From a collection to exporters that work, refuse, hang, raise, are missing or were away."""

from __future__ import annotations

import fcntl
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from oslo_config import cfg
from sqlalchemy import select

from delfin.db import storages
from delfin.db.alerts import AlertEvent
from delfin.db.session import Database
from delfin.exporter.base_exporter import RejectedError
from delfin.exporter.performance.outlets import Outlets
from delfin.process.metrics import MetricsApp
from tests.unit.exporter.performance.collected import (
    NOW,
    Foreign,
    Hangs,
    Keeps,
    batch,
    one,
    registered,
    source,
    volume,
)
from tests.waiting import during, wait_until

Open = Callable[..., Outlets]
S1 = source("s1")


@pytest.fixture(autouse=True)
def _array(sqlite_database: Database) -> None:
    registered(sqlite_database, "s1")


def page(outlets: Outlets) -> str:
    app = MetricsApp("delfin-task", dict, dict, readings=outlets.readings)
    return b"".join(app({"PATH_INFO": "/metrics"}, lambda *_: None)).decode()


def number(outlets: Outlets, name: str) -> float:
    """What the page says of the only exporter."""
    lines = [line for line in page(outlets).splitlines() if line.startswith(f"delfin_{name}{{")]
    return float(lines[0].rsplit(" ", 1)[1])


def told(database: Database) -> list[str]:
    with database.reader() as session:
        events = session.scalars(select(AlertEvent).order_by(AlertEvent.id))
        return [f"{event.change} {event.alert['alert_id']}" for event in events]


def test_every_exporter_gets_every_batch_in_order(open_outlets: Open) -> None:
    outlets = open_outlets("Keeps", "a-Foreign")
    for value in range(20):
        outlets.put(one(S1, float(value), NOW + value))
    wait_until(lambda: len(Foreign.metrics) == 20)
    wait_until(lambda: len(Keeps.values()) == 20)
    assert Keeps.values() == [float(value) for value in range(20)]
    metric = Foreign.metrics[3]
    assert (metric.name, metric.values) == ("iops", {NOW + 3: 3.0})
    assert metric.labels["storage_id"] == "s1"
    wait_until(lambda: 'delfin_exported_samples_total{exporter="a-Keeps"' in page(outlets))


def test_with_no_exporter_nothing_is_kept(open_outlets: Open, conf_here: cfg.ConfigOpts) -> None:
    open_outlets().put(one(S1, 1.0))
    assert not (Path(conf_here.state_path) / "spool").exists()


def test_bad_exporters_are_named_and_harm_no_other(
    open_outlets: Open, conf_here: cfg.ConfigOpts, caplog: pytest.LogCaptureFixture
) -> None:
    conf_here.set_override("timeout", 0.1, "exporters")
    outlets = open_outlets("NoSuch", "Raises", "cannot_be_made", "Hangs", "Keeps")
    began = time.monotonic()
    outlets.put(one(S1, 1.0))
    assert time.monotonic() - began < 1.0
    wait_until(lambda: Keeps.values() == [1.0])
    wait_until(Hangs.entered.is_set)
    wait_until(lambda: "a-Hangs: no answer within 0.1 s" in caplog.text)
    wait_until(lambda: "a-cannot_be_made: ImportError: no such library" in caplog.text)
    wait_until(lambda: "a-Raises: RuntimeError: of no use" in caplog.text)
    assert "exporter NoSuch is configured, and nothing of that name is installed" in caplog.text
    failing = 'delfin_export_failing{exporter="a-Hangs",process="delfin-task"} 1.0'
    wait_until(lambda: failing in page(outlets))
    outlets.put(one(S1, 2.0))
    wait_until(lambda: Keeps.values() == [1.0, 2.0])


def test_what_waited_for_a_sink_comes_in_order_when_it_is_back(open_outlets: Open) -> None:
    Keeps.failures.append(OSError("away"))
    outlets = open_outlets("Keeps", "Foreign")
    for value in range(50):
        outlets.put(one(S1, float(value), NOW + value))
    wait_until(lambda: len(Foreign.metrics) == 50)
    assert Keeps.calls == []
    Keeps.failures.clear()
    wait_until(lambda: len(Keeps.values()) == 50)
    assert Keeps.values() == [float(value) for value in range(50)]


def test_a_process_that_was_killed_loses_nothing(open_outlets: Open) -> None:
    for value in range(3):
        open_outlets("Keeps", start=False).put(one(S1, float(value)))
    open_outlets("Keeps")
    wait_until(lambda: Keeps.values() == [0.0, 1.0, 2.0])


def test_of_two_processes_one_forwards_what_both_put(open_outlets: Open) -> None:
    first = open_outlets("Keeps")
    wait_until(lambda: Keeps.made)
    second = open_outlets("Keeps")
    for value in range(10):
        (first, second)[value % 2].put(one(S1, float(value)))
    wait_until(lambda: len(Keeps.values()) == 10)
    assert Keeps.values() == [float(value) for value in range(10)]
    assert len(Keeps.made) == 1
    first.stop()
    first.wait(10)
    second.put(one(S1, 11.0))
    wait_until(lambda: Keeps.values()[10:] == [11.0])


def test_a_process_whose_spool_another_one_forwards_is_not_failing(
    open_outlets: Open, conf_here: cfg.ConfigOpts
) -> None:
    conf_here.set_override("timeout", 0.1, "exporters")
    outlets = open_outlets("Hangs")
    outlets.put(one(S1, 1.0))
    wait_until(lambda: number(outlets, "export_failing") == 1.0)
    lock = Path(conf_here.state_path) / "spool" / "a-Hangs" / "forwarder.lock"
    with lock.open("wb") as opened:
        # It gives the lock away right after it has failed.
        fcntl.flock(opened, fcntl.LOCK_EX)
        Hangs.free.set()
        wait_until(lambda: number(outlets, "export_failing") == 0.0, 10)


def test_overflow_drops_the_oldest_and_says_so_once(
    open_outlets: Open, sqlite_database: Database, conf_here: cfg.ConfigOpts
) -> None:
    conf_here.set_override("performance_spool_limit", 1, "exporters")
    Keeps.failures.append(OSError("away"))
    outlets = open_outlets("Keeps")
    series = [volume(number) for number in range(5000)]
    for turn in range(20):
        samples = ((number, NOW + turn, float(turn)) for number in range(5000))
        outlets.put(batch(S1, series, *samples))
    wait_until(lambda: told(sqlite_database) == ["raised delfin.spool_overflow"])
    wait_until(lambda: "delfin_spool_batches" in page(outlets))
    Keeps.failures.clear()
    wait_until(lambda: "cleared delfin.spool_overflow" in told(sqlite_database))
    kept = sorted({int(value) for value in Keeps.values()})
    assert kept == list(range(kept[0], 20))
    assert 0 < kept[0] < 19
    # What is dropped while it is being delivered counts as dropped, too.
    assert number(outlets, "export_dropped_samples_total") >= kept[0] * 5000
    assert told(sqlite_database) == [
        "raised delfin.spool_overflow",
        "cleared delfin.spool_overflow",
    ]


def test_overflow_is_over_though_there_is_always_a_batch_on_its_way(
    open_outlets: Open, sqlite_database: Database, conf_here: cfg.ConfigOpts
) -> None:
    conf_here.set_override("performance_spool_limit", 1, "exporters")
    outlets = open_outlets("Hangs")
    series = [volume(number) for number in range(5000)]
    for turn in range(20):
        samples = ((number, NOW + turn, float(turn)) for number in range(5000))
        outlets.put(batch(S1, series, *samples))
    wait_until(lambda: told(sqlite_database) == ["raised delfin.spool_overflow"])
    folder = Path(conf_here.state_path) / "spool" / "a-Hangs"

    def flow() -> bool:
        # As an exporter that is quick enough: each is delivered after the next has come.
        waiting = sorted(folder.glob("*.batch"))
        outlets.put(one(S1, 1.0))
        for delivered in waiting:
            delivered.unlink(missing_ok=True)
        return "cleared delfin.spool_overflow" in told(sqlite_database)

    wait_until(flow)


def test_no_sample_of_a_removed_storage_leaves(
    open_outlets: Open, sqlite_database: Database
) -> None:
    registered(sqlite_database, "s2")
    Keeps.failures.append(OSError("away"))
    outlets = open_outlets("Keeps")
    outlets.put(one(S1, 1.0))
    outlets.put(one(source("s2"), 2.0))
    with sqlite_database.writer() as session:
        storages.bury(session, "s1")
    wait_until(lambda: {"s2"} in Keeps.retained)
    Keeps.failures.clear()
    wait_until(lambda: Keeps.values() == [2.0])


def test_a_storage_that_was_registered_just_now_is_not_taken_for_removed(
    open_outlets: Open, sqlite_database: Database
) -> None:
    outlets = open_outlets("Keeps")
    wait_until(lambda: {"s1"} in Keeps.retained)
    registered(sqlite_database, "s9")
    outlets.put(one(source("s9"), 9.0))
    wait_until(lambda: Keeps.values() == [9.0])


def test_a_batch_that_is_refused_for_ever_holds_nothing_up(open_outlets: Open) -> None:
    Keeps.failures.append(RejectedError("400"))
    outlets = open_outlets("Keeps")
    outlets.put(one(S1, 1.0))
    lost = 'delfin_export_dropped_samples_total{exporter="a-Keeps",process="delfin-task"} 1.0'
    wait_until(lambda: lost in page(outlets))
    Keeps.failures.clear()
    outlets.put(one(S1, 2.0))
    wait_until(lambda: Keeps.values() == [2.0])


def test_a_broken_file_is_dropped_and_the_rest_goes_on(
    open_outlets: Open, conf_here: cfg.ConfigOpts
) -> None:
    folder = Path(conf_here.state_path) / "spool" / "a-Keeps"
    open_outlets("Keeps", start=False).put(one(S1, 1.0))
    (broken,) = folder.glob("*.batch")
    broken.write_bytes(b"")
    outlets = open_outlets("Keeps")
    outlets.put(one(S1, 2.0))
    wait_until(lambda: Keeps.values() == [2.0])
    assert not broken.exists()


def test_what_waited_for_too_long_is_not_delivered(open_outlets: Open) -> None:
    outlets = open_outlets("KeepsForLittle")
    outlets.put(one(S1, 1.0))
    wait_until(lambda: "delfin_spool_batches" in page(outlets))
    for _ in during(0.05):
        assert Keeps.values() == []


def test_a_full_file_system_costs_one_exporter_its_samples_and_no_collection(
    open_outlets: Open, conf_here: cfg.ConfigOpts, caplog: pytest.LogCaptureFixture
) -> None:
    outlets = open_outlets("Keeps", "Foreign", start=False)
    shutil.rmtree(Path(conf_here.state_path) / "spool" / "a-Keeps")
    outlets.put(one(S1, 1.0))
    assert "exporter a-Keeps: samples are lost" in caplog.text
    open_outlets("Foreign")
    wait_until(lambda: len(Foreign.metrics) == 1)
