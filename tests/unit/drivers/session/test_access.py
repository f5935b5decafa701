"""What errors say of the access to an array, and how often a password is tried in the cluster."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from sqlalchemy import update

from delfin import exception
from delfin.context import get_admin_context
from delfin.db import storages
from delfin.db.access_state import AccessState
from delfin.drivers.api import DriverAPI
from delfin.drivers.session.access import state_of
from delfin.drivers.session.limits import Call, Tier
from tests.unit.drivers.session.conftest import Processes, ask
from tests.unit.scripted import Script, password_must_be


def check(arrays: DriverAPI, storage_id: str) -> Any:
    return arrays.check_access(get_admin_context(), storage_id)


def test_a_refused_password_fails_at_once_everywhere_and_says_since_when(
    processes: Processes,
) -> None:
    script = Script()
    storage_id = processes.bench.register(script, "wrong")
    script.login = password_must_be("right")
    one, other = processes.start(), processes.start()
    with pytest.raises(exception.InvalidUsernameOrPassword):
        ask(one, storage_id)
    since = processes.state(storage_id).since.strftime("%Y-%m-%dT%H:%M:%SZ")
    for process in (one, other, one):
        with pytest.raises(exception.InvalidUsernameOrPassword, match=f"since {since}"):
            ask(process, storage_id)
    assert script.asked["login"] == 1
    assert processes.state(storage_id).state == "credentials_invalid"
    assert processes.told.words == ["failed"]
    assert "wrong" not in repr(processes.told.said)


def test_all_processes_together_try_a_password_twice(processes: Processes) -> None:
    """However they race, also by hand."""
    script = Script()
    storage_id = processes.bench.register(script, "wrong")
    script.login = password_must_be("right")
    start = threading.Barrier(6)
    refused: list[BaseException] = []
    tiers = (Tier.TASK, Tier.API) * 3
    started = [processes.start(tier=tier, sessions=3) for tier in tiers]

    def insist(process: DriverAPI) -> None:
        start.wait(20)
        for attempt in (ask, check, check):
            try:
                attempt(process, storage_id)
            except exception.DelfinException as error:
                refused.append(error)

    threads = [threading.Thread(target=insist, args=(process,)) for process in started]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(refused) == 18
    assert script.asked["login"] == 2
    with pytest.raises(exception.InvalidUsernameOrPassword, match="next may be tried at 20"):
        check(started[0], storage_id)


def test_a_check_by_hand_finds_that_the_password_is_good_again(processes: Processes) -> None:
    script = Script()
    storage_id = processes.bench.register(script, "pa55")
    script.login = password_must_be("other")
    process = processes.start()
    with pytest.raises(exception.InvalidUsernameOrPassword):
        ask(process, storage_id)
    script.login = password_must_be("pa55")
    check(process, storage_id)
    assert processes.state(storage_id).state == "ok"
    assert processes.told.words == ["failed", "recovered"]
    ask(processes.start(), storage_id)


def test_the_window_opens_again(processes: Processes) -> None:
    script = Script()
    storage_id = processes.bench.register(script, "wrong")
    script.login = password_must_be("right")
    process = processes.start(login_window=3600.0)
    for attempt in (ask, check, check):
        with pytest.raises(exception.InvalidUsernameOrPassword):
            attempt(process, storage_id)
    assert script.asked["login"] == 2
    later = processes.start(login_window=0.001)
    with pytest.raises(exception.InvalidUsernameOrPassword):
        check(later, storage_id)
    assert script.asked["login"] == 3


def test_a_changed_password_is_tried_at_once(processes: Processes) -> None:
    script = Script()
    storage_id = processes.bench.register(script, "wrong")
    script.login = password_must_be("right")
    process = processes.start()
    for attempt in (ask, check):
        with pytest.raises(exception.InvalidUsernameOrPassword):
            attempt(process, storage_id)
    processes.change_password(storage_id, "right")
    ask(process, storage_id)
    assert processes.told.words == ["failed", "recovered"]
    assert script.asked["login"] == 3


def test_what_the_old_password_is_told_says_nothing_of_the_new_one(processes: Processes) -> None:
    """A call or a login under way when it was changed."""
    script = Script()
    storage_id = processes.bench.register(script, "old")
    process, row = processes.start(), script.storage

    def refused(_access: object = None) -> None:
        script.storage, script.login = row, password_must_be("new")
        processes.change_password(storage_id, "new")
        raise exception.InvalidUsernameOrPassword

    script.login = refused
    with pytest.raises(exception.InvalidUsernameOrPassword):
        ask(process, storage_id)
    ask(process, storage_id)
    script.storage = refused
    with pytest.raises(exception.InvalidUsernameOrPassword):
        ask(process, storage_id)
    ask(process, storage_id)
    assert processes.told.words == []
    assert processes.state(storage_id).state == "ok"


def test_logins_that_fail_for_another_reason_do_not_count(processes: Processes) -> None:
    script = Script()
    storage_id = processes.bench.register(script)
    process = processes.start()

    def broken(_: object) -> None:
        raise exception.BadResponse

    script.login = broken
    for _ in range(4):
        with pytest.raises(exception.BadResponse):
            ask(process, storage_id)
    assert script.asked["login"] == 4
    assert processes.state(storage_id).state == "ok"


def test_a_drivers_own_login_that_is_refused_counts(processes: Processes) -> None:
    script = Script()
    storage_id = processes.bench.register(script)
    process = processes.start()
    ask(process, storage_id)
    script.listings["list_volumes"] = exception.InvalidUsernameOrPassword()
    with pytest.raises(exception.InvalidUsernameOrPassword):
        process.list_volumes(get_admin_context(), storage_id)  # type: ignore[attr-defined] # made from the catalog
    state = processes.state(storage_id)
    assert (state.state, len(state.logins)) == ("credentials_invalid", 1)
    with pytest.raises(exception.InvalidUsernameOrPassword, match="since"):
        ask(process, storage_id)


def test_no_free_session_at_the_array(processes: Processes) -> None:
    """One attempt in an interval, whoever asks."""
    script = Script()
    storage_id = processes.bench.register(script)

    def full(_: object) -> None:
        raise exception.StorageMaxUserCountException("5 of 5")

    script.login = full
    one, other = processes.start(), processes.start()
    for process, attempt in ((one, ask), (other, ask), (other, check), (one, check)):
        with pytest.raises(exception.StorageMaxUserCountException):
            attempt(process, storage_id)
    assert script.asked["login"] == 1
    assert processes.state(storage_id).state == "session_limit"
    assert processes.told.words == ["failed"]
    script.login = lambda _: None
    ask(processes.start(session_limit_interval=0.0), storage_id)
    assert processes.told.words == ["failed", "recovered"]


def test_an_array_that_stays_away_is_offline_after_a_while(processes: Processes) -> None:
    script = Script()
    storage_id = processes.bench.register(script)

    def away(_: object) -> None:
        raise exception.InvalidIpOrPort

    script.login = away
    patient, strict = processes.start(), processes.start(unreachable_interval=0.0)

    def status() -> str | None:
        with processes.bench.database.reader() as session:
            return storages.get(session, storage_id).status

    for _ in range(3):
        with pytest.raises(exception.InvalidIpOrPort):
            ask(patient, storage_id)
    assert (processes.state(storage_id).state, status()) == ("unreachable", "normal")
    assert processes.told.words == []
    for _ in range(3):
        with pytest.raises(exception.InvalidIpOrPort):
            ask(strict, storage_id)
    assert (status(), processes.told.words) == ("offline", ["failed"])
    script.login = lambda _: None
    ask(patient, storage_id)
    assert processes.state(storage_id).state == "ok"
    assert processes.told.words == ["failed", "recovered"]


def test_a_short_absence_alarms_nobody(processes: Processes) -> None:
    script = Script()
    storage_id = processes.bench.register(script)
    process = processes.start()
    ask(process, storage_id)
    row, script.storage = script.storage, exception.ConnectTimeout
    with pytest.raises(exception.ConnectTimeout):
        ask(process, storage_id)
    assert processes.state(storage_id).state == "unreachable"
    script.storage = row
    ask(process, storage_id)
    assert (processes.state(storage_id).state, processes.told.words) == ("ok", [])
    assert script.asked["login"] == 1, "the session outlived it"


def test_a_wrong_password_stays_wrong_while_the_array_is_away(processes: Processes) -> None:
    script = Script()
    storage_id = processes.bench.register(script, "wrong")
    script.login = password_must_be("right")
    process = processes.start()
    with pytest.raises(exception.InvalidUsernameOrPassword):
        ask(process, storage_id)

    def away(_: object) -> None:
        raise exception.InvalidIpOrPort

    script.login = away
    with pytest.raises(exception.InvalidIpOrPort):
        check(process, storage_id)
    assert processes.state(storage_id).state == "credentials_invalid"


@pytest.mark.parametrize(
    ("error", "call", "state"),
    [
        (exception.SSLCertificateFailed(), Call.LOGIN, "tls_failed"),
        (exception.SSHNotFoundKnownHosts("h"), Call.LOGIN, "tls_failed"),
        (exception.DriverCallTimeout("x", "1"), Call.LOGIN, "unreachable"),
        (exception.DriverCallTimeout("x", "1"), Call.LIST, None),
        (exception.NotAuthorized(), Call.LIST, None),
        (KeyError(), Call.LIST, None),
    ],
    ids=str,
)
def test_table(error: Exception, call: Call, state: str | None) -> None:
    assert state_of(error, call) == state


def test_a_login_whose_process_died_counts_as_tried(processes: Processes) -> None:
    """Nobody knows what the array made of it."""
    script = Script()
    storage_id = processes.bench.register(script, "wrong")
    script.login = password_must_be("right")
    process = processes.start()
    for _ in range(2):
        process.sessions.access.claim_login(storage_id, 1, forced=False)
    with pytest.raises(exception.ArraySessionsInUse, match="under way"):
        ask(process, storage_id)
    with processes.bench.database.writer() as session:
        early = [mark - 120_000 for mark in processes.state(storage_id).logins]
        session.execute(update(AccessState).values(logins=early))
    with pytest.raises(exception.InvalidUsernameOrPassword, match="tried twice"):
        ask(process, storage_id)
    assert script.asked["login"] == 0


def test_a_driver_that_finds_no_session_by_itself_is_not_asked_again(processes: Processes) -> None:
    script = Script()
    storage_id = processes.bench.register(script)
    process = processes.start()
    ask(process, storage_id)
    row, script.storage = script.storage, exception.StorageMaxUserCountException("5 of 5")
    for _ in range(3):
        with pytest.raises(exception.StorageMaxUserCountException):
            ask(process, storage_id)
    assert script.asked["get_storage"] == 2, "the first of the story, and one that was refused"
    assert script.asked["login"] == 1
    script.storage = row
