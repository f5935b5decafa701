"""A Redis server of our own that can be killed, frozen, and started again with nothing in it."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
from pathlib import Path

import redis

from tests.waiting import wait_until

BINARY = shutil.which("redis-server") or ""


class RedisProcess:
    """On a free port, the same one after each start; it keeps nothing on disk."""

    def __init__(
        self, folder: Path, *options: str, port_option: str = "--port", file: Path | None = None
    ) -> None:
        """`file` holds settings that the options do not have."""
        self.port = _free_port()
        self._folder = folder
        # The plain port is closed unless it is the one that is asked for.
        ports = ["--port", "0", port_option, str(self.port)]
        self._command = [BINARY, *([str(file)] if file else []), *ports, *options]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        """Returns once it listens."""
        with (self._folder / f"redis-{self.port}.log").open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
            )
        wait_until(self._listens)

    def kill(self) -> None:
        """What it held is gone."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def restart_empty(self) -> None:
        self.kill()
        self.start()

    def freeze(self) -> None:
        """It accepts connections and says nothing."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def client(self) -> redis.Redis:
        """For the stories themselves; to be closed."""
        return redis.Redis(port=self.port, protocol=2)

    def connections(self) -> int:
        """Clients that are connected, without the one that asks."""
        with self.client() as client:
            return len(client.client_list()) - 1

    def _listens(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, "redis-server did not start"
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
