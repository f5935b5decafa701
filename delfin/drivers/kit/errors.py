"""A vendor's error codes as delfin's exceptions: one table for a driver's client.py."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from delfin import exception
from delfin.drivers.kit.rule import found_at

# An exception class, or a function of the vendor's text.
Maker = Callable[[str], Exception]

_CODE, _TEXT = 80, 200


@dataclass(frozen=True)
class ErrorTable:
    """What an answer that reports an error becomes.

    'code' and 'text' are dotted paths into its JSON. A code that 'codes' lacks is a
    StorageBackendException that quotes it; an answer without a code goes by 'statuses', the HTTP
    status, and its text, if it has one, is quoted too. An exception class is given the vendor's text
    only if its message has room for it.
    For arrays that report errors with status 200: 'good' are the codes that mean success there.
    """

    codes: Mapping[str, Maker] = field(default_factory=dict)
    code: str = "error.code"
    text: str = "error.message"
    statuses: Mapping[int, Maker] = field(
        default_factory=lambda: {
            401: exception.NotAuthorized,
            403: exception.NotAuthorized,
            501: NotImplementedError,
        }
    )

    good: Collection[str] | None = None

    def is_error(self, body: Any) -> bool:
        """Whether an answer with a good status reports an error."""
        if self.good is None:
            return False
        code = found_at(body, self.code.split("."))
        return code is not None and str(code) not in self.good

    def error(self, status: int, body: Any, clean: Callable[[str], str] = str) -> Exception:
        """The exception for an answer; 'clean' takes secrets out of the vendor's text."""
        code = found_at(body, self.code.split("."))
        if code is None:
            said = f"HTTP status {status}"
            text = found_at(body, self.text.split("."))
            if isinstance(text, str) and text:
                said = f"{said}: {clean(text)[:_TEXT]}"
            return made(self.statuses.get(status, exception.StorageBackendException), said)
        code = clean(str(code))[:_CODE]
        text = clean(str(found_at(body, self.text.split("."))))[:_TEXT]
        maker = self.codes.get(code)
        if maker is None:
            return exception.StorageBackendException(f"{code}: {text}")
        return made(maker, text)


def made(maker: Maker, text: str) -> Exception:
    """An exception of the class or function."""
    # Those of delfin's classes without a place for the text would keep it unseen.
    takes_text = "{0}" in getattr(maker, "msg_fmt", "{0}")
    return maker(*([text] if takes_text else []))
