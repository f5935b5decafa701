"""A profile that nothing satisfies any more raises one alert, and one Recovery."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import update

from delfin.db.profiles import Profile
from delfin.inventory.profiles.match import Pools
from delfin.jobs.queue import FAILED
from delfin.task_manager.profile_watch import ProfileWatch
from tests.statements import counted
from tests.unit.conftest import Bench
from tests.unit.task_manager.reporting import (
    alerts,
    let_it_grow_old,
    outage,
    pool,
    reported,
    script,
)

UNSATISFIED = "delfin.profile_unsatisfied"


def profile(bench: Bench, free: int) -> str:
    conditions = [{"field": "free_capacity", "operator": ">=", "value": free}]
    with bench.database.writer() as session:
        session.add(
            Profile(id="p1", name="big", conditions=conditions, allow_stale=False, checked_at=0)
        )
    return "p1"


def look(bench: Bench) -> int | None:
    """A look at the profile after its pause; how many satisfied it."""
    with bench.database.writer() as session:
        session.execute(update(Profile).values(checked_at=0))
    ProfileWatch(bench.database, bench.conf).look()
    with bench.database.reader() as session:
        return session.get_one(Profile, "p1").satisfying


def test_after_an_outage_of_the_database_no_profile_is_missed_before_the_arrays_could_report(
    bench: Bench,
) -> None:
    storage_id = bench.register(script())
    reported(bench, storage_id)
    profile(bench, 1)
    assert look(bench) == 1
    let_it_grow_old(bench, storage_id)
    with bench.database.writer() as session:
        session.execute(update(Profile).values(checked_at=0))
    watch = ProfileWatch(bench.database, bench.conf)
    # It is there for an hour when the outage begins, and patient again when it goes on.
    watch._began -= 3600
    outage(bench, watch)
    watch._began -= watch._patience - 5
    outage(bench, watch)
    watch._began -= 10
    watch._turn()
    assert alerts(bench, UNSATISFIED) == []
    watch._began -= 3600
    watch._turn()
    assert alerts(bench, UNSATISFIED) == ["open"]


def test_a_pool_that_waits_for_a_synchronisation_is_not_missed_and_one_in_error_is(
    bench: Bench,
) -> None:
    array = script()
    storage_id = bench.register(array)
    reported(bench, storage_id)
    profile(bench, 1)
    assert look(bench) == 1
    sync = bench.lease(storage_id)
    let_it_grow_old(bench, storage_id)
    assert (look(bench), alerts(bench, UNSATISFIED)) == (1, [])
    bench.queue.finish(sync, FAILED, {})
    array.storage["status"] = "abnormal"
    reported(bench, storage_id)
    assert (look(bench), alerts(bench, UNSATISFIED)) == (0, ["open"])


def test_the_last_pool_of_a_profile_is_missed_once_and_its_return_told_once(bench: Bench) -> None:
    array = script("SN1", pool(6, "a"), pool(7, "b"))
    storage_id = bench.register(array)
    reported(bench, storage_id)
    profile(bench, 6)
    assert look(bench) == 2
    array.listings["list_storage_pools"] = [pool(6, "a"), pool(1, "b")]
    reported(bench, storage_id)
    assert (look(bench), alerts(bench, UNSATISFIED)) == (1, [])
    array.listings["list_storage_pools"] = [pool(5, "a"), pool(1, "b")]
    reported(bench, storage_id)
    assert (look(bench), look(bench)) == (0, 0)
    assert alerts(bench, UNSATISFIED) == ["open"]
    array.listings["list_storage_pools"] = [pool(9, "a"), pool(1, "b")]
    reported(bench, storage_id)
    assert (look(bench), alerts(bench, UNSATISFIED)) == (1, ["cleared"])


def test_a_pool_that_nobody_looks_after_satisfies_nothing(bench: Bench) -> None:
    storage_id = bench.register(script())
    reported(bench, storage_id)
    profile(bench, 1)
    assert look(bench) == 1
    let_it_grow_old(bench, storage_id)
    assert look(bench) == 0
    assert alerts(bench, UNSATISFIED) == ["open"]


def test_a_profile_that_nothing_ever_satisfied_alarms_nobody(bench: Bench) -> None:
    profile(bench, 1)
    assert look(bench) == 0
    assert alerts(bench, UNSATISFIED) == []


def test_two_processes_do_not_look_at_once(bench: Bench) -> None:
    profile(bench, 1)
    ProfileWatch(bench.database, bench.conf).look()
    with bench.database.reader() as session:
        first = session.get_one(Profile, "p1").checked_at
    ProfileWatch(bench.database, bench.conf).look()
    with bench.database.reader() as session:
        assert session.get_one(Profile, "p1").checked_at == first
        assert session.get_one(Profile, "p1").updated_at is None


def test_who_has_no_turn_reads_no_pools(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    profile(bench, 1)
    watch = ProfileWatch(bench.database, bench.conf)
    claim = watch._claim

    def after_another(profile_ids: Sequence[str], due: int) -> list[str]:
        ProfileWatch(bench.database, bench.conf).look()
        return claim(profile_ids, due)

    monkeypatch.setattr(watch, "_claim", after_another)
    with counted(bench.database) as sent:
        watch.look()
    assert sum("FROM storage_pools" in text for text in sent) == 1, "that of the other"


def test_pools_are_gone_through_in_parts(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    array = script("SN1", *(pool(number, f"p{number}") for number in range(7)))
    reported(bench, bench.register(array))
    profile(bench, 3)
    monkeypatch.setattr("delfin.inventory.profiles.match._AT_ONCE", 2)
    sizes: list[int] = []
    satisfying = Pools.satisfying

    def noted(pools: Pools, wanted: Profile) -> int:
        sizes.append(len(pools._pools))
        return satisfying(pools, wanted)

    monkeypatch.setattr(Pools, "satisfying", noted)
    assert (look(bench), sizes) == (4, [2, 2, 2, 1])


@pytest.mark.parametrize("change", [{"conditions": []}, {"allow_stale": True}, None])
def test_what_was_counted_for_a_profile_that_has_changed_meanwhile_is_forgotten(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any] | None
) -> None:
    reported(bench, bench.register(script()))
    profile(bench, 1)
    watch = ProfileWatch(bench.database, bench.conf)
    note = watch._note

    def after_a_change(seen: Profile, count: int) -> None:
        with bench.database.writer() as session:
            kept = session.get_one(Profile, "p1")
            if change is None:
                session.delete(kept)
            for name, value in (change or {}).items():
                setattr(kept, name, value)
        note(seen, count)

    monkeypatch.setattr(watch, "_note", after_a_change)
    watch.look()
    with bench.database.reader() as session:
        kept = session.get(Profile, "p1")
        assert (kept is None) is (change is None)
        assert kept is None or kept.satisfying is None
