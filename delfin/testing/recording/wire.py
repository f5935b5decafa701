"""Hands what is heard on the wire to the recorder of the array that it came from."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any

from oslo_log import log

from delfin.common.constants import ACCESS_TYPE
from delfin.testing.recording import hosts, rest_tap, sftp_tap, ssh_tap
from delfin.testing.recording.exchange import Exchange
from delfin.testing.recording.recorder import Recorder
from delfin.testing.recording.rest_tap import Address

LOG = log.getLogger(__name__)

_PORTS = {"rest": 443, "ssh": 22}


class Wire:
    """Taps requests and paramiko between '__enter__' and '__exit__'."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # With the stand-in of the host where that is not the first.
        self._recorders: dict[Address, list[tuple[Recorder, str]]] = {}
        self._taps = ExitStack()

    def attach(self, recorder: Recorder, access: Mapping[str, Any]) -> None:
        """From now on the recorder hears the addresses of the access info, and of its other hosts."""
        first = addresses(access)
        found = dict.fromkeys(first, "")
        for (host, port), stand_in in hosts.others(access.get("extra_attributes") or {}).items():
            found |= dict.fromkeys(_known(host, port) - first, stand_in)
        with self._lock:
            for address, host in found.items():
                self._recorders.setdefault(address, []).append((recorder, host))

    def detach(self, recorder: Recorder) -> None:
        with self._lock:
            for address, recorders in self._recorders.items():
                self._recorders[address] = [one for one in recorders if one[0] is not recorder]

    def _heard(self, address: Address, exchange: Exchange) -> None:
        with self._lock:
            recorders = tuple(self._recorders.get(address, ()))
        for recorder, host in recorders:
            # Of other hosts the files are recorded.
            if host and exchange.channel != "sftp":
                continue
            try:
                asked = {**exchange.asked, "host": host} if host else exchange.asked
                recorder.hear(replace(exchange, asked=asked))
            except Exception:  # noqa: BLE001 - a recording must never disturb what it listens to
                LOG.exception("an exchange could not be recorded in %s", recorder.folder)

    def open(self) -> None:
        self._taps.enter_context(rest_tap.tapped(self._heard))
        self._taps.enter_context(ssh_tap.tapped(self._heard))
        self._taps.enter_context(sftp_tap.tapped(self._heard))

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
        found |= _known(str(block["host"]).lower(), int(block.get("port") or _PORTS.get(kind, 0)))
    return found


def _known(host: str, port: int) -> set[Address]:
    try:
        known = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        known = []
    return {(host, port), *((str(address[0]), port) for *_, address in known)}
