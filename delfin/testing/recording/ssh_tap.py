"""Hears every command and shell of this process that goes through 'paramiko'."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest import mock
from weakref import WeakKeyDictionary

import paramiko

from delfin.testing.recording.exchange import Exchange
from delfin.testing.recording.rest_tap import Heard


@dataclass
class _Talk:
    """What went over one channel: of an exec the command, of a shell the line typed last."""

    channel: str
    asked: str = ""
    typed: bytes = b""
    stdout: bytearray = field(default_factory=bytearray)
    stderr: bytearray = field(default_factory=bytearray)


class _Tap:
    def __init__(self, heard: Heard) -> None:
        self._heard = heard
        self._talks: WeakKeyDictionary[paramiko.Channel, _Talk] = WeakKeyDictionary()
        self._lock = threading.Lock()

    def began(self, channel: paramiko.Channel, talk: _Talk) -> None:
        if not channel.get_transport().server_mode:
            with self._lock:
                self._talks[channel] = talk

    def received(self, channel: paramiko.Channel, data: bytes, *, error: bool) -> None:
        with self._lock:
            talk = self._talks.get(channel)
        if talk is not None:
            (talk.stderr if error else talk.stdout).extend(data)

    def sent(self, channel: paramiko.Channel, data: bytes) -> None:
        """Typing a line ends the answer to the one before."""
        with self._lock:
            talk = self._talks.get(channel)
        if talk is None or talk.channel != "shell":
            return
        *lines, talk.typed = (talk.typed + data).split(b"\n")
        for line in lines:
            self._tell(channel, talk)
            talk.asked = _text(line).strip("\r")
            talk.stdout.clear()

    def ended(self, channel: paramiko.Channel) -> None:
        with self._lock:
            talk = self._talks.pop(channel, None)
        if talk is not None:
            self._tell(channel, talk)

    def _tell(self, channel: paramiko.Channel, talk: _Talk) -> None:
        address = channel.get_transport().getpeername()[:2]
        if talk.channel == "shell":
            answer: dict[str, Any] = {"text": _text(talk.stdout)}
            self._heard(address, Exchange("shell", talk.asked, answer))
            return
        if channel.exit_status < 0:
            return  # it was cut off, and so is no answer to the command
        answer = {"stdout": _text(talk.stdout), "status": channel.exit_status}
        if talk.stderr:
            answer["stderr"] = _text(talk.stderr)
        self._heard(address, Exchange("exec", talk.asked, answer))


@contextmanager
def tapped(heard: Heard) -> Iterator[None]:
    """Every channel opened during the block is heard; what nobody reads is not."""
    tap = _Tap(heard)
    with ExitStack() as patches:
        for name, wrapped in _wrapped(tap).items():
            patches.enter_context(mock.patch.object(paramiko.Channel, name, wrapped))
        yield


def _wrapped(tap: _Tap) -> dict[str, Callable[..., Any]]:
    channel_class = paramiko.Channel
    exec_command, invoke_shell = channel_class.exec_command, channel_class.invoke_shell
    recv, recv_stderr = channel_class.recv, channel_class.recv_stderr
    send, close = channel_class.send, channel_class.close

    def heard_exec(channel: paramiko.Channel, command: str | bytes) -> None:
        text = command if isinstance(command, str) else _text(command)
        tap.began(channel, _Talk("exec", text))
        exec_command(channel, command)

    def heard_shell(channel: paramiko.Channel) -> None:
        tap.began(channel, _Talk("shell"))
        invoke_shell(channel)

    def heard_recv(channel: paramiko.Channel, nbytes: int) -> bytes:
        data = recv(channel, nbytes)
        tap.received(channel, data, error=False)
        return data

    def heard_stderr(channel: paramiko.Channel, nbytes: int) -> bytes:
        data = recv_stderr(channel, nbytes)
        tap.received(channel, data, error=True)
        return data

    def heard_send(channel: paramiko.Channel, s: bytes) -> int:
        sent = send(channel, s)
        tap.sent(channel, bytes(s)[:sent])
        return sent

    def heard_close(channel: paramiko.Channel) -> None:
        tap.ended(channel)
        close(channel)

    return {
        "exec_command": heard_exec,
        "invoke_shell": heard_shell,
        "recv": heard_recv,
        "recv_stderr": heard_stderr,
        "send": heard_send,
        "close": heard_close,
    }


def _text(raw: bytes | bytearray) -> str:
    return bytes(raw).decode(errors="backslashreplace")
