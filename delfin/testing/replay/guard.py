"""While a recording is replayed: sockets lead to the replay only, and nobody waits long."""

from __future__ import annotations

import importlib
import socket
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

import paramiko

# What the SDK's SSH client waits by; see 'shortened'.
SDK_TIMEOUTS = (
    "delfin.drivers.utils.ssh_client.COMMAND_TIMEOUT",
    "delfin.drivers.utils.ssh_login.Access.SOCKET_TIMEOUT",
)


class BlockedError(OSError):
    """A driver under test wanted to reach something else than the array it was given."""


@dataclass
class Guard:
    """What is allowed, and what was seen.

    Attributes:
        ports: Ports of the loopback address that may be connected to.
        dead: Those of them to which connecting times out, which was tried 'vain' times.
        longest: The longest that a socket may wait, in seconds; None leaves it to the driver.
        strays: Where else a connection was tried.
        endless: Whether somebody wanted to wait without a limit.
    """

    ports: Collection[int] = ()
    dead: Collection[int] = ()
    vain: int = 0
    longest: float | None = None
    strays: list[str] = field(default_factory=list)
    endless: bool = False


@contextmanager
def guarded(guard: Guard) -> Iterator[Guard]:
    """Every socket of this process keeps to the guard; for tests and the commands around them."""
    connect, settimeout = socket.socket.connect, socket.socket.settimeout
    channel_settimeout = paramiko.Channel.settimeout

    def guarded_connect(sock: socket.socket, address: Any) -> None:
        if sock.family in {socket.AF_INET, socket.AF_INET6}:
            if address[0] != "127.0.0.1" or address[1] not in guard.ports:
                guard.strays.append(f"{address[0]}:{address[1]}")
                raise BlockedError(f"{address[0]}:{address[1]} is not the replayed array")
            if address[1] in guard.dead:
                guard.vain += 1
                raise TimeoutError("timed out")
        connect(sock, address)

    def guarded_settimeout(sock: socket.socket, value: float | None) -> None:
        settimeout(sock, value if _is_ours(sock, guard.ports) else _limited(guard, value))

    def guarded_channel(channel: paramiko.Channel, value: float | None) -> None:
        ours = channel.get_transport().server_mode
        channel_settimeout(channel, value if ours else _limited(guard, value))

    with ExitStack() as patches:
        for owner, name, by in (
            (socket.socket, "connect", guarded_connect),
            (socket.socket, "settimeout", guarded_settimeout),
            (paramiko.Channel, "settimeout", guarded_channel),
        ):
            patches.enter_context(mock.patch.object(owner, name, by))
        yield guard


@contextmanager
def shortened(names: Collection[str], seconds: float) -> Iterator[None]:
    """Constants of modules and classes, by dotted name, replaced by 'seconds' for a while.

    Raises LookupError for a name that does not lead to a number.
    """
    with ExitStack() as patches:
        for name in names:
            owner, attribute = _owner(name)
            patches.enter_context(mock.patch.object(owner, attribute, seconds))
        yield


def _limited(guard: Guard, value: float | None) -> float | None:
    if guard.longest is None:
        return value
    guard.endless = guard.endless or value is None
    return guard.longest if value is None else min(value, guard.longest)


def _is_ours(sock: socket.socket, ports: Collection[int]) -> bool:
    """Whether it is the server's end: those wait for as long as they like."""
    try:
        return sock.getsockname()[1] in ports
    except (OSError, IndexError):
        return False


def _owner(name: str) -> tuple[Any, str]:
    steps = name.split(".")
    for length in range(len(steps) - 1, 0, -1):
        try:
            owner: Any = importlib.import_module(".".join(steps[:length]))
        except ModuleNotFoundError:
            continue
        for step in steps[length:-1]:
            owner = getattr(owner, step)
        if isinstance(getattr(owner, steps[-1], None), int | float):
            return owner, steps[-1]
        break
    raise LookupError(f"timeouts: {name} is no number in a module or class")
