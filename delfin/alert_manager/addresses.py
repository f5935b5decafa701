"""Addresses as text that compares equal when they are; names are looked up in the background."""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Callable, Iterable

from oslo_log import log

LOG = log.getLogger(__name__)

# How often a name is looked up again (s).
_EVERY = 60.0


def canonical(text: str) -> str | None:
    """The one spelling of an address, IPv4 within IPv6 unwrapped; None when it is none."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)


class Names:
    """The addresses of host names, as far as they are known; one that hangs delays nobody."""

    def __init__(self, changed: Callable[[], None]) -> None:
        """'changed' is called when an answer differs from the one before."""
        self._changed = changed
        self._guard = threading.Condition()
        self._known: dict[str, frozenset[str]] = {}
        self._wanted: set[str] = set()
        self._stopping = False

    def start(self) -> None:
        # A resolver may hang; that must not keep the process alive.
        threading.Thread(target=self._run, name="trap-names", daemon=True).start()

    def stop(self) -> None:
        with self._guard:
            self._stopping = True
            self._guard.notify()

    def addresses(self, hosts: Iterable[str]) -> frozenset[str]:
        """The addresses of hosts, each an address or a name."""
        found: set[str] = set()
        for host in hosts:
            address = canonical(host)
            if address is not None:
                found.add(address)
                continue
            with self._guard:
                found |= self._known.get(host, frozenset())
                if host not in self._wanted:
                    self._wanted.add(host)
                    self._guard.notify()
        return frozenset(found)

    def _run(self) -> None:
        while True:
            with self._guard:
                if not self._wanted - self._known.keys():
                    self._guard.wait(_EVERY)
                if self._stopping:
                    return
                names = sorted(self._wanted, key=lambda name: name in self._known)
            for name in names:
                self._look_up(name)

    def _look_up(self, name: str) -> None:
        try:
            answers = socket.getaddrinfo(name, None, type=socket.SOCK_DGRAM)
        except (OSError, UnicodeError) as error:
            LOG.debug("%s cannot be looked up: %s", name, error)
            with self._guard:
                # What was known stays: the name server may only be away.
                self._known.setdefault(name, frozenset())
            return
        found = frozenset(filter(None, (canonical(str(answer[4][0])) for answer in answers)))
        with self._guard:
            before = self._known.get(name)
            self._known[name] = found
        if found != before:
            self._changed()
