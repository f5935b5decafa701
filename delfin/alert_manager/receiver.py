"""The socket that traps arrive at: takes datagrams, and leaves everything else to others."""

from __future__ import annotations

import os
import selectors
import socket
import struct
import threading
import time
from pathlib import Path

from oslo_log import log

from delfin.alert_manager.addresses import canonical
from delfin.alert_manager.counters import RECEIVED, Counters
from delfin.alert_manager.snmp.reasons import KERNEL_DROPPED
from delfin.alert_manager.sources import Sources
from delfin.alert_manager.waiting import STRANGERS, Datagram, WaitingRoom

LOG = log.getLogger(__name__)

_LARGEST = 65_535
# Linux's numbers; Python names only some of them.
_SO_RCVBUFFORCE, _IP_PKTINFO = 33, 8
_DROPS_EVERY = 1.0
# Datagrams after which a stop and the kernel's drops are looked at.
_AT_ONCE = 10_000
# Datagrams that are still read from the socket when the receiver stops.
_LEFT_AT_MOST = 100_000


def open_socket(address: str, port: int, buffer: int) -> socket.socket:
    """A bound socket; '::' hears IPv4 as well, and stands for 0.0.0.0 where there is no IPv6.

    Raises:
        OSError: The port is taken, or may not be used.
    """
    if address == "::" and not _has_ipv6():
        address = "0.0.0.0"  # noqa: S104 - what the operator asked for, as far as there is any
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    made = socket.socket(family, socket.SOCK_DGRAM)
    try:
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(address != "::"))
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
        else:
            made.setsockopt(socket.IPPROTO_IP, _IP_PKTINFO, 1)
        # While a process is replaced, the old and the new one both listen.
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        try:
            # More than net.core.rmem_max, which needs CAP_NET_ADMIN.
            made.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, buffer)
        except PermissionError:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        made.bind((address, port))
    except BaseException:
        made.close()
        raise
    return made


def _has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


class Receiver:
    """A thread that empties the socket into the waiting room."""

    def __init__(
        self, bound: socket.socket, sources: Sources, room: WaitingRoom, counters: Counters
    ) -> None:
        self._socket = bound
        self._sources = sources
        self._room = room
        self._counters = counters
        self._stopping = threading.Event()
        # Wakes the thread, which otherwise waits for the next datagram.
        self._bell, self._woken = socket.socketpair()
        self._looked_at = 0.0
        self._canonical: dict[str, str] = {}
        self._thread = threading.Thread(target=self._run, name="trap-receiver", daemon=True)

    @property
    def port(self) -> int:
        return int(self._socket.getsockname()[1])

    def start(self) -> None:
        self._socket.setblocking(False)
        self._thread.start()
        LOG.info("Traps are received on port %d", self.port)

    def stop(self) -> None:
        self._stopping.set()
        self._bell.send(b"!")

    def wait(self) -> None:
        if self._thread.is_alive():
            self._thread.join()
        for one in (self._socket, self._bell, self._woken):
            one.close()

    def answer(self, datagram: Datagram, data: bytes) -> None:
        """Send something back, from the address that the datagram was sent to."""
        ancillary = [] if datagram.local is None else [datagram.local]
        try:
            self._socket.sendmsg([data], ancillary, 0, datagram.peer)
        except OSError as error:
            LOG.debug("%s cannot be answered: %s", datagram.address, error)

    def _run(self) -> None:
        with selectors.DefaultSelector() as waiting:
            for one in (self._socket, self._woken):
                waiting.register(one, selectors.EVENT_READ)
            while not self._stopping.is_set():
                waiting.select(_DROPS_EVERY)
                self._read(_AT_ONCE)
                self._count_drops()
        # What the kernel has taken already is not given up.
        self._read(_LEFT_AT_MOST)
        self._count_drops()

    def _read(self, most: int) -> None:
        """Take what there is, up to so many datagrams."""
        for _ in range(most):
            try:
                data, ancillary, _flags, peer = self._socket.recvmsg(_LARGEST, 64)
            except BlockingIOError:
                return
            except OSError:
                # A report of the network about something we sent; the socket goes on.
                self._stopping.wait(0.01)
                continue
            try:
                self._take(data, ancillary, peer)
            except Exception:  # the loop's edge: the next datagram has to be received
                LOG.exception("A datagram could not be taken")

    def _take(
        self, data: bytes, ancillary: list[tuple[int, int, bytes]], peer: tuple[object, ...]
    ) -> None:
        self._counters.add(RECEIVED)
        address = self._canonical_of(str(peer[0]))
        known = address in self._sources.index.by_address
        now = time.time_ns() // 1_000_000
        self._room.put(
            address if known else STRANGERS, Datagram(data, address, peer, now, _local(ancillary))
        )

    def _canonical_of(self, text: str) -> str:
        known = self._canonical.get(text)
        if known is None:
            if len(self._canonical) > 10_000:
                self._canonical.clear()
            known = self._canonical[text] = canonical(text) or text
        return known

    def _count_drops(self) -> None:
        """Not with each datagram: the kernel's table has a line for every socket of the node."""
        now = time.monotonic()
        if now - self._looked_at < _DROPS_EVERY and not self._stopping.is_set():
            return
        self._looked_at = now
        self._counters.set(KERNEL_DROPPED, kernel_drops(self._socket))


def _local(ancillary: list[tuple[int, int, bytes]]) -> tuple[int, int, bytes] | None:
    """For the answer: our address, and any interface."""
    for level, kind, data in ancillary:
        if level == socket.IPPROTO_IP and kind == _IP_PKTINFO:
            _index, here, _there = struct.unpack("=I4s4s", data)
            return level, kind, struct.pack("=I4s4s", 0, here, here)
        if level == socket.IPPROTO_IPV6 and kind == socket.IPV6_PKTINFO:
            here, _index = struct.unpack("=16sI", data)
            return level, kind, struct.pack("=16sI", here, 0)
    return None


def kernel_drops(bound: socket.socket) -> int:
    """Datagrams that the kernel dropped because the socket's buffer was full."""
    table = "udp6" if bound.family == socket.AF_INET6 else "udp"
    inode = str(os.fstat(bound.fileno()).st_ino)
    try:
        lines = Path(f"/proc/self/net/{table}").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    for line in lines[1:]:
        words = line.split()
        if words[9] == inode:
            return int(words[12])
    return 0
