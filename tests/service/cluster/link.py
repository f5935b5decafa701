"""The network between daemons and a server: it can break every connection and refuse new ones."""

from __future__ import annotations

import contextlib
import itertools
import os
import socket
import threading
from types import TracebackType
from typing import Self

# Below the ports that systems give to clients: while nobody listens, nobody else gets it either.
_PORTS = range(20_000, 30_000)
# One after the other, so that none is given twice; other runs of these tests begin elsewhere.
_NEXT = itertools.count(os.getpid() * 211)


def free_port() -> int:
    """A port that nobody listens on, and that no client gets by chance."""
    for number in itertools.islice(_NEXT, len(_PORTS)):
        port = _PORTS[number % len(_PORTS)]
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no free port found")


class Link:
    """Passes on what comes to its own port, always the same one, while it is up."""

    def __init__(
        self, to_port: int, *, to_host: str = "127.0.0.1", host: str = "127.0.0.1", port: int = 0
    ) -> None:
        self.port = port or free_port()
        self._host = host
        self.to_port = to_port
        self._to_host = to_host
        self._guard = threading.Lock()
        self._listening: socket.socket | None = None
        self._ends: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []

    def up(self) -> None:
        if self._listening is None:
            self._listening = socket.create_server((self._host, self.port))
            self._start(self._accept, self._listening)

    def down(self) -> None:
        """Connections break, and new ones are refused, as when the server has died."""
        with self._guard:
            listening, self._listening = self._listening, None
            ends, self._ends = self._ends, set()
        if listening is not None:
            _end(listening)
            listening.close()
        for one in ends:
            _end(one)

    def __enter__(self) -> Self:
        self.up()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.down()
        for thread in self._threads:
            thread.join(10)

    def _start(self, target: object, *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)  # type: ignore[arg-type] # each its own
        self._threads.append(thread)
        thread.start()

    def _accept(self, listening: socket.socket) -> None:
        while True:
            try:
                here, _ = listening.accept()
            except OSError:
                return
            try:
                there = socket.create_connection((self._to_host, self.to_port))
            except OSError:
                here.close()
                continue
            with self._guard:
                is_up = self._listening is listening
                if is_up:
                    self._ends |= {here, there}
            if not is_up:
                here.close()
                there.close()
                return
            still_open = threading.Semaphore(1)
            self._start(self._pump, here, there, still_open)
            self._start(self._pump, there, here, still_open)

    def _pump(
        self, one: socket.socket, other: socket.socket, still_open: threading.Semaphore
    ) -> None:
        with contextlib.suppress(OSError):
            while data := one.recv(65536):
                other.sendall(data)
        _end(one)
        _end(other)
        if still_open.acquire(blocking=False):
            return
        # The second of the two that ends closes both.
        with self._guard:
            self._ends -= {one, other}
        one.close()
        other.close()


def _end(one: socket.socket) -> None:
    """Wakes whoever waits on the socket; closing it would not."""
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
