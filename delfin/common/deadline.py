"""When the work at hand must be over: set around a call, read by those who wait during it.

The session manager sets it around each call of a driver; `RestClient`, `SSHPool` and the kit keep
to it. It belongs to the thread (and its `contextvars` context): a driver that hands work to
threads of its own starts them with `contextvars.copy_context().run`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from delfin import exception

_OVER = "The time allowed for this call is over."
_TOO_SHORT = "The time allowed for this call is too short."
_END: ContextVar[float | None] = ContextVar("delfin_deadline", default=None)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """The block has so many seconds, or what is left of an outer block if that is less."""
    end, outer = time.monotonic() + seconds, _END.get()
    token = _END.set(end if outer is None else min(end, outer))
    try:
        yield
    finally:
        _END.reset(token)


def left() -> float | None:
    """Seconds until the deadline, below zero when it has passed; None without one."""
    end = _END.get()
    return None if end is None else end - time.monotonic()


def bounded(timeout: float) -> float:
    """How long one step may wait: 'timeout' seconds, or less when the deadline comes first.

    Raises ConnectTimeout when it has passed.
    """
    remaining = left()
    if remaining is None:
        return timeout
    if remaining <= 0:
        raise exception.ConnectTimeout(message=_OVER)
    return min(timeout, remaining)


def pause(seconds: float) -> None:
    """Sleep, if there is time for it; raises ConnectTimeout at once when there is not."""
    if bounded(seconds) < seconds:
        raise exception.ConnectTimeout(message=_TOO_SHORT)
    time.sleep(seconds)


def is_over(error: BaseException) -> bool:
    """Whether an error says no more than that the deadline has come."""
    return isinstance(error, exception.ConnectTimeout) and error.msg in {_OVER, _TOO_SHORT}
