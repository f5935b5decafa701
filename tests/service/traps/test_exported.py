"""From the socket to an exporter: behind garbage, through an outage, and what was dropped."""

from __future__ import annotations

import random
import time
from pathlib import Path

from sqlalchemy import select

from delfin.alert_manager.snmp import reasons
from delfin.alerts.internal import TRAPS_DROPPED
from delfin.db.alerts import Alert
from delfin.db.session import Database
from tests.conftest import make_conf
from tests.service.traps.exporting import exporting
from tests.service.traps.rig import made, receiver
from tests.service.traps.test_refusals import throw
from tests.service.traps.test_storms import dropped, trap
from tests.service.traps.test_versions import known
from tests.unit.exporter.receivers import free_port, http_receiver
from tests.waiting import wait_until


def test_a_good_trap_behind_garbage_is_exported_within_two_seconds(
    sqlite_database: Database, tmp_path: Path
) -> None:
    """10,000 random and truncated datagrams, and at once a good trap from the same address."""
    conf = make_conf(tmp_path, sqlite_database.url)
    good, chance = trap(1), random.Random(1)  # noqa: S311 - a test's datagrams need not be secret
    garbage = [
        chance.randbytes(chance.randint(0, 300))
        if number % 2
        else good[: chance.randint(1, len(good) - 1)]
        for number in range(10_000)
    ]
    with http_receiver() as hook, exporting(conf, sqlite_database, hook.port) as rig:
        storage_id = known(rig)
        throw(rig, *garbage)
        began = time.monotonic()
        throw(rig, good)
        wait_until(lambda: hook.alerts)
        assert time.monotonic() - began < 2
        assert hook.alerts[0]["storage_id"] == storage_id
        wait_until(lambda: rig.counted("received") + rig.counted(reasons.KERNEL_DROPPED) == 10_001)
        wait_until(lambda: rig.counted(reasons.MALFORMED) == rig.counted("received") - 1)


def test_what_comes_while_the_exporter_is_down_is_listed_and_delivered_in_order(
    sqlite_database: Database, tmp_path: Path
) -> None:
    conf, port = make_conf(tmp_path, sqlite_database.url), free_port()
    with exporting(conf, sqlite_database, port) as rig:
        storage_id = known(rig)
        for number in range(1, 31):
            throw(rig, trap(number, f"disk {(number + 1) // 2}", ("RECOVERY", "FAULT")[number % 2]))
        wait_until(lambda: rig.counted("processed") == 30)
        assert len(rig.alerts(storage_id)) == 15
        with http_receiver(port) as hook:
            wait_until(lambda: len(hook.alerts) == 30)
        places = [event["event_id"] for event in hook.alerts]
        assert places == sorted(places)
        changes = [(event["location"], event["change"]) for event in hook.alerts]
        assert changes == [
            (f"disk {number}", change)
            for number in range(1, 16)
            for change in ("raised", "cleared")
        ]


def test_what_was_dropped_is_one_alert_that_counts_exactly(
    sqlite_database: Database, tmp_path: Path
) -> None:
    conf = make_conf(tmp_path, sqlite_database.url)
    conf.set_override("rate_limit", 1.0, "traps")
    conf.set_override("rate_burst", 50, "traps")
    conf.set_override("drop_alert_time", 0.1, "traps")

    def told() -> Alert | None:
        with sqlite_database.reader() as session:
            mine = select(Alert).where(Alert.alert_id == TRAPS_DROPPED.alert_id)
            return session.scalars(mine).one_or_none()

    with receiver(conf, sqlite_database) as rig:
        known(rig)
        throw(rig, *(trap(number) for number in range(1, 1001)))
        wait_until(lambda: rig.counted("stored") + dropped(rig) == 1000)
        rig.stop()
        alert = told()
        assert alert is not None
        assert (alert.state, alert.count) == ("open", dropped(rig))
        assert alert.count > 900
        assert f"{rig.counted(reasons.RATE_LIMITED)} rate_limited" in str(alert.description)
        # The process after it ends what it has raised.
        rig.parts = made(conf, sqlite_database).parts
        rig.start()
        wait_until(lambda: (rig.parts.services[1]._once(), told().state == "cleared")[1])  # type: ignore[attr-defined, union-attr] # sooner than it would
