"""The storm, the outages and their memory at full length."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy.engine import make_url

from delfin.db import migration
from delfin.db.session import Database
from tests.conftest import make_conf, throw_away_database
from tests.service.cluster.link import Link
from tests.service.traps.exporting import exporting
from tests.service.traps.rig import receiver
from tests.service.traps.test_refusals import throw
from tests.service.traps.test_storms import dropped, sender, trap
from tests.service.traps.test_versions import known
from tests.unit.exporter.receivers import free_port, http_receiver
from tests.waiting import wait_until

pytestmark = pytest.mark.long

MIB = 2**20
OUTAGE, EXPORTER_DOWN = 60, 180


def paced(count: int, seconds: float) -> Iterator[int]:
    """The numbers from 1 on, evenly over so many seconds."""
    began = time.monotonic()
    for number in range(1, count + 1):
        ahead = began + number * seconds / count - time.monotonic()
        if ahead > 0:
            time.sleep(ahead)
        yield number


def resident() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def test_a_storm_of_ten_thousand_in_a_second_beside_one_in_a_second(
    sqlite_database: Database, tmp_path: Path
) -> None:
    conf = make_conf(tmp_path, sqlite_database.url)
    storm = [trap(number) for number in range(1, 10_001)]
    with http_receiver() as hook, exporting(conf, sqlite_database, hook.port) as rig:
        loud, quiet = known(rig), known(rig, "127.0.0.2", "SN2")
        before = resident()

        def rage() -> None:
            with sender("127.0.0.1") as here:
                for number in paced(100, 1.0):
                    for datagram in storm[(number - 1) * 100 : number * 100]:
                        here.sendto(datagram, ("127.0.0.1", rig.port))

        thread = Thread(target=rage)
        thread.start()
        for number in paced(10, 10.0):
            throw(rig, trap(number, f"disk {number}"), source="127.0.0.2")
        thread.join()
        wait_until(lambda: rig.counted("processed") + dropped(rig) == 10_010)
        (alert,) = rig.alerts(loud)
        assert alert.count + dropped(rig) == 10_000
        wait_until(lambda: sum(one["storage_id"] == quiet for one in hook.alerts) == 10)
        assert sum(one["storage_id"] == loud for one in hook.alerts) == 1
        assert resident() - before < 150 * MIB


def test_an_exporter_that_is_down_for_minutes_gets_everything_in_order(
    sqlite_database: Database, tmp_path: Path
) -> None:
    conf, port = make_conf(tmp_path, sqlite_database.url), free_port()
    with exporting(conf, sqlite_database, port) as rig:
        storage_id = known(rig)
        for number in paced(EXPORTER_DOWN, EXPORTER_DOWN):
            throw(rig, trap(number, f"disk {number}", uptime=number))
        wait_until(lambda: len(rig.alerts(storage_id)) == EXPORTER_DOWN)
        with http_receiver(port) as hook:
            wait_until(lambda: len(hook.alerts) == EXPORTER_DOWN, 60)
        assert [one["location"] for one in hook.alerts] == [
            f"disk {number}" for number in range(1, EXPORTER_DOWN + 1)
        ]


@pytest.mark.parametrize("engine", ["postgresql", "mariadb"])
def test_a_database_that_is_away_for_a_minute_costs_no_trap(engine: str, tmp_path: Path) -> None:
    with throw_away_database(engine, tmp_path) as url:
        direct = Database(make_conf(tmp_path, url))
        migration.upgrade(direct.engine)
        direct.dispose()
        default = 5432 if engine == "postgresql" else 3306
        with Link(make_url(url).port or default) as link:
            linked = make_url(url).set(host="127.0.0.1", port=link.port)
            conf = make_conf(tmp_path, linked.render_as_string(hide_password=False))
            database = Database(conf)
            with receiver(conf, database) as rig:
                storage_id = known(rig)
                rate = 20
                for number in paced(rate * (OUTAGE + 10), OUTAGE + 10.0):
                    if number == rate * 5:
                        link.down()
                    if number == rate * (OUTAGE + 5):
                        link.up()
                    throw(rig, trap(number, f"disk {number}", uptime=number))
                sent = rate * (OUTAGE + 10)
                wait_until(lambda: rig.counted("processed") == sent, 60)
                assert rig.counted("spooled") > rate * (OUTAGE - 10)
                assert rig.count(storage_id) == sent
                assert not dropped(rig)
            database.dispose()
