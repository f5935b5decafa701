"""How a faulty answer takes its time, without outliving the server or its client."""

from __future__ import annotations

import select
import socket
import threading
from io import BufferedIOBase

from delfin.testing.simulated.faults import Fault

_LOOK = 0.05


def hold(connection: socket.socket, released: threading.Event, stopping: threading.Event) -> None:
    """Says nothing until the fault is cancelled, the server stops or the client leaves."""
    watch = select.poll()
    # A client that waits for an answer sends nothing: whatever arrives is its goodbye.
    watch.register(connection.fileno(), select.POLLIN | select.POLLHUP | select.POLLERR)
    while not stopping.is_set() and not watch.poll(0):
        if released.wait(_LOOK):
            return


def trickle(out: BufferedIOBase, body: bytes, fault: Fault, stopping: threading.Event) -> None:
    """Sends 'fault.chunk' bytes every 'fault.interval' seconds; the rest at once if cancelled."""
    sent = 0
    while sent < len(body) and not fault.cancelled.is_set() and not stopping.is_set():
        out.write(body[sent : sent + fault.chunk])
        out.flush()
        sent += fault.chunk
        fault.cancelled.wait(fault.interval)
    out.write(body[sent:])
