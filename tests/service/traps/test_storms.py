"""Storms, dead processes and a database that is away: nothing is lost, and all of it is counted."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest
from oslo_db import exception as db_exception

from delfin import exception
from delfin.alert_manager.meaning import PLAIN_ID
from delfin.alert_manager.pipeline import ALERT_SYNC
from delfin.alert_manager.snmp import ber, messages, reasons
from delfin.common import snmptrapd
from delfin.db import storages
from delfin.db.jobs import Job
from delfin.db.session import Database
from delfin.drivers.fake_storage.alerts import ENTERPRISE
from tests.conftest import make_conf
from tests.service.traps.rig import TRAP, Rig, made, receiver, send, variables
from tests.service.traps.test_versions import known
from tests.waiting import wait_until


def trap(number: int, place: str = "disk 1", group: str = "FAULT", uptime: int = 1) -> bytes:
    """A trap of the fake array; thousands of them take less than a second."""
    texts = {
        2: "0x1001",
        3: "Drive is failing",
        4: "2",
        5: group,
        8: place,
        10: "1700000000000",
    }
    told = [
        (snmptrapd.UPTIME_OID, ber.encoded_integer(uptime, messages.TIME_TICKS)),
        (snmptrapd.TRAP_OID, ber.encoded_oid(TRAP)),
        (f"{ENTERPRISE}.1.1.0", ber.encoded_integer(number)),
        *((f"{ENTERPRISE}.1.{n}.0", ber.element(ber.OCTETS, t.encode())) for n, t in texts.items()),
    ]
    bindings = [ber.element(ber.SEQUENCE, ber.encoded_oid(oid), value) for oid, value in told]
    zero = ber.encoded_integer(0)
    pdu = ber.element(
        *(messages.TRAP_2, ber.encoded_integer(number), zero, zero),
        ber.element(ber.SEQUENCE, *bindings),
    )
    community = ber.element(ber.OCTETS, b"public")
    return ber.element(ber.SEQUENCE, ber.encoded_integer(messages.VERSION_2C), community, pdu)


def sender(host: str) -> socket.socket:
    made_here = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made_here.bind((host, 0))
    return made_here


def test_a_storm_is_collapsed_and_drowns_no_neighbour(rig: Rig) -> None:
    """3,000 traps of one array at once, and in the middle some of another: all of these count."""
    storming, quiet = rig.array("127.0.0.1"), rig.array("127.0.0.2", "SN2")
    wait_until(lambda: rig.knows("127.0.0.1") and rig.knows("127.0.0.2"))
    storm = [trap(number) for number in range(1, 3001)]
    with sender("127.0.0.1") as loud, sender("127.0.0.2") as still:
        for number, datagram in enumerate(storm):
            loud.sendto(datagram, ("127.0.0.1", rig.port))
            if number % 75 == 0:
                still.sendto(trap(1, f"disk {number}"), ("127.0.0.1", rig.port))
    wait_until(lambda: len(rig.alerts(quiet)) == 40)
    wait_until(lambda: rig.counted("processed") + dropped(rig) == 3040)
    (alert,) = rig.alerts(storming)
    assert alert.count + dropped(rig) == 3000
    assert all(one.count == 1 for one in rig.alerts(quiet))


def dropped(rig: Rig) -> int:
    names = (reasons.KERNEL_DROPPED, reasons.RATE_LIMITED, reasons.QUEUE_FULL)
    return sum(rig.counted(name) for name in names)


def test_the_same_trap_sent_often_counts_as_often(rig: Rig) -> None:
    storage_id = known(rig)
    with sender("127.0.0.1") as here:
        for _ in range(500):
            here.sendto(trap(1), ("127.0.0.1", rig.port))
    wait_until(lambda: rig.count(storage_id) == 500)


def test_a_trap_that_two_nodes_receive_is_handled_once(
    sqlite_database: Database, tmp_path: Path
) -> None:
    conf = make_conf(tmp_path, sqlite_database.url)
    with (
        receiver(conf, sqlite_database, "a") as first,
        receiver(conf, sqlite_database, "b") as second,
    ):
        storage_id = known(first)
        wait_until(lambda: second.knows("127.0.0.1"))
        with sender("127.0.0.1") as here:
            for number in range(1, 31):
                for rig in (first, second):
                    here.sendto(trap(number, uptime=number), ("127.0.0.1", rig.port))
        both = (first, second)
        wait_until(lambda: sum(r.counted("stored") + r.counted("duplicate") for r in both) == 60)
        wait_until(lambda: sum(r.counted("processed") for r in both) == 30)
        assert first.count(storage_id) == 30
        second.stop()
        send(first)
        wait_until(lambda: first.count(storage_id) == 31)
        second.parts = made(conf, sqlite_database, "c").parts
        second.start()


def test_killed_before_processing_it_is_processed_after_the_restart(
    sqlite_database: Database, tmp_path: Path
) -> None:
    conf = make_conf(tmp_path, sqlite_database.url)
    with receiver(conf, sqlite_database) as rig:
        storage_id = known(rig)
        lazy = made(conf, sqlite_database, "lazy")
        sources, upkeep, agents, _pipeline, *receiving = lazy.parts.services
        for service in (sources, upkeep, agents, *receiving):
            service.start()
        rig.stop()
        wait_until(lambda: lazy.knows("127.0.0.1"))
        send(lazy)
        wait_until(lambda: lazy.counted("stored") == 1)
        for service in (*reversed(receiving), agents, upkeep, sources):
            service.stop()
            service.wait()
        assert not rig.alerts(storage_id)
        rig.parts = made(conf, sqlite_database).parts
        rig.start()
        wait_until(lambda: rig.count(storage_id) == 1)


class Away:
    """The database, when it can be told to be away."""

    def __init__(self, rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
        self.away = True
        real = rig.database.writer

        def writer() -> Any:
            if self.away:
                raise db_exception.DBConnectionError
            return real()

        monkeypatch.setattr(rig.database, "writer", writer)


def test_without_the_database_traps_wait_on_disk_and_in_order(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage_id = known(rig)
    away = Away(rig, monkeypatch)
    with sender("127.0.0.1") as here:
        for number in range(1, 301):
            group = "RECOVERY" if number % 2 == 0 else "FAULT"
            here.sendto(trap(number, f"disk {(number + 1) // 2}", group), ("127.0.0.1", rig.port))
        wait_until(lambda: rig.counted("spooled") == 300)
    assert send(rig, command="snmpinform").returncode == 0, "what is on disk is safe"
    assert not rig.alerts(storage_id)
    away.away = False
    wait_until(lambda: rig.counted("processed") == 301)
    found = rig.alerts(storage_id)
    assert len(found) == 151
    assert [alert.location for alert in found if alert.state != "cleared"] == ["disk 1"]


def test_killed_while_the_database_is_away_the_spool_is_emptied_later(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    conf = make_conf(tmp_path, sqlite_database.url)
    with receiver(conf, sqlite_database) as rig:
        storage_id = known(rig)
        away = Away(rig, monkeypatch)
        send(rig)
        wait_until(lambda: rig.counted("spooled") == 1)
        rig.stop()
        away.away = False
        rig.parts = made(conf, sqlite_database).parts
        rig.start()
        wait_until(lambda: rig.count(storage_id) == 1)


def test_the_spool_is_bounded_and_says_what_it_had_no_room_for(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    conf = make_conf(tmp_path, sqlite_database.url)
    conf.set_override("spool_bytes", 20_000, "traps")
    with receiver(conf, sqlite_database) as rig:
        storage_id = known(rig)
        away = Away(rig, monkeypatch)
        with sender("127.0.0.1") as here:
            for number in range(1, 101):
                here.sendto(trap(number), ("127.0.0.1", rig.port))
        wait_until(lambda: rig.counted("spooled") + rig.counted("spool_full") == 100)
        assert rig.counted("spooled") < 100
        done = send(rig, command="snmpinform", patient=False)
        assert done.returncode != 0, "what was not kept is not acknowledged"
        away.away = False
        wait_until(lambda: rig.count(storage_id) == rig.counted("spooled"))


def test_incomplete_traps_ask_for_one_alert_sync_at_a_time(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage_id = known(rig)

    def parse_alert(_context: Any, _alert: Any) -> Any:
        raise exception.IncompleteTrapInformation("SN1")

    monkeypatch.setattr(
        "delfin.drivers.fake_storage.driver.FakeStorageDriver.parse_alert",
        staticmethod(parse_alert),
    )
    for place in ("a", "b", "c"):
        send(rig, told=variables(place=place))
    wait_until(lambda: rig.counted("processed") == 3)
    lease = rig.queue.lease("test")
    assert lease is not None
    assert (lease.kind, lease.storage_id) == (ALERT_SYNC, storage_id)
    rig.queue.finish(lease, "done", {})
    assert rig.rings
    send(rig, told=variables(place="d"))
    wait_until(lambda: rig.counted("processed") == 4)
    # The next one has to wait.
    assert rig.queue.lease("test") is None
    with rig.database.reader() as session:
        waits = session.query(Job).filter_by(state="queued").one()
        first = session.query(Job).filter_by(state="done").one()
        assert 29_000 < waits.not_before - first.not_before < 31_000
    assert not rig.alerts(storage_id)


def test_a_trap_that_no_driver_knows_is_kept_with_its_variables(rig: Rig) -> None:
    storage_id = known(rig)
    for _ in range(2):
        send(rig, trap="1.3.6.1.6.3.1.1.5.3", told=["1.3.6.1.2.1.2.2.1.1.7", "i", "7"])
    wait_until(lambda: rig.count(storage_id) == 2)
    alert = rig.alerts(storage_id)[0]
    assert (alert.alert_id, alert.category) == (PLAIN_ID, "Event")
    assert "1.3.6.1.2.1.2.2.1.1.7 = 7" in str(alert.description)
    assert "1.3.6.1.6.3.1.1.5.3" in str(alert.alert_name)


def test_a_driver_that_fails_loses_no_trap(rig: Rig) -> None:
    storage_id = known(rig)
    send(rig, told=variables()[:3])
    wait_until(lambda: rig.count(storage_id) == 1)
    assert rig.alerts(storage_id)[0].alert_id == PLAIN_ID


def test_traps_of_a_removed_storage_go_with_it(rig: Rig) -> None:
    storage_id = known(rig)
    with rig.database.writer() as session:
        storages.bury(session, storage_id)
    send(rig)
    wait_until(lambda: rig.counted(reasons.UNKNOWN_SOURCE) + rig.counted(reasons.STORAGE_GONE) == 1)
    assert not rig.alerts(storage_id)
