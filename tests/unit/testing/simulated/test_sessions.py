"""Sign-in, expiry and limits of simulated arrays."""

from __future__ import annotations

import pytest

from delfin.testing.simulated.sessions import BadCredentials, SessionLimit, Sessions


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sessions(clock: Clock) -> Sessions:
    return Sessions("user", "secret", limit=2, lifetime=60, clock=clock)


@pytest.mark.parametrize(
    ("username", "password"), [("user", "wrong"), ("other", "secret"), ("", ""), ("user", "ß")]
)
def test_wrong_credentials_are_counted(sessions: Sessions, username: str, password: str) -> None:
    with pytest.raises(BadCredentials):
        sessions.sign_in(username, password)
    assert (sessions.logins, sessions.failed_logins, sessions.open) == (0, 1, 0)


def test_a_session_ends_with_sign_out(sessions: Sessions) -> None:
    token = sessions.sign_in("user", "secret", "tag").token
    found = sessions.find(token)
    assert found is not None
    assert found.tag == "tag"
    assert sessions.sign_out(token)
    assert not sessions.sign_out(token)
    assert sessions.find(token) is None
    assert (sessions.logins, sessions.logouts, sessions.open) == (1, 1, 0)


def test_a_session_ends_without_use(sessions: Sessions, clock: Clock) -> None:
    used, unused = (sessions.sign_in("user", "secret").token for _ in range(2))
    clock.now = 50
    assert sessions.find(used)
    clock.now = 100
    assert sessions.find(used)
    assert sessions.find(unused) is None
    assert sessions.read()["expired_sessions"] == 1


def test_a_look_does_not_keep_a_session_alive(sessions: Sessions, clock: Clock) -> None:
    token = sessions.sign_in("user", "secret").token
    clock.now = 50
    assert sessions.peek(token)
    clock.now = 61
    assert sessions.find(token) is None


def test_the_limit_counts_open_sessions_only(sessions: Sessions, clock: Clock) -> None:
    sessions.sign_in("user", "secret")
    sessions.sign_in("user", "secret")
    with pytest.raises(SessionLimit):
        sessions.sign_in("user", "secret")
    clock.now = 61
    sessions.sign_in("user", "secret")
    assert (sessions.logins, sessions.refused_logins, sessions.open) == (3, 1, 1)


def test_a_new_password_throws_everybody_out(sessions: Sessions) -> None:
    token = sessions.sign_in("user", "secret").token
    sessions.change_password("new")
    assert sessions.find(token) is None
    with pytest.raises(BadCredentials):
        sessions.sign_in("user", "secret")
    assert sessions.sign_in("user", "new").token


def test_sessions_are_counted_by_the_password_they_came_with() -> None:
    sessions = Sessions("admin", "first")
    old = sessions.sign_in("admin", "first")
    sessions.change_password("second", keep=True)
    new = sessions.sign_in("admin", "second")
    assert sessions.open_by_generation() == {1: 1, 2: 1}
    assert sessions.find(old.token) is old
    assert sessions.last_request[1] == old.last_used
    assert 2 not in sessions.last_request
    sessions.sign_out(old.token)
    assert sessions.open_by_generation() == {2: 1}
    assert sessions.read()["max_open_sessions"] == 2
    sessions.change_password("third")
    assert sessions.find(new.token) is None
