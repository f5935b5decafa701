"""What simulated arrays of all vendors share: two sockets, sessions, faults, counters."""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Self

from delfin.testing.simulated import faults
from delfin.testing.simulated.certificate import Certificate
from delfin.testing.simulated.control import Control
from delfin.testing.simulated.counters import Counters
from delfin.testing.simulated.server import Answer, Application, HttpServer, Request
from delfin.testing.simulated.sessions import Sessions


class SimulatedArray:
    """An HTTPS array to start with 'with' or 'start'; a vendor's array overrides the hooks.

    Port 0 takes any free port. The control port listens on loopback only, in plain HTTP, for
    orders from other processes; None leaves it out. Orders from the same process go to
    'faults', 'sessions' and 'counters'.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        control_port: int | None = 0,
        *,
        username: str = "admin",
        password: str = "Fake-Array-1",  # noqa: S107 - simulated arrays guard nothing
    ) -> None:
        self.faults = faults.Faults()
        self.sessions = Sessions(username, password)
        self.counters = Counters()
        self._certificate = Certificate(host)
        self._servers: list[HttpServer] = []
        self.host = host
        self.control_port: int | None = None
        try:
            self.port = self._listen(self, host, port, self._certificate.context)
            if control_port is not None:
                self.control_port = self._listen(Control(self), "127.0.0.1", control_port)
        except OSError:
            self.close()
            raise

    # What a vendor's array says.

    def answer(self, request: Request) -> Answer:
        """The array's answer to one request on its HTTPS socket."""
        raise NotImplementedError

    def endpoint(self, request: Request) -> str:
        """The word for what is asked, by which faults are aimed and requests counted."""
        return request.path.rsplit("/", 1)[-1]

    def serial(self, request: Request) -> str | None:
        """Which array is asked, where one simulator plays several."""
        del request
        return None

    def particulars(self) -> Iterable[str]:
        """What else whoever registers it must know, a line each."""
        return ()

    def order(self, request: Request) -> Answer | None:
        """The vendor's own commands on the control port; None when there is no such command."""
        del request
        return None

    # What the server asks.

    def enter(self, request: Request) -> AbstractContextManager[None]:
        return self.counters.request(self.endpoint(request))

    def fault(self, request: Request) -> faults.Fault | None:
        return self.faults.take(faults.IN_TRANSPORT, self.endpoint(request), self.serial(request))

    def connected(self) -> None:
        self.counters.connection()

    # What its user does.

    @property
    def certificate_path(self) -> Path:
        """A PEM file to trust for verifying the array."""
        return self._certificate.path

    def read_counters(self) -> dict[str, object]:
        return {**self.counters.read(), **self.sessions.read()}

    def reset_counters(self) -> None:
        self.counters.reset()
        self.sessions.reset_counters()

    def start(self) -> None:
        for server in self._servers:
            server.start()

    def close(self) -> None:
        """Lets go of every hanging request, closes both sockets and removes the certificate."""
        self.faults.clear()
        for server in self._servers:
            server.close()
        self._certificate.close()

    def _listen(
        self, application: Application, host: str, port: int, tls: ssl.SSLContext | None = None
    ) -> int:
        server = HttpServer(application, host, port, tls)
        self._servers.append(server)
        return int(server.server_port)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
