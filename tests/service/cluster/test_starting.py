"""Daemons start whatever is missing, say what it is, and serve once it is there."""

from __future__ import annotations

import socket
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from delfin.testing.simulated.fake_storage import FakeStorage
from tests.service.cluster.cluster import Cluster
from tests.service.cluster.daemon import Daemon
from tests.waiting import wait_until

pytestmark = pytest.mark.service

EVERYTHING = {"database", "message bus", "redis"}
LONGEST_ANSWER = 5.0


def until_missing(names: set[str], *daemons: Daemon) -> None:
    for daemon in daemons:
        wait_until(lambda daemon=daemon: set(daemon.missing() or ()) == names)  # type: ignore[misc] # bound now


def services_of(api: Daemon, number: int) -> list[dict[str, Any]] | None:
    """The processes that are listed, once there are so many."""
    found: list[dict[str, Any]] = api.rest.get("/v1/services?state=up").json["services"]
    return found if len(found) == number else None


def answers(api: Daemon, status: int) -> None:
    began = time.monotonic()
    reply = api.rest.get("/v1/storages")
    assert reply.status == status, reply
    assert time.monotonic() - began < LONGEST_ANSWER


def test_with_everything_missing_they_wait_for_one_after_the_other(
    cluster: Cluster, array: FakeStorage
) -> None:
    back = {
        "database": cluster.database.up,
        "message bus": cluster.bus.up,
        "redis": cluster.redis.start,
    }
    cluster.database.down()
    cluster.bus.down()
    cluster.redis.kill()
    api, task, alert = daemons = cluster.api(), cluster.task(), cluster.alert()
    missing = set(EVERYTHING)
    until_missing(missing, *daemons)
    for name in ("redis", "database", "message bus"):
        assert all(daemon.alive() for daemon in daemons)
        answers(api, 503 if "database" in missing else 200)
        back[name]()
        missing.discard(name)
        until_missing(missing, *daemons)
    storage_id = api.rest.register(array, serial="LATE1")
    assert api.rest.synced(storage_id)["last_sync"]["result"] == "done"
    listed = {row["process"] for row in wait_until(lambda: services_of(api, 3))}
    assert listed == {api.name, task.name, alert.name}


def test_a_database_that_goes_away_delays_no_answer_and_comes_back(
    cluster: Cluster, array: FakeStorage
) -> None:
    api, task = cluster.api(), cluster.task()
    api.until_ready()
    task.until_ready()
    storage_id = api.rest.register(array, serial="AWAY1")
    api.rest.synced(storage_id)
    cluster.database.down()
    for _ in range(3):
        answers(api, 503)
    assert api.alive()
    wait_until(lambda: "database" in (api.missing() or ()))
    wait_until(lambda: "database" in (task.missing() or ()))
    cluster.database.up()
    until_missing(set(), api, task)
    assert api.rest.sync(storage_id)["last_sync"]["result"] == "done"


def test_a_redis_server_that_says_nothing_delays_no_answer(
    cluster: Cluster, array: FakeStorage
) -> None:
    api, task = cluster.api(), cluster.task()
    api.until_ready()
    task.until_ready()
    cluster.redis.freeze()
    began = time.monotonic()
    storage_id = api.rest.register(array, serial="FROZEN1")
    assert time.monotonic() - began < LONGEST_ANSWER
    until_missing({"redis"}, api, task)
    assert api.rest.synced(storage_id)["last_sync"]["result"] == "done"
    cluster.redis.thaw()
    until_missing(set(), api, task)


def test_systemd_hears_of_workers_and_not_of_who_starts_them(
    cluster: Cluster, tmp_path: Path
) -> None:
    path = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(path)
        systemd.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        systemd.settimeout(30)
        settings = {"NOTIFY_SOCKET": path, "WATCHDOG_USEC": "1500000"}
        alert = cluster.alert("a", OS_DEFAULT__ALERT_WORKERS="2", **settings)
        alert.until_ready()
        heard = [told(systemd) for _ in range(8)]
    assert {message for message, _ in heard} == {b"READY=1", b"WATCHDOG=1"}
    assert {pid for _, pid in heard} == alert.workers


def told(systemd: socket.socket) -> tuple[bytes, int]:
    """A message, and the process that sent it."""
    message, credentials, _, _ = systemd.recvmsg(100, socket.CMSG_SPACE(12))
    return message, int.from_bytes(credentials[0][2][:4], sys.byteorder)
