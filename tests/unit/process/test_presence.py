"""Each process has a row of its own for as long as it lives, on every engine."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from oslo_config import cfg
from oslo_db import exception as db_exception

from delfin import exception
from delfin.db import services
from delfin.db.base import utcnow
from delfin.db.query import Page
from delfin.db.session import Database
from delfin.process.presence import Presence
from tests.waiting import wait_until

Make = Callable[..., Presence]


@pytest.fixture
def make(conf: cfg.ConfigOpts, database: Database) -> Iterator[Make]:
    """Starts processes, as far as the list of services is concerned."""
    conf.set_override("report_interval", 0.1)
    started: list[Presence] = []

    def start(process: str = "delfin-task", worker: int = 0, **facts: int) -> Presence:
        started.append(Presence(conf, database, process, worker, lambda: facts))
        started[-1].start()
        return started[-1]

    yield start
    for presence in started:
        presence.stop()
        presence.wait()


def listed(database: Database, down_after: float = 45.0, **filters: str) -> list[dict[str, Any]]:
    page = Page(filters=filters, sort=(("worker", "asc"),))
    with database.reader() as session:
        return services.find_services(session, page, down_after).rows


def test_a_process_is_listed_with_what_it_does_until_it_ends(
    make: Make, database: Database
) -> None:
    presence = make(running_jobs=3, memory=5 * 2**30)
    (row,) = wait_until(lambda: listed(database))
    assert (row["id"], row["pid"]) == (presence.id, os.getpid())
    assert (row["running_jobs"], row["stuck_threads"]) == (3, 0)
    assert (row["memory"], row["state"]) == (5 * 2**30, "up")
    first = row["heartbeat_at"]
    wait_until(lambda: listed(database)[0]["heartbeat_at"] > first)
    assert listed(database)[0]["started_at"] == row["started_at"]
    presence.stop()
    presence.wait()
    assert listed(database) == []
    with database.reader() as session, pytest.raises(exception.ServiceNotFound):
        services.get(session, presence.id, 45.0)


def test_two_processes_of_one_host_and_one_pid_are_two(make: Make, database: Database) -> None:
    ids = {make("delfin-alert").id, make("delfin-alert").id}
    wait_until(lambda: {row["id"] for row in listed(database, process="delfin-alert")} == ids)


def test_one_that_died_is_shown_as_down_and_struck_off_later(
    make: Make, database: Database, conf: cfg.ConfigOpts
) -> None:
    make()
    wait_until(lambda: listed(database))
    with database.writer() as session:
        services.beat(session, "dead", {**_facts(), "worker": 7})
        session.get_one(services.Service, "dead").heartbeat_at = utcnow() - timedelta(seconds=100)
    assert [row["state"] for row in listed(database)] == ["up", "down"]
    assert [row["id"] for row in listed(database, state="down")] == ["dead"]
    assert len(listed(database, down_after=200.0, state="up")) == 2
    conf.set_override("service_keep_time", 90.0)
    wait_until(lambda: len(listed(database)) == 1)


def test_a_database_that_is_away_ends_nothing(
    make: Make,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    tried: list[int] = []

    def refuse(*_: object) -> None:
        tried.append(1)
        raise db_exception.DBConnectionError(OSError("connection refused"))

    with monkeypatch.context() as away:
        away.setattr(services, "beat", refuse)
        presence = make()
        wait_until(lambda: len(tried) > 2)
        assert presence.pulse.late < 5
    wait_until(lambda: listed(database))
    assert caplog.text.count("cannot show itself") == 1


def _facts() -> dict[str, Any]:
    return {
        "node": "n",
        "process": "delfin-task",
        "pid": 1,
        "version": "0",
        "started_at": utcnow(),
    }
