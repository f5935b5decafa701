"""One recording to be talked to: real sockets, an access info for the driver, faults on order."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from delfin import cryptor
from delfin.testing.recording import about as about_file
from delfin.testing.recording import exchange, hosts
from delfin.testing.recording.standins import HOST, PASSWORD, USER
from delfin.testing.replay import faults
from delfin.testing.replay.guard import SDK_TIMEOUTS, Guard, guarded, shortened
from delfin.testing.replay.http import http_server
from delfin.testing.replay.play import Play
from delfin.testing.replay.ssh import SshServer
from delfin.testing.replay.tape import Tape
from delfin.testing.simulated.certificate import Certificate

STORAGE_ID = "3f3f6b1e-0000-4000-8000-000000000000"
# How long a driver waits in vain while a fault is played, in seconds.
PATIENCE = 0.1


class Player:
    """Plays a recording from '__enter__' on; sockets to anywhere else are refused meanwhile.

    'ignored' names query parameters and members of JSON bodies that differ from run to run;
    'timeouts' are the dotted names of the driver's own time limits.
    """

    def __init__(
        self, folder: Path, *, ignored: Collection[str] = (), timeouts: Collection[str] = ()
    ) -> None:
        self.about = about_file.read(folder)
        self.play = Play(Tape(exchange.load(folder), ignored))
        self.guard = Guard()
        self._timeouts = (*SDK_TIMEOUTS, *timeouts)
        self._things = ExitStack()
        self._ports: dict[str, int] = {}
        self._certificates: dict[str, str] = {}
        # The other hosts, by their stand-ins.
        self._others: dict[str, SshServer] = {}

    @property
    def faults(self) -> tuple[str, ...]:
        """Those that the array's access types can have."""
        return faults.possible(self.about.access)

    def access(self) -> dict[str, Any]:
        """What delfin would hand to the driver; a new dict each time."""
        vendor, model = self.about.driver.split()
        login = {"host": "127.0.0.1", "username": USER}
        blocks = {
            name: {**login, "port": port, "password": cryptor.encode(PASSWORD)}
            for name, port in self._ports.items()
        }
        trusted = "trusted" if self.play.fault != faults.TLS_ERROR else "other"
        return {
            "storage_id": STORAGE_ID,
            "vendor": vendor,
            "model": model,
            "storage_name": self.about.storage_name or None,
            **blocks,
            "extra_attributes": hosts.shown(
                self.about.extra_attributes,
                {n: f"{o.host}:{o.port} {o.fingerprint}" for n, o in self._others.items()},
            ),
            "verify": self._certificates.get(trusted, False),
        }

    def connect(self, driver: type[Any]) -> Any:
        """A new driver, which gets the first answers; raises what its constructor raises."""
        self.play.tape.rewind()
        return driver(**self.access())

    def fail(self, fault: str | None) -> None:
        """From now on the array has this fault, or none any more."""
        self.play.fault = fault
        rest = {self._ports.get("rest")} if fault == faults.SSH_AWAY else set()
        away = fault in {faults.CONNECT_TIMEOUT, faults.SSH_AWAY}
        self.guard.dead = set(self.guard.ports) - rest if away else ()
        slow = away or fault == faults.READ_TIMEOUT
        self.guard.longest = PATIENCE if slow else None
        self.play.released.clear()
        self.play.repeats.clear()

    def release(self) -> None:
        """Whoever hangs on the array is let go."""
        self.play.released.set()

    def told(self, text: str) -> str:
        """A text without this replay's port, for comparisons."""
        for port in self._ports.values():
            text = text.replace(f"127.0.0.1:{port}", HOST)
        return text.replace("127.0.0.1", HOST)

    def shortened(self) -> Any:
        """A context manager in which the driver's time limits are short."""
        return shortened(self._timeouts, PATIENCE)

    def __enter__(self) -> Self:
        with ExitStack() as opening:
            if "rest" in self.about.access:
                shown, other = Certificate("127.0.0.1"), Certificate("127.0.0.1")
                opening.callback(shown.close)
                opening.callback(other.close)
                self._certificates = {"trusted": str(shown.path), "other": str(other.path)}
                server = http_server(self.play, shown.context)
                opening.callback(server.close)
                server.start()
                self._ports["rest"] = int(server.server_port)
            if "ssh" in self.about.access:
                self._ports["ssh"] = self._ssh(opening, "").port
                for name in hosts.named(self.about.extra_attributes):
                    self._others[name] = self._ssh(opening, name)
            opening.callback(self.release)
            others = (one.port for one in self._others.values())
            self.guard.ports = {*self._ports.values(), *others}
            opening.enter_context(guarded(self.guard))
            self._things = opening.pop_all()
        return self

    def _ssh(self, opening: ExitStack, name: str) -> SshServer:
        server = SshServer(self.play, name)
        opening.callback(server.close)
        server.start()
        return server

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._things.close()
