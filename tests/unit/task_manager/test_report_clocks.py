"""What reports and looks at profiles make of clocks that are set back, and of jobs beside them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from delfin.db.base import utcnow
from delfin.db.profiles import Profile
from delfin.jobs.queue import DONE
from delfin.task_manager.profile_watch import ProfileWatch
from tests.unit.conftest import Bench
from tests.unit.task_manager.reporting import (
    ask,
    freshness,
    let_it_grow_old,
    pool,
    reported,
    row,
    script,
    shown,
)


def test_neither_a_collection_nor_a_report_under_way_excuses_old_pools(bench: Bench) -> None:
    storage_id = bench.register(script())
    reported(bench, storage_id)
    let_it_grow_old(bench, storage_id)
    with bench.database.writer() as session:
        bench.queue.enqueue(session, "collect", storage_id)
    assert bench.queue.lease("bench") is not None
    assert freshness(bench, storage_id) == "unknown"
    assert ask(bench, storage_id) is not None
    assert bench.queue.lease("bench") is not None
    assert freshness(bench, storage_id) == "unknown"
    assert shown(bench, storage_id)["status"] == "unknown"


def test_reports_go_on_when_the_clock_that_told_the_last_one_is_set_back(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    array = script()
    storage_id = bench.register(array)
    ahead = utcnow() + timedelta(hours=1)
    with monkeypatch.context() as patch:
        patch.setattr("delfin.task_manager.report.utcnow", lambda: ahead)
        reported(bench, storage_id)
    assert row(bench, storage_id).reported_at == ahead
    array.listings["list_storage_pools"] = [pool(free=1)]
    assert reported(bench, storage_id).state == DONE
    assert shown(bench, storage_id)["free_capacity"] == 1
    found = row(bench, storage_id).reported_at
    assert found is not None
    assert found <= utcnow()


def test_a_profile_is_looked_at_again_when_the_clock_is_set_back(bench: Bench) -> None:
    conditions = [{"field": "free_capacity", "operator": ">=", "value": 1}]
    ahead = int((utcnow() + timedelta(hours=1)).timestamp() * 1000)
    with bench.database.writer() as session:
        facts = {"conditions": conditions, "allow_stale": False, "checked_at": ahead}
        session.add(Profile(id="p1", name="some", **facts))
    storage_id = bench.register(script())
    reported(bench, storage_id)
    ProfileWatch(bench.database, bench.conf).look()
    with bench.database.reader() as session:
        assert session.get_one(Profile, "p1").satisfying == 1
    a_moment_ago = int(utcnow().timestamp() * 1000)
    with bench.database.writer() as session:
        session.execute(update(Profile).values(satisfying=7, checked_at=a_moment_ago))
    ProfileWatch(bench.database, bench.conf).look()
    with bench.database.reader() as session:
        assert session.get_one(Profile, "p1").satisfying == 7
