"""Who may sign in to a simulated array, and who is signed in."""

from __future__ import annotations

import hmac
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass


class BadCredentials(Exception):  # noqa: N818 - named for the answer it becomes
    """The user name or the password is wrong."""


class SessionLimit(Exception):  # noqa: N818 - named for the answer it becomes
    """As many sessions as the array allows are open."""


@dataclass
class Session:
    """One signed-in client; 'tag' is free for the array, for instance which array it is on.

    'generation' tells with which of the account's passwords it signed in, counted from 1.
    """

    token: str
    tag: str
    last_used: float
    generation: int = 1


class Sessions:
    """One account, and tokens that end after 'lifetime' seconds without use.

    'username', 'limit' and 'lifetime' may be set at any time.
    """

    def __init__(
        self,
        username: str,
        password: str,
        *,
        limit: int = 64,
        lifetime: float = 1800.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.username = username
        self.limit = limit
        self.lifetime = lifetime
        self._password = password
        self._clock = clock
        self._lock = threading.Lock()
        self._open: dict[str, Session] = {}
        self.generation = 1
        self.reset_counters()

    def reset_counters(self) -> None:
        """Starts counting again; open sessions stay open."""
        self.logins = 0
        self.failed_logins = 0
        self.refused_logins = 0
        self.logouts = 0
        self.expired = 0
        self.max_open = len(self._open)
        self.last_request: dict[int, float] = {}

    def sign_in(self, username: str, password: str, tag: str = "") -> Session:
        """A new session; raises BadCredentials or SessionLimit."""
        with self._lock:
            self._prune()
            if not self.knows(username, password):
                self.failed_logins += 1
                raise BadCredentials
            if len(self._open) >= self.limit:
                self.refused_logins += 1
                raise SessionLimit
            self.logins += 1
            session = Session(secrets.token_hex(24), tag, self._clock(), self.generation)
            self._open[session.token] = session
            self.max_open = max(self.max_open, len(self._open))
            return session

    def knows(self, username: str, password: str) -> bool:
        """Whether the account is so; both are compared in any case, so the time tells nothing."""
        return _equal(username, self.username) & _equal(password, self._password)

    def find(self, token: str) -> Session | None:
        """The session of the token, if it is still good; finding it keeps it alive."""
        with self._lock:
            self._prune()
            session = self._open.get(token)
            if session is not None:
                session.last_used = self._clock()
                self.last_request[session.generation] = session.last_used
            return session

    def peek(self, token: str) -> Session | None:
        """The same without keeping it alive."""
        with self._lock:
            return self._open.get(token)

    def sign_out(self, token: str) -> bool:
        """Whether there was such a session."""
        with self._lock:
            self._prune()
            if self._open.pop(token, None) is None:
                return False
            self.logouts += 1
            return True

    def change_password(self, password: str, *, keep: bool = False) -> None:
        """Only the new password is good from now on; who is signed in is thrown out, or kept."""
        with self._lock:
            self._password = password
            self.generation += 1
        if not keep:
            self.expire_all()

    def open_by_generation(self) -> dict[int, int]:
        """How many are signed in with which of the account's passwords."""
        with self._lock:
            self._prune()
            return dict(Counter(session.generation for session in self._open.values()))

    def expire_all(self) -> int:
        """Ends every session as time would; how many there were."""
        with self._lock:
            ended = len(self._open)
            self.expired += ended
            self._open.clear()
            return ended

    @property
    def open(self) -> int:
        with self._lock:
            self._prune()
            return len(self._open)

    def read(self) -> dict[str, object]:
        return {
            "open_sessions": self.open,
            "max_open_sessions": self.max_open,
            "logins": self.logins,
            "failed_logins": self.failed_logins,
            "refused_logins": self.refused_logins,
            "logouts": self.logouts,
            "expired_sessions": self.expired,
        }

    def _prune(self) -> None:
        oldest = self._clock() - self.lifetime
        for token in [t for t, session in self._open.items() if session.last_used < oldest]:
            del self._open[token]
            self.expired += 1


def _equal(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode(), wanted.encode())
