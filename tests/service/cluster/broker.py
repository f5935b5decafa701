"""A RabbitMQ node of our own, on free ports; nothing of it is left behind."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path

from tests.service.cluster.link import free_port
from tests.waiting import wait_until

# What Debian's wrapper of it starts, after it has changed the user.
BINARY = shutil.which("rabbitmq-server", path="/usr/lib/rabbitmq/bin") or ""
_STARTED_WITHIN = 120.0


class Broker:
    """The user guest, from this machine only, has all of it."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "plugins").write_text("[].\n")
        (folder / "rabbitmq.conf").touch()

    def start(self) -> None:
        """Returns once it serves."""
        with (self._folder / "output").open("ab") as output:
            self._process = subprocess.Popen(
                [BINARY],
                cwd=self._folder,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        wait_until(self._serves, _STARTED_WITHIN)

    def kill(self) -> None:
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def remove(self) -> None:
        """For good, with what the message library has counted of the nodes that used it."""
        self.kill()
        for counted in Path("/dev/shm").glob(f"*-{self.port}_*_qmanager"):
            counted.unlink(missing_ok=True)

    def _environment(self) -> dict[str, str]:
        distribution = free_port()
        # Its own port instead of the port mapper of this machine, which would outlive it.
        erlang = f"-start_epmd false -erl_epmd_port {distribution}"
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self._folder),
            "RABBITMQ_NODENAME": f"delfin-{self.port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(distribution),
            "RABBITMQ_MNESIA_BASE": str(self._folder / "data"),
            "RABBITMQ_LOG_BASE": str(self._folder / "log"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self._folder / "plugins"),
            "RABBITMQ_CONFIG_FILE": str(self._folder / "rabbitmq"),
            "RABBITMQ_CONF_ENV_FILE": os.devnull,
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": erlang,
        }

    def _serves(self) -> bool:
        assert self._process is not None
        said = (self._folder / "output").read_text(errors="replace")
        assert self._process.poll() is None, said
        with socket.socket() as probe:
            listens = probe.connect_ex(("127.0.0.1", self.port)) == 0
        return listens and "Starting broker... completed" in said
