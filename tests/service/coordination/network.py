"""The network between a process and its server: it can drop everything without saying so."""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
from types import TracebackType
from typing import Self


class Network:
    """Passes on what comes to its own port; while it is cut, connections stay open and are mute."""

    def __init__(self, port: int) -> None:
        self._to = ("127.0.0.1", port)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listening, selectors.EVENT_READ)
        self._other_end: dict[socket.socket, socket.socket] = {}
        self._passes = threading.Event()
        self._passes.set()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, daemon=True)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def cut(self) -> None:
        self._passes.clear()

    def mend(self) -> None:
        """What was sent meanwhile arrives late, as it does after a partition."""
        self._passes.set()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stopping = True
        self._passes.set()
        self._thread.join(10)
        for one in [self._listening, *self._other_end]:
            one.close()
        self._selector.close()

    def _run(self) -> None:
        while not self._stopping:
            ready = self._selector.select(0.05)
            self._passes.wait()
            for key, _ in ready:
                one = key.fileobj
                assert isinstance(one, socket.socket)
                if one is self._listening:
                    self._accept()
                elif one in self._other_end:
                    self._pass_on(one)

    def _accept(self) -> None:
        here, _ = self._listening.accept()
        try:
            there = socket.create_connection(self._to)
        except OSError:
            here.close()
            return
        for one, other in ((here, there), (there, here)):
            self._other_end[one] = other
            self._selector.register(one, selectors.EVENT_READ)

    def _pass_on(self, one: socket.socket) -> None:
        other = self._other_end[one]
        data = b""
        with contextlib.suppress(OSError):
            data = one.recv(65536)
            other.sendall(data)
        if not data:
            for end in (one, other):
                self._selector.unregister(end)
                del self._other_end[end]
                end.close()
