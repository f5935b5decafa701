"""One session an array; a changed password counts on the next call; the old session is logged out."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from sqlalchemy import update

from delfin import cryptor, exception
from delfin.context import get_admin_context
from delfin.db import access_info, storages
from delfin.db.access_info import AccessInfo
from delfin.db.access_secrets import seal
from tests.unit.conftest import Bench
from tests.unit.scripted import Script, password_must_be
from tests.waiting import wait_until


def change_password(bench: Bench, storage_id: str, password: str) -> None:
    with bench.database.writer() as session:
        row = access_info.get(session, storage_id, lock=True)
        assert row.rest is not None
        rest = row.rest | {"password": cryptor.encode(password)}
        row.rest = seal(bench.keyring, storage_id, {"rest": rest})["rest"]
        row.generation += 1


def ask(bench: Bench, storage_id: str) -> Any:
    return bench.arrays.get_storage(get_admin_context(), storage_id)


def test_calls_share_one_login(bench: Bench) -> None:
    script = Script()
    storage_id = bench.register(script)
    for _ in range(3):
        ask(bench, storage_id)
    assert (script.asked["login"], script.open_sessions) == (1, 1)


def test_calls_of_many_threads_share_one_login_and_take_turns(bench: Bench) -> None:
    script = Script()
    storage_id = bench.register(script)
    inside = threading.Semaphore(1)
    clashes: list[int] = []
    row = script.storage

    def one_at_a_time() -> Any:
        if not inside.acquire(blocking=False):
            clashes.append(1)
            return row
        inside.release()
        return row

    script.storage = one_at_a_time
    threads = [threading.Thread(target=ask, args=(bench, storage_id)) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert (script.asked["login"], script.asked["get_storage"], clashes) == (1, 16, [])


def test_a_changed_password_counts_on_the_next_call_though_nobody_was_told(bench: Bench) -> None:
    script = Script()
    storage_id = bench.register(script, "old-pa55")
    script.login = password_must_be("old-pa55")
    ask(bench, storage_id)
    script.login = password_must_be("new-pa55")
    change_password(bench, storage_id, "new-pa55")
    ask(bench, storage_id)
    assert (script.asked["login"], script.asked["logout"], script.open_sessions) == (2, 1, 1)


def test_eviction_logs_out_at_once_or_when_the_call_returns(bench: Bench) -> None:
    script = Script()
    storage_id = bench.register(script)
    ask(bench, storage_id)
    bench.arrays.sessions.evict(storage_id)
    wait_until(lambda: script.open_sessions == 0)

    row, during = script.storage, []

    def evicted_meanwhile() -> Any:
        thread = threading.Thread(target=bench.arrays.sessions.evict, args=(storage_id,))
        thread.start()
        thread.join(10)
        during.append(script.open_sessions)
        return row

    script.storage = evicted_meanwhile
    ask(bench, storage_id)
    assert during == [1]
    wait_until(lambda: script.open_sessions == 0)


def test_nobody_waits_for_an_array_that_hangs_at_the_logout(bench: Bench) -> None:
    slow, quick = Script(), Script("SN2")
    slow_id, quick_id = bench.register(slow), bench.register(quick)
    ask(bench, slow_id)
    ask(bench, quick_id)
    leave = threading.Event()
    with bench.arrays.sessions.using(get_admin_context(), slow_id) as driver:
        driver.close_connection = lambda: leave.wait(30)  # type: ignore[attr-defined]
    begin = time.monotonic()
    bench.arrays.sessions.evict(slow_id)
    bench.arrays.sessions.close(longest=0.5)
    assert time.monotonic() - begin < 5
    wait_until(lambda: quick.open_sessions == 0)
    leave.set()


def test_evicting_all_ends_every_session(bench: Bench) -> None:
    scripts = [Script(f"SN{number}") for number in range(20)]
    for script in scripts:
        ask(bench, bench.register(script))
    bench.arrays.sessions.evict_all()
    wait_until(lambda: not any(script.open_sessions for script in scripts))


def test_a_slow_array_does_not_delay_another(bench: Bench) -> None:
    slow, quick = Script(), Script("SN2")
    slow_id, quick_id = bench.register(slow), bench.register(quick)
    entered, leave, row = threading.Event(), threading.Event(), slow.storage

    def hang() -> Any:
        entered.set()
        leave.wait(30)
        return row

    slow.storage = hang
    thread = threading.Thread(target=ask, args=(bench, slow_id))
    thread.start()
    assert entered.wait(10)
    assert ask(bench, quick_id)["serial_number"] == "SN2"
    leave.set()
    thread.join(10)


def test_a_storage_that_is_being_removed_is_not_logged_in_to(bench: Bench) -> None:
    script = Script()
    storage_id = bench.register(script)
    with bench.database.writer() as session:
        storages.bury(session, storage_id)
    with (
        pytest.raises(exception.AccessInfoNotFound),
        bench.arrays.sessions.using(get_admin_context(), storage_id),
    ):
        pass
    assert script.asked["login"] == 0


def test_discovery_logs_out_whatever_happens(bench: Bench) -> None:
    script = Script()
    storage_id = bench.register(script)
    with bench.database.reader() as session:
        row = access_info.get(session, storage_id)
        access = {"vendor": "v", "model": "m", "rest": dict(row.rest or {})}
    found = bench.arrays.discover_storage(get_admin_context(), access)
    assert found["serial_number"] == "SN1"
    with pytest.raises(exception.StorageSerialNumberMismatch):
        bench.arrays.update_access_info(get_admin_context(), access, "SN2")
    script.storage = exception.BadResponse
    with pytest.raises(exception.BadResponse):
        bench.arrays.discover_storage(get_admin_context(), access)
    assert (script.asked["login"], script.asked["logout"]) == (3, 3)


def test_context_names_the_storage_during_a_call(bench: Bench) -> None:
    storage_id = bench.register(Script())
    context = get_admin_context()
    with bench.arrays.sessions.using(context, storage_id) as driver:
        assert context.storage_id == driver.storage_id == storage_id


@pytest.mark.parametrize(
    ("given", "query"),
    [
        ((), None),
        ((0, 0), None),
        ((5, None), {"begin_time": 5, "end_time": 2**53}),
        ((None, 9), {"begin_time": 0, "end_time": 9}),
    ],
)
def test_drivers_are_given_both_ends_of_a_time_range_or_none(
    bench: Bench, given: tuple[Any, ...], query: Any
) -> None:
    storage_id = bench.register(Script())
    assert bench.arrays.list_alerts(get_admin_context(), storage_id, *given) == [query]


def test_a_secret_that_cannot_be_opened_does_not_reach_the_array(bench: Bench) -> None:
    script = Script()
    storage_id = bench.register(script)
    with bench.database.writer() as session:
        session.execute(update(AccessInfo).values(rest={"port": 1, "password": "sealed:x"}))
    with pytest.raises(Exception, match="cannot be opened"):
        ask(bench, storage_id)
    assert script.asked["login"] == 0
