"""delfin-api, delfin-task or delfin-alert as a process of its own, with its workers."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import requests

from tests.service import warm
from tests.service.cluster.link import free_port
from tests.service.standalone.rest import Rest
from tests.waiting import wait_until

BIN = Path(sys.executable).parent
_STARTED_WITHIN = 60.0
_PORTS = {
    "delfin-api": "DELFIN_LISTEN_PORT",
    "delfin-task": "TASK_LISTEN_PORT",
    "delfin-alert": "ALERT_LISTEN_PORT",
}


class Daemon:
    """One daemon on one node; its processes are a group of their own, as under systemd."""

    def __init__(
        self,
        name: str,
        folder: Path,
        environment: Mapping[str, str],
        script: Path | None = None,
    ) -> None:
        """'name' is that of the console script; 'script' is run in its place."""
        self._script = BIN / name if script is None else Path(sys.executable)
        self._arguments = [] if script is None else [script]
        self.name = name
        self.port = free_port()
        self.rest = Rest(f"http://127.0.0.1:{self.port}")
        self.log = folder / f"{name}.log"
        self._file = folder / f"{name}.conf"
        self._file.touch()
        self._output = folder / f"{name}.output"
        self._environment = {
            **environment,
            "OS_DEFAULT__LOG_FILE": str(self.log),
            f"OS_DEFAULT__{_PORTS[name]}": str(self.port),
        }
        self._process: warm.Process | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def workers(self) -> set[int]:
        """The processes that it has started."""
        found: set[int] = set()
        for thread in Path(f"/proc/{self.pid}/task").iterdir():
            with contextlib.suppress(OSError):
                found |= {int(pid) for pid in (thread / "children").read_text().split()}
        return found

    def start(self) -> None:
        """Does not wait for it."""
        with self._output.open("ab") as output:
            self._process = warm.start(
                self._script,
                [*self._arguments, "--config-file", self._file],
                self._environment,
                output.fileno(),
            )

    def configure(self, text: str) -> None:
        """Writes its configuration file; what is in its environment counts more."""
        self._file.write_text(text)

    def alive(self) -> bool:
        return self._asked("/healthz")[0] == 200

    def missing(self) -> dict[str, str] | None:
        """What it says that it lacks, by name; None while it does not answer."""
        status, found = self._asked("/readyz")
        if not status:
            return None
        missing: dict[str, str] = found["missing"]
        assert (status == 200) is (found["ready"] is True) is (not missing)
        return missing

    def until_ready(self, longest: float = _STARTED_WITHIN) -> None:
        wait_until(lambda: self.missing() == {}, longest)

    def says(self, text: str) -> bool:
        return self.log.exists() and text in self.log.read_text()

    def send(self, number: signal.Signals) -> None:
        """To the main process, as systemd does."""
        os.kill(self.pid, number)

    def send_all(self, number: signal.Signals) -> None:
        """To every process of it."""
        os.killpg(self.pid, number)

    def stop(self) -> tuple[int, float]:
        """Exit status after SIGTERM, and the seconds that it took until no process was left."""
        began, workers = time.monotonic(), self.workers
        self.send(signal.SIGTERM)
        assert self._process is not None
        status = self._process.wait(30)
        wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in workers))
        return status, time.monotonic() - began

    def ending(self) -> str:
        """What it has logged since it was told to stop: which part took how long."""
        return self.log.read_text().partition("Caught SIGTERM")[2]

    def kill(self) -> None:
        """As a machine that loses power; of what was, nothing runs any more."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            self.send_all(signal.SIGKILL)
        self._process.wait(30)

    def _asked(self, path: str) -> tuple[int, Any]:
        assert self._process is not None
        assert self._process.poll() is None, self._output.read_text()
        try:
            answer = requests.get(self.rest.url + path, timeout=5)
        # The launcher listens before a worker is there to answer: on a busy machine that takes long.
        except (requests.ConnectionError, requests.Timeout):
            return 0, None
        return answer.status_code, answer.json()
