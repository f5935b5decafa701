"""Each fault replayed under each method: which error is right, and that it comes in time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from delfin import exception
from delfin.testing.conformance import secrets
from delfin.testing.conformance.reading import (
    COLLECT,
    LIST_ALERTS,
    captured_log,
    context_for,
    log_out,
    metrics_of,
)
from delfin.testing.conformance.subject import Subject
from delfin.testing.replay import faults
from delfin.testing.replay.player import STORAGE_ID, Player

Classes = tuple[type[BaseException], ...]

_NO_WAY = (
    exception.InvalidIpOrPort,
    exception.ConnectTimeout,
    exception.HTTPConnectionTimeout,
    exception.SSHConnectTimeout,
)
_REFUSED = (exception.InvalidUsernameOrPassword, exception.InvalidCredential)
_NONSENSE = (
    exception.InvalidResults,
    exception.BadResponse,
    exception.StorageBackendException,
)
# What the rest of delfin needs to hear. 'jobs/outcome.py' says what each class leads to: no way
# there is tried again later, a refusal waits for a person, nonsense keeps the rows of before.
RIGHT: dict[str, Classes] = {
    faults.CONNECT_TIMEOUT: _NO_WAY,
    faults.SSH_AWAY: (exception.StorageBackendException, *_NO_WAY),
    faults.READ_TIMEOUT: (exception.StorageBackendException, *_NO_WAY[1:]),
    faults.TLS_ERROR: (exception.SSLCertificateFailed, exception.SSLHandshakeFailed),
    faults.UNAUTHORIZED: (*_REFUSED, exception.NotAuthorized),
    faults.FORBIDDEN: (*_REFUSED, exception.NotAuthorized),
    faults.SERVER_ERROR: (exception.StorageBackendException, exception.BadResponse),
    faults.HTML: _NONSENSE,
    faults.CUT_BODY: _NONSENSE,
    faults.NO_BODY: _NONSENSE,
    faults.LOGIN_REFUSED: _REFUSED,
    faults.CUT_TEXT: (*_NONSENSE, exception.SSHException, *_NO_WAY[1:]),
    faults.HALF_TEXT: (exception.DelfinException,),
}
# These are there before the driver logs in: an open connection would hide them.
_FROM_THE_START = (faults.CONNECT_TIMEOUT, faults.TLS_ERROR, faults.LOGIN_REFUSED)
# A bad password locks an account, so it is tried at most so often.
_TRIES = 2
_DEADLINE = 15.0


@dataclass
class Attempt:
    """How a call ended: with a value, with an error, or not at all."""

    value: Any = None
    error: BaseException | None = None
    late: bool = False


# Who was asked, and what is wrong with the answer.
Finding = tuple[str, str]


def findings(subject: Subject, fault: str) -> list[str]:
    """What is wrong with the driver's answers to one fault; nothing for a fault it cannot meet."""
    with subject.player() as player, player.shortened():
        if fault not in player.faults:
            return []
        with captured_log() as log:
            trial = _Trial(subject, player, fault)
            found = trial.construct()
            for name, call in _calls(subject, player.about.window):
                found += trial.call(name, call)
        told = _folded(found)
        told += secrets.text_findings("the log", log.getvalue())
        told += [f"the driver connected to {stray}" for stray in player.guard.strays[:1]]
        return [f"{fault}: {text}" for text in told]


def _folded(found: list[Finding]) -> list[str]:
    """The same finding about many methods is told once."""
    by_text: dict[str, list[str]] = {}
    for name, text in found:
        by_text.setdefault(text, []).append(name)
    return [
        f"{', '.join(names[:3])}{f' and {len(names) - 3} more' if names[3:] else ''} {text}"
        for text, names in by_text.items()
    ]


class _Trial:
    """One fault, under one method after the other, each with a driver of its own."""

    def __init__(self, subject: Subject, player: Player, fault: str) -> None:
        self._subject, self._player, self._fault = subject, player, fault
        other = subject.questions.other_errors.get(fault)
        self._right: Classes = (other[0],) if other else RIGHT[fault]
        # Whoever may not log in must not be asked for the next kind: each try counts.
        login = _REFUSED if fault == faults.UNAUTHORIZED else self._right
        self._right_at_login: Classes = (other[0],) if other else login

    def construct(self) -> list[Finding]:
        """The fault meets the constructor; one that asks nothing of the array never notices."""
        player, name = self._player, "the constructor"
        player.fail(self._fault)
        before = self._contacts()
        attempt = within(lambda: player.connect(self._subject.driver), player.release)
        tries = max(player.play.logins, player.play.most_repeated())
        # What does without a part of the array may go on without it.
        needed = self._fault != faults.SSH_AWAY and self._contacts()[0] > before[0]
        met = needed or attempt.error is not None
        player.fail(None)
        if attempt.error is None and not attempt.late:
            log_out(attempt.value)
        found = self._judge(name, attempt, met=met, right=self._right_at_login)
        if self._fault in {faults.UNAUTHORIZED, faults.LOGIN_REFUSED} and tries > _TRIES:
            found.append((name, f"tried the same login {tries} times"))
        return found

    def call(self, name: str, call: Callable[[Any], Any]) -> list[Finding]:
        player = self._player
        early = self._fault in _FROM_THE_START
        if early:
            player.fail(self._fault)
        before = self._contacts()
        made = within(lambda: player.connect(self._subject.driver), player.release)
        if made.error is not None or made.late:
            player.fail(None)
            # With the fault there already, 'construct' has told it.
            return [] if early else [(name, f"could not be tried: {made.error!r}")]
        if not early:
            player.fail(self._fault)
            before = self._contacts()
        attempt = within(lambda: call(made.value), player.release)
        met = self._has_met(before)
        player.fail(None)
        log_out(made.value)
        return self._judge(name, attempt, met=met, right=self._right)

    def _has_met(self, before: tuple[int, int]) -> bool:
        """Whether the method went a way that has the fault: an array may have several."""
        there, elsewhere = self._contacts()
        # The array does not see who ends the connection because of its certificate.
        unseen = self._fault == faults.TLS_ERROR and elsewhere == before[1]
        return there > before[0] or unseen

    def _contacts(self) -> tuple[int, int]:
        """How often the fault was met, as far as that is seen, and the array asked elsewhere."""
        play, guard = self._player.play, self._player.guard
        asked = sum(play.asked[channel] for channel in faults.channels(self._fault))
        met = {
            faults.CONNECT_TIMEOUT: guard.vain,
            faults.SSH_AWAY: guard.vain,
            faults.LOGIN_REFUSED: play.logins,
        }
        return met.get(self._fault, asked), play.asked.total() - asked

    def _judge(self, name: str, attempt: Attempt, *, met: bool, right: Classes) -> list[Finding]:
        if attempt.late:
            late = f"did not give up within {_DEADLINE:.0f} s: name the driver's own time limits"
            return [(name, f"{late} in 'timeouts', so that they are short here")]
        if self._player.guard.endless:
            self._player.guard.endless = False
            return [(name, "waits for the array without a time limit")]
        return [(name, text) for text in self._problems(attempt, right)] if met else []

    def _problems(self, attempt: Attempt, right: Classes) -> list[str]:
        error, wanted = attempt.error, " or ".join(kind.__name__ for kind in right)
        if error is not None:
            found = secrets.error_findings("raised an error that", error)
            if not isinstance(error, right):
                found.append(f"raised {type(error).__name__} ({error}), want {wanted}")
            return found
        if attempt.value is None:
            return ["returned None"]
        # A text without structure may end anywhere, so what it says is believed.
        half = self._fault == faults.HALF_TEXT
        return [] if half else [f"went on as if nothing had happened, want {wanted}"]


def within(call: Callable[[], Any], release: Callable[[], None]) -> Attempt:
    """The call in a thread of its own; 'release' lets it go when it takes too long."""
    attempt = Attempt()

    def run() -> None:
        try:
            attempt.value = call()
        except BaseException as error:  # noqa: BLE001 - whatever a driver raises is judged
            attempt.error = error

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(_DEADLINE)
    if thread.is_alive():
        release()
        thread.join(_DEADLINE)
        return Attempt(late=True)
    release()
    return attempt


def _calls(subject: Subject, window: Any) -> list[tuple[str, Callable[[Any], Any]]]:
    """The methods that answered well without a fault, and asked the array for it."""
    reading = subject.reading
    wanted = metrics_of(reading.capabilities)
    names = ["get_storage", *(kind.lister for kind in reading.kinds()), LIST_ALERTS]
    skipped = reading.unsupported | reading.silent | reading.failures.keys()

    def asking(name: str, *arguments: Any) -> Callable[[Any], Any]:
        return lambda driver: getattr(driver, name)(context_for(driver.storage_id), *arguments)

    calls = [(name, asking(name)) for name in names if name not in skipped]
    if wanted and window and COLLECT not in skipped:
        calls.append((COLLECT, asking(COLLECT, STORAGE_ID, wanted, *window)))
    return calls
