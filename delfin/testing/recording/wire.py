"""Hands what is heard on the wire to the recorder of the array that it came from."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

from oslo_log import log

from delfin.common.constants import ACCESS_TYPE
from delfin.testing.recording import rest_tap, ssh_tap
from delfin.testing.recording.exchange import Exchange
from delfin.testing.recording.recorder import Recorder
from delfin.testing.recording.rest_tap import Address

LOG = log.getLogger(__name__)

_PORTS = {"rest": 443, "ssh": 22}


class Wire:
    """Taps requests and paramiko between '__enter__' and '__exit__'."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._recorders: dict[Address, list[Recorder]] = {}
        self._taps = ExitStack()

    def attach(self, recorder: Recorder, access: Mapping[str, Any]) -> None:
        """From now on the recorder hears the addresses of the access info."""
        with self._lock:
            for address in addresses(access):
                self._recorders.setdefault(address, []).append(recorder)

    def detach(self, recorder: Recorder) -> None:
        with self._lock:
            for recorders in self._recorders.values():
                if recorder in recorders:
                    recorders.remove(recorder)

    def _heard(self, address: Address, exchange: Exchange) -> None:
        with self._lock:
            recorders = tuple(self._recorders.get(address, ()))
        for recorder in recorders:
            try:
                recorder.hear(exchange)
            except Exception:  # noqa: BLE001 - a recording must never disturb what it listens to
                LOG.exception("an exchange could not be recorded in %s", recorder.folder)

    def open(self) -> None:
        self._taps.enter_context(rest_tap.tapped(self._heard))
        self._taps.enter_context(ssh_tap.tapped(self._heard))

    def close(self) -> None:
        self._taps.close()


@contextmanager
def opened() -> Iterator[Wire]:
    wire = Wire()
    wire.open()
    try:
        yield wire
    finally:
        wire.close()


def addresses(access: Mapping[str, Any]) -> set[Address]:
    """Where the array may be spoken to: by name, and by the addresses that the name has."""
    found: set[Address] = set()
    for kind in ACCESS_TYPE:
        block = access.get(kind)
        if not isinstance(block, Mapping) or not block.get("host"):
            continue
        host, port = str(block["host"]).lower(), int(block.get("port") or _PORTS.get(kind, 0))
        found.add((host, port))
        try:
            known = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            continue
        found |= {(str(address[0]), port) for *_, address in known}
    return found
