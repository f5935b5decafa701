"""A deadline set around a call is known to everything that waits during it."""

from __future__ import annotations

import threading
import time

import pytest

from delfin import exception
from delfin.common import deadline


def test_without_a_deadline_a_step_may_take_its_own_time() -> None:
    assert deadline.left() is None
    assert deadline.bounded(30.0) == 30.0


def test_a_step_gets_what_is_left() -> None:
    with deadline.within(5.0):
        assert 0 < deadline.bounded(30.0) <= 5.0
        assert deadline.bounded(1.0) == 1.0
    assert deadline.left() is None


def test_an_inner_block_cannot_extend_the_outer_one() -> None:
    with deadline.within(5.0), deadline.within(60.0):
        assert deadline.bounded(30.0) <= 5.0
    with deadline.within(60.0):
        with deadline.within(5.0):
            assert deadline.bounded(30.0) <= 5.0
        assert deadline.bounded(30.0) == 30.0


def test_no_step_begins_after_the_deadline() -> None:
    with deadline.within(-1.0):
        assert (deadline.left() or 0.0) < 0
        with pytest.raises(exception.ConnectTimeout, match="is over"):
            deadline.bounded(30.0)
        with pytest.raises(exception.ConnectTimeout):
            deadline.pause(0.0)


def test_a_pause_that_does_not_fit_is_not_begun() -> None:
    start = time.monotonic()
    with deadline.within(20.0), pytest.raises(exception.ConnectTimeout, match="too short"):
        deadline.pause(60.0)
    assert time.monotonic() - start < 20


def test_a_pause_that_fits_is_made() -> None:
    start = time.monotonic()
    with deadline.within(20.0):
        deadline.pause(0.02)
    assert time.monotonic() - start >= 0.02


def test_the_deadline_is_the_threads_own() -> None:
    seen = []
    with deadline.within(5.0):
        other = threading.Thread(target=lambda: seen.append(deadline.left()))
        other.start()
        other.join()
    assert seen == [None]
