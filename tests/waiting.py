"""Waits for what can be observed, instead of for time to pass."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

T = TypeVar("T")
# Never set: a wait on it only lets others run.
_PAUSE = threading.Event()


def wait_until(condition: Callable[[], T | None], longest: float = 30.0) -> T:
    """What the condition returns as soon as it is true; fails after 'longest' seconds."""
    deadline = time.monotonic() + longest
    pause = 0.01
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {longest} s: {condition}")
        _PAUSE.wait(pause)
        # What takes long leaves the processor to what is waited for.
        pause = min(0.1, pause * 1.2)
    return found


def during(seconds: float, pause: float = 0.002) -> Iterator[None]:
    """Again and again for so long, letting others run in between, for 'pause' seconds."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        yield
        _PAUSE.wait(pause)
