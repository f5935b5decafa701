"""Whether an array lets delfin in: who may try a login, and what each outcome means for the state."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

from oslo_db import exception as db_exception
from oslo_log import log
from sqlalchemy.orm import Session

from delfin import exception
from delfin.common.constants import StorageStatus
from delfin.db import access_info, access_state, storages
from delfin.db.access_state import (
    CREDENTIALS_INVALID,
    OK,
    SESSION_LIMIT,
    TLS_FAILED,
    UNREACHABLE,
    AccessState,
    Known,
)
from delfin.db.session import AWAY, Database, retried
from delfin.drivers.session.limits import Call, Limits

LOG = log.getLogger(__name__)

# Arrays lock an account after three wrong passwords or more.
MOST_LOGINS = 2

# What an error says of the access as a whole. The first class that fits counts; other errors say
# nothing of it.
STATES: tuple[tuple[type[Exception], str], ...] = (
    (exception.InvalidUsernameOrPassword, CREDENTIALS_INVALID),
    (exception.InvalidCredential, CREDENTIALS_INVALID),
    (exception.InvalidPrivateKey, CREDENTIALS_INVALID),
    (exception.SSHNotFoundKnownHosts, TLS_FAILED),
    (exception.SSLCertificateFailed, TLS_FAILED),
    (exception.SSLHandshakeFailed, TLS_FAILED),
    (exception.StorageMaxUserCountException, SESSION_LIMIT),
    (exception.InvalidIpOrPort, UNREACHABLE),
    (exception.ConnectTimeout, UNREACHABLE),
    (exception.SSHConnectTimeout, UNREACHABLE),
    (exception.HTTPConnectionTimeout, UNREACHABLE),
    (exception.DriverCallTimeout, UNREACHABLE),
)


class Events(Protocol):
    """Who is told in the transaction that changes the state, and after it."""

    def failed(
        self, session: Session, storage_id: str, state: str, error_code: str, detail: str
    ) -> None:
        """There is no access, for the reason of the state; said once for each state."""

    def recovered(self, session: Session, storage_id: str) -> None:
        """It has again; said once, after 'failed'."""

    def committed(self) -> None:
        """What was said before is in the database."""


class Silence:
    """For a process whose access concerns nobody else."""

    def failed(
        self, session: Session, storage_id: str, state: str, error_code: str, detail: str
    ) -> None:
        """Nobody is told."""

    def recovered(self, session: Session, storage_id: str) -> None:
        """Likewise."""

    def committed(self) -> None:
        """Likewise."""


def state_of(error: BaseException, call: Call) -> str | None:
    """The state that an error of such a call stands for, or None."""
    if isinstance(error, exception.DriverCallTimeout) and call is not Call.LOGIN:
        # The array let us in: it is one request that takes too long.
        return None
    return next((state for kind, state in STATES if isinstance(error, kind)), None)


class Access:
    """The access state of arrays, as one process reads and writes it."""

    def __init__(self, database: Database, limits: Limits, events: Events) -> None:
        self._database = database
        self._limits = limits
        self._events = events

    def admit(self, known: Known | None, generation: int) -> None:
        """Let a call pass unless the array has refused the password.

        Raises:
            exception.InvalidUsernameOrPassword: It has, and says since when.
        """
        if (
            known is not None
            and known.state == CREDENTIALS_INVALID
            and known.generation == generation
        ):
            raise _refused(known.since)

    def claim_login(
        self, storage_id: str, generation: int, *, forced: bool, manager_key: str | None = None
    ) -> int:
        """The right to one login, among all processes; its mark, for 'login_failed'.

        Args:
            storage_id: The storage.
            generation: Of the access information that is about to be used.
            manager_key: The same for storages behind one manager: they have one account, so the
                tries of all of them count.
            forced: Also when the array has refused it before, within the rule of two.

        Raises:
            exception.InvalidUsernameOrPassword: The password was refused, or tried twice already.
            exception.StorageMaxUserCountException: The array had no free session a moment ago.
            exception.ArraySessionsInUse: Two others are logging in at this moment.
            exception.AccessInfoNotFound: The storage has just been removed.
        """

        def claim(row: AccessState, tries: set[int], now: int) -> int:
            if row.generation != generation:
                tries -= set(row.logins)
                row.generation, row.logins = generation, []
                if row.state == CREDENTIALS_INVALID:
                    access_state.set_state(row, OK, None, None)
            recent = [mark for mark in tries if mark > now - self._ms("login_window")]
            if row.state == CREDENTIALS_INVALID and not forced:
                raise _refused(row.since)
            if len(recent) >= MOST_LOGINS:
                raise self._tried_twice(row, min(recent), max(recent), now)
            wait = row.last_login + self._ms("session_limit_interval") - now
            if row.state == SESSION_LIMIT and wait > 0:
                raise exception.StorageMaxUserCountException(
                    f"since {_moment(row.since)}; the next try is in {wait / 1000:.0f} s"
                )
            # Two marks must differ.
            mark = max(now, *(m + 1 for m in recent)) if recent else now
            row.logins, row.last_login = [*(m for m in row.logins if m in recent), mark], now
            return mark

        @retried
        def attempt() -> int:
            with self._database.writer() as session:
                # Always in the same order: the others of the account claim as well.
                others = access_state.of_account(session, manager_key) if manager_key else []
                row = access_state.locked(session, storage_id)
                return claim(row, {mark for one in (row, *others) for mark in one.logins}, _now())

        try:
            return attempt()
        except db_exception.DBReferenceError:
            raise exception.AccessInfoNotFound(storage_id) from None

    def login_succeeded(self, storage_id: str) -> None:
        """The password is good: forget all tries with it; access works."""

        def good(session: Session) -> bool:
            row = access_state.locked(session, storage_id)
            row.logins = []
            return self._recover(session, row)

        self._change_with_session(storage_id, good)

    def login_failed(
        self, storage_id: str, generation: int, error: BaseException, mark: int
    ) -> None:
        """Take back the mark of a login that did not try the password out, and keep the state.

        'generation' is that of the access information which was used.
        """

        def note(row: AccessState) -> None:
            if state_of(error, Call.LOGIN) != CREDENTIALS_INVALID:
                row.logins = [other for other in row.logins if other != mark]

        self._failed(storage_id, generation, error, Call.LOGIN, note)

    def call_failed(
        self, storage_id: str, generation: int, error: BaseException, call: Call
    ) -> None:
        """Keep the state that an error of a call over an open session stands for, if any.

        'generation' is that of the access information which the session began with.
        """
        state = state_of(error, call)
        if state is None:
            return

        def note(row: AccessState) -> None:
            # The driver has tried to log in by itself, when its session had ended.
            if state == CREDENTIALS_INVALID:
                now = _now()
                marks = range(now, now + getattr(error, "tries", 1))
                row.logins = [*row.logins, *marks][-MOST_LOGINS:]
            if state in {CREDENTIALS_INVALID, SESSION_LIMIT}:
                row.last_login = _now()

        self._failed(storage_id, generation, error, call, note)

    def call_succeeded(self, storage_id: str, known: Known | None) -> None:
        """An answer means that access works; costs nothing while it worked before."""
        if known is None or known.state in {OK, CREDENTIALS_INVALID}:
            return

        def good(session: Session) -> bool:
            row = access_state.locked(session, storage_id)
            return row.state != CREDENTIALS_INVALID and self._recover(session, row)

        self._change_with_session(storage_id, good)

    def renewed(self, session: Session, storage_id: str, generation: int) -> None:
        """In the caller's transaction: the array has accepted new access information."""
        row = access_state.locked(session, storage_id)
        row.generation, row.logins = generation, []
        self._recover(session, row)

    def _recover(self, session: Session, row: AccessState) -> bool:
        """Whether somebody was told."""
        access_state.set_state(row, OK, None, None)
        if row.told is None:
            return False
        row.told = None
        self._events.recovered(session, row.storage_id)
        return True

    def _failed(
        self,
        storage_id: str,
        generation: int,
        error: BaseException,
        call: Call,
        note: Callable[[AccessState], None],
    ) -> None:
        """Keep what the error stands for, after 'note'; a refusal is one of all with that account.

        Or each process that has a session for one of them would find out by a try of its own.
        """

        def bad(session: Session) -> bool:
            used = access_info.get(session, storage_id)
            if used.generation != generation:
                # It was changed meanwhile, and nothing is known of what counts now.
                return False
            is_refusal = state_of(error, call) == CREDENTIALS_INVALID
            key = used.manager_key if is_refusal else None
            # In the order of a claim.
            others = access_state.of_account(session, key) if key else []
            row = access_state.locked(session, storage_id)
            note(row)
            rows = {one.storage_id: one for one in (row, *others)}.values()
            told = [self._fail(session, one, error, call) for one in rows]
            return any(told)

        self._change_with_session(storage_id, bad)

    def _fail(self, session: Session, row: AccessState, error: BaseException, call: Call) -> bool:
        """Whether somebody was told."""
        state = state_of(error, call)
        if state is None:
            return False
        now = _now()
        if row.state == CREDENTIALS_INVALID and state != CREDENTIALS_INVALID:
            # The password is as wrong as before, whatever came in between.
            row.next_probe = now + self._ms("probe_interval")
            return False
        code, text = type(error).__name__, str(error)
        access_state.set_state(row, state, code, text)
        pause = {UNREACHABLE: "unreachable_interval", SESSION_LIMIT: "session_limit_interval"}
        row.next_probe = now + self._ms(pause.get(state, "probe_interval"))
        if state == UNREACHABLE and not self._is_offline(row, now):
            return False
        if state == UNREACHABLE:
            storages.get(session, row.storage_id).status = StorageStatus.OFFLINE
        if row.told == state:
            return False
        row.told = state
        self._events.failed(session, row.storage_id, state, code, text)
        return True

    def _is_offline(self, row: AccessState, now: int) -> bool:
        longest = self._ms("unreachable_interval") * self._limits.offline_after
        return now - int(row.since.timestamp() * 1000) >= longest

    def _tried_twice(
        self, row: AccessState, first: int, last: int, now: int
    ) -> exception.DelfinException:
        longest_login = int(self._limits.timeouts[Call.LOGIN] * 1000)
        if row.state != CREDENTIALS_INVALID and now - last < longest_login:
            return exception.ArraySessionsInUse("two logins are under way")
        since = _moment(row.since) if row.state == CREDENTIALS_INVALID else None
        again = _moment(_datetime(first + self._ms("login_window")))
        refused = f"refused since {since}" if since else "tried twice without an answer"
        return exception.InvalidUsernameOrPassword(
            message=f"Invalid username or password, {refused}: two logins within the last "
            f"{self._limits.login_window:.0f} s; the next may be tried at {again}."
        )

    def _change_with_session(self, storage_id: str, change: Callable[[Session], bool]) -> None:
        """Never raises: an outcome that cannot be kept must not hide the outcome itself."""

        @retried
        def attempt() -> bool:
            with self._database.writer() as session:
                return change(session)

        try:
            was_told = attempt()
        except (
            db_exception.DBReferenceError,
            exception.StorageNotFound,
            exception.AccessInfoNotFound,
        ):
            LOG.debug("storage %s has been removed meanwhile", storage_id)
        except AWAY:
            LOG.exception("the access state of storage %s cannot be kept", storage_id)
        else:
            if was_told:
                self._events.committed()

    def _ms(self, name: str) -> int:
        return int(getattr(self._limits, name) * 1000)


def _refused(since: datetime) -> exception.InvalidUsernameOrPassword:
    return exception.InvalidUsernameOrPassword(
        message=f"Invalid username or password, refused since {_moment(since)}: no login is tried "
        "before the access information is changed or checked."
    )


def _moment(when: datetime) -> str:
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


def _datetime(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _now() -> int:
    return time.time_ns() // 1_000_000
