"""Keeps known secrets out of logs, whoever writes them: a driver, a library, a traceback."""

from __future__ import annotations

import base64
import logging
import threading
from urllib.parse import quote

MASK = "***"
# A shorter secret would blank out half of every line.
_SHORTEST = 4

_guard = threading.Lock()
_concealed: dict[str, None] = {}
# Enough for every password of a large installation, in all its forms.
_MOST = 100_000


def conceal(secret: str) -> None:
    """Blank this text, and its usual encodings, out of every log line from now on."""
    if len(secret) < _SHORTEST:
        return
    raw = secret.encode()
    forms = (secret, base64.b64encode(raw).decode(), raw.hex(), quote(secret, safe=""))
    with _guard:
        if secret in _concealed:
            return
        _concealed.update(dict.fromkeys(forms))
        while len(_concealed) > _MOST:
            del _concealed[next(iter(_concealed))]


def redacted(text: str) -> str:
    """The text with every concealed secret blanked out."""
    with _guard:
        forms = tuple(_concealed)
    for form in forms:
        if form in text:
            text = text.replace(form, MASK)
    return text


class RedactingFormatter(logging.Formatter):
    """Formats as another formatter does, tracebacks included, and blanks secrets out."""

    def __init__(self, inner: logging.Formatter) -> None:
        super().__init__()
        self._inner = inner

    def format(self, record: logging.LogRecord) -> str:
        return redacted(self._inner.format(record))


def guard_logs() -> None:
    """Redact on every handler of the root logger; to be called once logging is set up."""
    for handler in logging.getLogger().handlers:
        if not isinstance(handler.formatter, RedactingFormatter):
            handler.setFormatter(RedactingFormatter(handler.formatter or logging.Formatter()))
