"""The sockets and child processes of one driver, found without its help, so that a hung call can be ended.

An audit hook of the interpreter sees each connect of each library. What a driver's thread, or a
thread that it started, connects belongs to that driver; in other threads this is one look-up.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_MARK = "delfin_connections"
# A driver that opens a connection for each request leaves closed ones behind: look through then.
_MANY = 64
_here = threading.local()


class Connections:
    """What one driver object has open; 'cut' ends all of it and lets nothing be opened any more."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        # Descriptors are used again by others: the inode says whose one is.
        self._sockets: dict[int, int] = {}
        self._threads: weakref.WeakSet[threading.Thread] = weakref.WeakSet()
        self._refusing = False

    @contextmanager
    def owned(self) -> Iterator[None]:
        """What this thread connects or starts within the block belongs here."""
        _install()
        before = getattr(_here, "owner", None)
        _here.owner = self
        try:
            yield
        finally:
            _here.owner = before

    def cut(self, thread_id: int | None = None, spared: frozenset[int] = frozenset()) -> None:
        """Shut the sockets down and kill the children of the driver's threads, but the spared ones.

        Whoever waits for one of the sockets wakes up with an error, whatever library it uses.
        'thread_id' is the kernel's number of the thread of the call, where threads are real.
        """
        with self._guard:
            self._refusing = True
            found = dict(self._sockets)
            self._sockets.clear()
            threads = {thread.native_id for thread in self._threads if thread.is_alive()}
        for descriptor, inode in found.items():
            _shut_down(descriptor, inode)
        if thread_id is not None:
            for native_id in {thread_id, *threads} - {None}:
                _kill_children(Path(f"/proc/self/task/{native_id}"), spared)

    @property
    def is_cut(self) -> bool:
        """What is called over these connections now fails, through no fault of the array."""
        return self._refusing

    def reopen(self) -> None:
        """Let connections be made again, for a logout after a call was cut off."""
        with self._guard:
            self._refusing = False

    def add(self, descriptor: int) -> None:
        """Remember a socket that is about to be connected.

        Raises:
            TimeoutError: The call has been cut off.
        """
        inode = os.fstat(descriptor).st_ino
        with self._guard:
            if self._refusing:
                raise TimeoutError("the time for this call to the array is over")
            self._sockets[descriptor] = inode
            if len(self._sockets) > _MANY:
                self._sockets = {d: i for d, i in self._sockets.items() if _inode(d) == i}

    def adopt(self, thread: threading.Thread) -> None:
        """A thread that the driver starts."""
        vars(thread)[_MARK] = self
        with self._guard:
            self._threads.add(thread)


def _owner() -> Connections | None:
    owner: Connections | None = getattr(_here, "owner", None)
    return owner or vars(threading.current_thread()).get(_MARK)


def _on_socket(arguments: tuple[Any, ...]) -> None:
    owner = _owner()
    if owner is not None and (descriptor := arguments[0].fileno()) >= 0:
        owner.add(descriptor)


def _adopting(start: Callable[[threading.Thread], None]) -> Callable[[threading.Thread], None]:
    def start_adopted(thread: threading.Thread) -> None:
        if (owner := _owner()) is not None:
            owner.adopt(thread)
        start(thread)

    return start_adopted


_WATCHED = {"socket.connect": _on_socket, "socket.sendto": _on_socket}
_installing = threading.Lock()
_installed: list[bool] = []


def _install() -> None:
    """A hook cannot be taken away again, so there is one for the process, from the first call on."""
    if _installed:
        return
    with _installing:
        if not _installed:
            _installed.append(True)
            watched = _WATCHED.get

            def hook(event: str, arguments: tuple[Any, ...]) -> None:
                meant = watched(event)
                if meant is not None:
                    meant(arguments)

            sys.addaudithook(hook)
            # Python 3.11 tells hooks nothing of new threads.
            threading.Thread.start = _adopting(threading.Thread.start)  # type: ignore[method-assign, assignment]


def _inode(descriptor: int) -> int | None:
    try:
        return os.fstat(descriptor).st_ino
    except OSError:
        return None


def _shut_down(descriptor: int, inode: int) -> None:
    """The copy is looked at, not the number: that may be somebody else's by now."""
    try:
        copy = os.dup(descriptor)
    except OSError:
        return
    if _inode(copy) != inode:
        os.close(copy)
        return
    with socket.socket(fileno=copy) as own, contextlib.suppress(OSError):
        own.shutdown(socket.SHUT_RDWR)


def children_here() -> frozenset[int]:
    """The child processes that this thread has started so far."""
    return frozenset(_children(Path(f"/proc/self/task/{threading.get_native_id()}")))


def _children(task: Path) -> list[int]:
    try:
        return [int(pid) for pid in (task / "children").read_text().split()]
    except OSError:
        return []


def _kill_children(task: Path, spared: frozenset[int] = frozenset()) -> None:
    for pid in set(_children(task)) - spared:
        # Its own children first: orphaned, they would not be found any more.
        for below in Path(f"/proc/{pid}/task").glob("*"):
            _kill_children(below)
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGKILL)
