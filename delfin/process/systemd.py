"""Tells systemd that a process is ready and alive, where systemd has asked for it."""

from __future__ import annotations

import contextlib
import os
import socket
from dataclasses import dataclass

_SOCKET, _WATCHDOG, _ITS_PID = "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"


@dataclass(frozen=True)
class Systemd:
    """Where systemd listens, and after how many seconds of silence it gives a service up.

    Without systemd, or when it does not want to know, both are empty and nothing is sent.
    """

    address: str = ""
    patience: float | None = None

    @classmethod
    def taken_from_environment(cls) -> Systemd:
        """Takes the variables away: the launcher would say that we are ready before a worker is."""
        address, patience = os.environ.pop(_SOCKET, ""), os.environ.pop(_WATCHDOG, "")
        os.environ.pop(_ITS_PID, None)
        return cls(address, int(patience) / 1e6 if patience.isdecimal() else None)

    def ready(self) -> None:
        self._send(b"READY=1")

    def alive(self) -> None:
        if self.patience is not None:
            self._send(b"WATCHDOG=1")

    def _send(self, message: bytes) -> None:
        if not self.address:
            return
        address = f"\0{self.address[1:]}" if self.address.startswith("@") else self.address
        with (
            contextlib.suppress(OSError),
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel,
        ):
            # A full queue must not hold up the loop that says that it is alive.
            channel.setblocking(False)
            channel.sendto(message, address)
