"""What makes a process be replaced, and what does not."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from oslo_config import cfg

from delfin.process import watchdog as watchdog_module
from delfin.process.pulse import Pulse
from delfin.process.watchdog import Watchdog, resident_memory
from delfin.service import register_options
from tests.conftest import make_conf


@pytest.fixture
def conf(tmp_path: Path) -> cfg.ConfigOpts:
    conf = make_conf(tmp_path, "sqlite://")
    register_options(conf)
    conf.set_override("stuck_time", 0.5, "watchdog")
    return conf


@pytest.fixture
def replaced() -> threading.Event:
    return threading.Event()


def watching(conf: cfg.ConfigOpts, replaced: threading.Event, **more: object) -> Iterator[Watchdog]:
    watchdog = Watchdog(conf, replace=replaced.set, **more)  # type: ignore[arg-type] # in the stories
    watchdog.start()
    yield watchdog
    watchdog.stop()
    watchdog.wait()


def test_a_loop_that_comes_round_no_more_is_found(
    conf: cfg.ConfigOpts, replaced: threading.Event
) -> None:
    good, stuck = Pulse("heartbeat"), Pulse("job dispatch")
    good.beat(pause=600)
    stuck.beat()
    for watchdog in watching(conf, replaced, pulses=[good, stuck]):
        assert replaced.wait(10)
        assert watchdog.reason.startswith("its job dispatch is stuck")


def test_loops_that_wait_have_not_begun_or_have_ended_are_not_stuck(conf: cfg.ConfigOpts) -> None:
    waiting, new, ended = Pulse("a"), Pulse("b"), Pulse("c")
    waiting.beat(pause=600)
    ended.beat(pause=-600)
    watchdog = Watchdog(conf, [waiting, new, ended], lambda: None)
    assert "c is stuck" in watchdog.complaint()
    ended.end()
    assert not watchdog.complaint()


def test_a_process_that_was_frozen_is_not_to_blame(conf: cfg.ConfigOpts) -> None:
    pulse = Pulse("heartbeat")
    pulse.beat(pause=-100)
    watchdog = Watchdog(conf, [pulse], lambda: None)
    assert not watchdog.complaint(asleep=100.0)
    assert watchdog.complaint(asleep=10.0)


def test_one_thread_too_many_that_hangs_is_found(
    conf: cfg.ConfigOpts, replaced: threading.Event
) -> None:
    conf.set_override("stuck_threads", 2, "watchdog")
    hung = [2]
    for watchdog in watching(conf, replaced, pulses=[], stuck_threads=lambda: hung[0]):
        assert not replaced.wait(0.4)
        hung[0] = 3
        assert replaced.wait(10)
        assert watchdog.reason.startswith("3 of its threads hang")


def test_memory_over_the_limit_counts_when_it_stays_there(
    conf: cfg.ConfigOpts, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert 10 * 2**20 < resident_memory() < 2**34
    conf.set_override("memory_limit", 1000, "watchdog")
    used = iter([1001, 1001, 999, 1001, 1001, 1001, 1001])
    monkeypatch.setattr(watchdog_module, "resident_memory", lambda: next(used) * 2**20)
    watchdog = Watchdog(conf, [], lambda: None)
    found = [watchdog.complaint() for _ in range(6)]
    assert not any(found[:5])
    assert found[5] == "it uses 1001 MiB of memory"
    conf.set_override("memory_limit", 0, "watchdog")
    assert not watchdog.complaint()


# A process whose interpreter is held by a library, or whose end hangs.
STORY = """
import ctypes, sys, time, threading
from oslo_config import cfg
from delfin.conf import opts
from delfin.process.watchdog import Watchdog
from delfin.process.pulse import Pulse
from delfin.service import register_options, select_backend
select_backend()
conf = cfg.ConfigOpts()
opts.register(conf)
register_options(conf)
conf([])
conf.set_override("stuck_time", 0.5, "watchdog")
conf.set_override("graceful_shutdown_timeout", 1)
pulse = Pulse("job dispatch")
watchdog = Watchdog(conf, [pulse], lambda: None, cuts_off=True)
watchdog.start()
if sys.argv[1] == "holds":
    ctypes.PyDLL(None).sleep(60)
else:
    pulse.beat()
    threading.Event().wait(60)
"""


@pytest.mark.parametrize(
    ("how", "told"), [("holds", "Timeout"), ("hangs at its end", "job dispatch")]
)
def test_a_process_that_cannot_even_end_is_cut_off(how: str, told: str) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", STORY, how],
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert told in done.stderr
