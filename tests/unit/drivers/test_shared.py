"""One login for the storages behind a manager: who comes, who goes, and who hangs."""

from __future__ import annotations

import threading
from typing import Any, ClassVar

import pytest

from delfin import cryptor, exception
from delfin.context import get_admin_context
from delfin.drivers.shared import ManagerSessions, credentials
from tests.unit.scripted import ScriptedDriver
from tests.waiting import wait_until


class ManagerDriver(ScriptedDriver):
    """Notes what it is told; 'refused' makes a login fail."""

    shares_manager_session = True
    told: ClassVar[list[tuple[str, str]]] = []
    refused: ClassVar[bool] = False
    inside: ClassVar[threading.Semaphore] = threading.Semaphore(1)

    def __init__(self, **kwargs: Any) -> None:
        self.note("login", kwargs["storage_id"])
        if self.refused:
            raise exception.InvalidUsernameOrPassword

    def note(self, what: str, storage_id: str) -> None:
        self.told.append((what, storage_id))

    def add_storage(self, kwargs: dict[str, Any]) -> None:
        if kwargs.get("storage_name") == "unknown":
            raise exception.StorageBackendNotFound
        self.note("add", kwargs["storage_id"])

    def delete_storage(self, context: Any) -> None:
        self.note("give up", context.storage_id)

    def close_connection(self) -> None:
        self.note("logout", "")

    def get_storage(self, context: Any) -> Any:
        assert self.inside.acquire(blocking=False), "entered twice at once"
        try:
            return context.storage_id
        finally:
            self.inside.release()

    def clear_alert(self, context: Any, sequence_number: Any) -> Any:
        """Hangs until told otherwise; 'sequence_number' is two events."""
        entered, leave = sequence_number
        entered.set()
        assert leave.wait(30)


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ManagerDriver, "told", [])
    monkeypatch.setattr(ManagerDriver, "refused", False)


def access(storage_id: str, password: str = "pa55word", **more: Any) -> dict[str, Any]:
    rest = {"host": "h", "port": 1, "username": "u", "password": cryptor.encode(password)}
    return {"storage_id": storage_id, "rest": rest, "verify": False, **more}


def ask(driver: Any, storage_id: str) -> Any:
    return driver.get_storage(get_admin_context(storage_id=storage_id))


def test_the_first_logs_in_the_others_join_and_the_last_logs_out() -> None:
    sessions = ManagerSessions()
    one, two = (sessions.member("m", ManagerDriver, access(name)) for name in ("1", "2"))
    assert [ask(one, "1"), ask(two, "2")] == ["1", "2"]
    one.close_connection()  # type: ignore[attr-defined]
    one.close_connection()  # type: ignore[attr-defined]
    two.delete_storage(get_admin_context(storage_id="2"))
    assert ManagerDriver.told == [("login", "1"), ("add", "2"), ("give up", "1"), ("logout", "")]
    sessions.member("m", ManagerDriver, access("1"))
    assert ManagerDriver.told[-1] == ("login", "1")


def test_new_credentials_and_other_managers_have_sessions_of_their_own() -> None:
    sessions = ManagerSessions()
    sessions.member("m", ManagerDriver, access("1"))
    sessions.member("m", ManagerDriver, access("2", "new"))
    sessions.member("n", ManagerDriver, access("3"))
    assert [what for what, _ in ManagerDriver.told] == ["login", "login", "login"]
    assert credentials(access("1")) == credentials(access("2")) != credentials(access("1", "x"))


def test_calls_of_different_storages_take_turns() -> None:
    sessions = ManagerSessions()
    members = {name: sessions.member("m", ManagerDriver, access(name)) for name in "12345678"}
    answered: list[str] = []

    def ask_often(name: str) -> None:
        answered.extend(ask(members[name], name) for _ in range(50))

    threads = [threading.Thread(target=ask_often, args=(name,)) for name in members]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(answered) == sorted(50 * list(members))


def test_who_leaves_does_not_wait_for_a_call_that_hangs() -> None:
    sessions = ManagerSessions()
    one, two = (sessions.member("m", ManagerDriver, access(name)) for name in ("1", "2"))
    entered, leave = threading.Event(), threading.Event()
    hanging = threading.Thread(target=lambda: one.clear_alert(None, (entered, leave)))  # type: ignore[arg-type]
    hanging.start()
    assert entered.wait(30)
    two.close_connection()  # type: ignore[attr-defined]
    assert ("give up", "2") not in ManagerDriver.told, "that would be a second call at once"
    leave.set()
    hanging.join(30)
    ask(one, "1")
    wait_until(lambda: ("give up", "2") in ManagerDriver.told)


def test_the_last_one_cuts_a_call_that_hangs() -> None:
    one = ManagerSessions().member("m", ManagerDriver, access("1"))
    entered, leave = threading.Event(), threading.Event()
    hanging = threading.Thread(target=lambda: one.clear_alert(None, (entered, leave)))  # type: ignore[arg-type]
    hanging.start()
    assert entered.wait(30)
    one.close_connection()  # type: ignore[attr-defined]
    assert ManagerDriver.told[-1] == ("logout", "")
    leave.set()
    hanging.join(30)


def test_a_refused_password_is_tried_once_for_all_until_it_changes() -> None:
    sessions = ManagerSessions()
    ManagerDriver.refused = True
    for name in ("1", "2", "3"):
        with pytest.raises(exception.InvalidUsernameOrPassword):
            sessions.member("m", ManagerDriver, access(name))
    assert ManagerDriver.told == [("login", "1")]
    ManagerDriver.refused = False
    sessions.member("m", ManagerDriver, access("1", "new"))
    assert ManagerDriver.told == [("login", "1"), ("login", "1")]


def test_an_array_that_the_manager_does_not_know_disturbs_nobody() -> None:
    sessions = ManagerSessions()
    one = sessions.member("m", ManagerDriver, access("1"))
    with pytest.raises(exception.StorageBackendNotFound):
        sessions.member("m", ManagerDriver, access("2", storage_name="unknown"))
    assert ask(one, "1") == "1"
    one.close_connection()  # type: ignore[attr-defined]
    assert ManagerDriver.told[-1] == ("logout", "")
