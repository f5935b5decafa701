"""A dialogue with a device's interactive shell: prompts, pagers, echoes; below cli.py."""

from __future__ import annotations

import codecs
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import paramiko

from delfin import exception
from delfin.common import deadline

_CHUNK = 65536
_LIMIT = 64 * 1024 * 1024
# How much of the end is looked at for a prompt or pager.
_TAIL = 400
_ESCAPE = re.compile(r"\x1b(?:\[[0-9;?]*[A-Za-z]|[()][A-B0-2]|[=>])")
# What a pager said is wiped out by going back to the beginning of the line.
_OVERWRITTEN = re.compile(r"[^\n]*\r")


@dataclass(frozen=True)
class Prompts:
    """Regular expressions for the end of what a device says.

    'prompt' means that it waits for a command, 'pagers' that it waits for a key, each with the
    key to send; 'first' are commands to begin with, such as one that turns the pager off.
    """

    prompt: str = r"[\w.@:~/()-]*[>#$] ?"
    pagers: Mapping[str, str] = field(
        default_factory=lambda: {
            r"-+ ?(?i:more) ?-+.*": " ",
            r"(?i:press (?:any key|enter|space)).*": " ",
        }
    )
    first: tuple[str, ...] = ()


class Shell:
    """One interactive shell; to be used as a context manager."""

    def __init__(self, ssh: paramiko.SSHClient, prompts: Prompts, timeout: float) -> None:
        self._prompts = prompts
        self._prompt = re.compile(rf"(?:^|[\r\n])({prompts.prompt})\Z")
        self._pagers = [
            (re.compile(rf"(?:^|[\r\n])({text})\Z"), key) for text, key in prompts.pagers.items()
        ]
        self._timeout = timeout
        self._channel = ssh.invoke_shell(width=500, height=1000)

    def __enter__(self) -> Self:
        try:
            self._answer("the login", self._timeout)
            for command in self._prompts.first:
                self.ask(command)
        except BaseException:
            self._channel.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._channel.close()

    def ask(self, command: str, timeout: float | None = None) -> str:
        """What the device says to one command: without echo, pagers and the prompt.

        Raises SSHInjectionThreat for a command of several lines, ConnectTimeout when no prompt
        comes within 'timeout' seconds, and InvalidResults when the connection ends before it: an
        answer without a prompt behind it is cut off.
        """
        if not command.isprintable():
            raise exception.SSHInjectionThreat(command)
        self._channel.sendall(f"{command}\n".encode())
        said = self._answer(f"'{command.split(maxsplit=1)[0]}'", timeout or self._timeout)
        first, _, rest = said.partition("\n")
        return rest if command in first else said

    def _answer(self, what: str, timeout: float) -> str:
        """All up to the next prompt."""
        end = time.monotonic() + deadline.bounded(timeout)
        decode = codecs.getincrementaldecoder("utf-8")("backslashreplace").decode
        # Only the end is looked at again with each part that comes.
        done: list[str] = []
        tail, size = "", 0
        while True:
            prompt = self._prompt.search(tail)
            if prompt:
                said = "".join((*done, tail[: prompt.start(1)]))
                return _OVERWRITTEN.sub("", said).rstrip("\n")
            tail = self._paged(tail)
            part = self._received(what, end)
            size += len(part)
            if size > _LIMIT:
                raise exception.InvalidResults(
                    f"the answer to {what} is longer than {_LIMIT} bytes"
                )
            tail = _ESCAPE.sub("", tail + decode(part)).replace("\r\n", "\n")
            cut = tail.rfind("\n", 0, max(0, len(tail) - _TAIL))
            if cut > 0:
                done.append(tail[:cut])
                tail = tail[cut:]

    def _paged(self, text: str) -> str:
        """The text without the pager's words, when it waits for a key, which is sent."""
        for pattern, key in self._pagers:
            found = pattern.search(text)
            if found:
                self._channel.sendall(key.encode())
                return text[: found.start(1)]
        return text

    def _received(self, what: str, end: float) -> bytes:
        left = end - time.monotonic()
        if left <= 0:
            raise exception.ConnectTimeout(message=f"No prompt came after {what}.")
        self._channel.settimeout(left)
        try:
            part = self._channel.recv(_CHUNK)
        except TimeoutError as error:
            raise exception.ConnectTimeout(message=f"No prompt came after {what}.") from error
        if not part:
            raise exception.InvalidResults(f"the answer to {what} is cut off: no prompt follows it")
        return part
