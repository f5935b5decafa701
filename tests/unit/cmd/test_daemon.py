"""How a daemon's processes end."""

from __future__ import annotations

import signal
import subprocess
import sys

# A launcher whose interpreter takes longer to end than the service may take to stop.
STORY = """
import contextlib, os, time
from delfin.service import register_options, select_backend
select_backend()
from oslo_config import cfg
from delfin.cmd import daemon
from delfin.process.systemd import Systemd

class Told:
    def start(self):
        print("started", flush=True)

    def stop(self):
        print("stopped", flush=True)

    def wait(self):
        pass

class Lasting:
    def __init__(self):
        self.launcher = os.getpid()

    def __del__(self):
        if os.getpid() == self.launcher:
            time.sleep(1.5)
            print("over", flush=True)

@contextlib.contextmanager
def build(systemd):
    yield [Told()]

conf = cfg.ConfigOpts()
register_options(conf)
conf([])
conf.set_override("graceful_shutdown_timeout", 1)
lasting = Lasting()
raise SystemExit(daemon.launch(conf, build, 1))
"""


def test_who_has_stopped_in_time_is_not_killed_for_how_long_the_interpreter_ends() -> None:
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", STORY],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "started\n"
        running.send_signal(signal.SIGTERM)
        assert running.stdout.read().splitlines() == ["stopped", "over"]
        assert running.wait(20) == 0
