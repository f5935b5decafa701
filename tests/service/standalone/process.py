"""delfin-standalone as a process of its own: start it, kill it, start it again, read what it leaves."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.service import warm
from tests.service.backend import chosen_backend
from tests.service.standalone.rest import Rest
from tests.waiting import wait_until

BIN = Path(sys.executable).parent
# A day in these stories is short.
QUICK = {
    "OS_JOBS__POLL_INTERVAL": "1",
    "OS_JOBS__RETRY_DELAY": "0.2",
    "OS_JOBS__RETRY_LONGEST_DELAY": "0.5",
    "OS_JOBS__RETRY_LIMIT": "1000",
    "OS_JOBS__LEASE_TIME": "5",
    "OS_SYNC__DOUBT_TIME": "0.5",
    # Nothing is done by itself, unless the story is about it.
    "OS_SCHEDULES__FREQUENT_INTERVAL": "0",
    "OS_SCHEDULES__INVENTORY_INTERVAL": "0",
    "OS_SCHEDULES__ALERT_INTERVAL": "0",
    "OS_REPORTS__INTERVAL": "0",
    "OS_TELEMETRY__COLLECT_BY_DEFAULT": "false",
    "OS_SCHEDULES__POLL_INTERVAL": "0.5",
    "OS_STORAGE_DRIVER__SESSION_LIMIT_INTERVAL": "0.5",
    # The stories about alerts ask for it; the others count jobs, and requests to an array.
    "OS_ALERTS__SYNC_AFTER_INVENTORY": "false",
}


class Delfin:
    """One installation: a state folder, its settings as environment variables, at most one process."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.state = folder / "state"
        self.database = self.state / "delfin.db"
        self.log = folder / "delfin.log"
        self.rest = Rest("")
        self._output = folder / "output"
        self._file = folder / "delfin.conf"
        self._file.touch()
        self._environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("OS_", "DELFIN_"))},
            **chosen_backend(),
            "OS_DEFAULT__STATE_PATH": str(self.state),
            "OS_DEFAULT__DELFIN_LISTEN_PORT": "0",
            "OS_DEFAULT__DEBUG": "true",
            "OS_DEFAULT__LOG_FILE": str(self.log),
            **QUICK,
            **settings,
        }
        self._process: warm.Process | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Returns when it answers."""
        with self._output.open("wb") as output:
            self._process = self._launched(output.fileno())
        wait_until(self._announced, 60)
        self.rest.url = self._output.read_text().split()[4]
        assert self.rest.get("/v1/").status == 200

    def start_with(self, output: int) -> warm.Process:
        """The process, which may not answer yet, with a file descriptor for all that it prints."""
        self._process = self._launched(output)
        return self._process

    def another(self, output: int) -> warm.Process:
        """A second process with the same settings; whoever asks for it waits for its end."""
        return self._launched(output)

    def configure(self, text: str) -> None:
        """Writes the configuration file; what is in the environment counts more."""
        self._file.write_text(text)

    def wait(self, longest: float) -> int:
        """The exit status, once it has ended by itself."""
        assert self._process is not None
        return self._process.wait(longest)

    def send(self, number: signal.Signals) -> None:
        assert self._process is not None
        os.kill(self._process.pid, number)

    def kill(self) -> None:
        """As `kill -9` does."""
        self._ended(signal.SIGKILL)

    def stop(self) -> tuple[int, float]:
        """Exit status after SIGTERM, and the seconds that it took."""
        began = time.monotonic()
        return self._ended(signal.SIGTERM), time.monotonic() - began

    def close(self) -> None:
        """Nothing of it runs any more, whatever happened."""
        if self._process is not None and self._process.poll() is None:
            self.kill()

    def restart(self) -> None:
        status, _ = self.stop()
        assert status == 0
        self.start()

    def manage(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A run of delfin-manage with the same settings; it must succeed."""
        done = subprocess.run(
            [BIN / "delfin-manage", "--config-file", self._file, *words],
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done
        return done

    def _launched(self, output: int) -> warm.Process:
        return warm.start(
            BIN / "delfin-standalone", ["--config-file", self._file], self._environment, output
        )

    def _announced(self) -> bool:
        assert self._process is not None
        said = self._output.read_text()
        assert self._process.poll() is None, said
        return said.startswith("delfin is ready at ") and "\n" in said

    def _ended(self, how: signal.Signals) -> int:
        self.send(how)
        assert self._process is not None
        return self._process.wait(30)
