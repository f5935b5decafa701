"""Small functions that drivers import."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterable
from typing import Any, ClassVar

from delfin import exception

_QUOTED = re.compile(r"""(["'])(.*)\1""", re.DOTALL)
_SHELL_CHARACTER = re.compile(r"(?<!\\)[`$|;&><]")


def utcnow_ms() -> int:
    """The time now in epoch milliseconds."""
    return time.time_ns() // 1_000_000


def check_ssh_injection(cmd_list: Iterable[str]) -> None:
    """Raise `SSHInjectionThreat` when an argument could start a second command.

    A word is refused for an unescaped quote inside its quotes, for white space outside quotes, and
    for an unescaped shell character. Of a `str` each character is a word: blanks and quotes
    pass, shell characters do not, not even escaped ones.
    """
    for argument in cmd_list:
        word = argument.strip()
        quoted = _QUOTED.fullmatch(word)
        if quoted:
            quote, inside = quoted.groups()
            threat = re.search(rf"(?<!\\){quote}", inside)
        else:
            threat = re.search(r"\s", word)
        if threat or _SHELL_CHARACTER.search(word):
            raise exception.SSHInjectionThreat(argument)


class Singleton(type):
    """Metaclass of classes that have one object."""

    _instances: ClassVar[dict[type, Any]] = {}
    _lock: ClassVar[threading.RLock] = threading.RLock()

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        with Singleton._lock:
            if cls not in Singleton._instances:
                Singleton._instances[cls] = super().__call__(*args, **kwargs)
        return Singleton._instances[cls]
