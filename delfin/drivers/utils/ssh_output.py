"""Collect what a remote command says, within a time and a size: for ssh_client.py."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import paramiko

_CHUNK = 65536
# How long one stream is waited for before the other is looked at.
_PATIENCE = 0.25


class OutputTooLong(paramiko.SSHException):
    """The command said more than the caller wants to hold in memory."""


class ConnectionDropped(paramiko.SSHException):
    """The connection ended before the command did."""


@dataclass(frozen=True)
class CommandResult:
    """What a command left; bytes that are not UTF-8 are kept as escapes."""

    exit_status: int
    stdout: str
    stderr: str


def collect(channel: paramiko.Channel, timeout: float, limit: int) -> CommandResult:
    """Read both streams of 'channel' to their end.

    Raises TimeoutError after 'timeout' seconds, OutputTooLong past 'limit' bytes and
    ConnectionDropped when the other side went away without an exit status.
    """
    deadline = time.monotonic() + timeout
    stdout, stderr = bytearray(), bytearray()
    _drain(channel, channel.recv, stdout, stderr, deadline, limit)
    _drain(channel, channel.recv_stderr, stderr, stderr, deadline, limit - len(stdout))
    # The status may follow the end of the output by a moment.
    if not channel.status_event.wait(max(0.0, deadline - time.monotonic())):
        raise TimeoutError("the command timed out")
    status = channel.recv_exit_status()
    if status < 0:
        raise ConnectionDropped("the connection ended while the command ran")
    return CommandResult(status, _text(stdout), _text(stderr))


def _drain(
    channel: paramiko.Channel,
    receive: Callable[[int], bytes],
    into: bytearray,
    stderr: bytearray,
    deadline: float,
    limit: int,
) -> None:
    """Read one stream to its end, and meanwhile whatever comes on stderr.

    Both share one window: a command that fills it on the stream nobody reads would stall.
    """
    while True:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the command timed out")
        channel.settimeout(min(left, _PATIENCE))
        try:
            part = receive(_CHUNK)
        except TimeoutError:
            part = None
        if part == b"":
            return
        into += part or b""
        while channel.recv_stderr_ready():
            stderr += channel.recv_stderr(_CHUNK)
        if max(len(into), len(stderr)) > limit:
            raise OutputTooLong(f"the command said more than {limit} bytes")


def _text(raw: bytearray) -> str:
    return bytes(raw).decode(errors="backslashreplace")
