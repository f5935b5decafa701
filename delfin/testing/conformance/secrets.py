"""No password and no token in what a driver says, shows or was recorded saying."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from delfin.testing.recording import files
from delfin.testing.recording.exchange import Exchange, load, spoken
from delfin.testing.recording.standins import PASSWORD, TOKEN, USER

# A member, header or parameter of such a name holds a secret.
SECRET_NAME = re.compile(
    r"(?i)passw|passphrase|secret|token|credential|private.?key|api.?key|community"
    r"|^authorization$|cookie|session.?id$"
)
_INLINE = re.compile(r"(?i)\b(?:password|passwd|secret|token)\b\s*[=:]\s*[\"']?([^\s\"',;&]{4,})")
_SHORTEST = 4


def forms(secret: str) -> tuple[str, ...]:
    """A secret as it may be written: plain, Base64, hexadecimal, quoted for a URL."""
    raw = secret.encode()
    plain = (secret, quote(secret, safe=""), raw.hex())
    return (*plain, base64.b64encode(raw).decode().rstrip("="))


def text_findings(place: str, text: str, secrets: Iterable[str] = ()) -> list[str]:
    """Which secrets of a replay, or of the given ones, a text tells; never which one it is."""
    hidden = [
        form
        for secret in (PASSWORD, *secrets)
        if len(secret) >= _SHORTEST
        for form in forms(secret)
    ]
    login = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    found = []
    if any(form in text for form in (*hidden, login)):
        found.append(f"{place} tells the password")
    if TOKEN in text:
        found.append(f"{place} tells a token of the session")
    return found


def error_findings(place: str, error: BaseException) -> list[str]:
    """The same for an exception and all that it was raised from."""
    texts: list[str] = []
    seen: set[int] = set()
    while id(error) not in seen:
        seen.add(id(error))
        texts += [str(error), repr(error), repr(error.args)]
        error = error.__cause__ or error.__context__ or error
    return text_findings(place, "\n".join(texts))


def recording_findings(folder: Path) -> list[str]:
    """Values in a recording that look like secrets and are no stand-ins."""
    found = []
    for exchange in load(folder):
        for name, value in _named(exchange):
            if SECRET_NAME.search(name) and not _harmless(value):
                found.append(f"{spoken(exchange.channel, exchange.asked)}: {name} holds a secret")
        for text in _texts(exchange):
            for match in _INLINE.finditer(text):
                if not _harmless(match[1]):
                    told = match[0].partition(match[1])[0].strip()
                    found.append(f"a recorded text has a secret after {told!r}")
    return list(dict.fromkeys(found))


def _harmless(value: Any) -> bool:
    if not isinstance(value, str):
        return True
    text = value.strip()
    standing_in = any(form in text for form in (*forms(PASSWORD), TOKEN))
    # Stars, blanks, yes and no, and dates tell nothing.
    return standing_in or not re.search(r"[A-Za-z0-9]{4,}", text) or text.lower() in _PLAIN_WORDS


_PLAIN_WORDS = {"true", "false", "none", "null", "enabled", "disabled", "hidden", "public"}


def _named(exchange: Exchange) -> Iterator[tuple[str, Any]]:
    """Every name and value of a question and its answer."""
    if exchange.channel == "rest":
        yield from exchange.asked.get("query", ())
        yield from _members(exchange.asked.get("json"))
        yield from exchange.answer.get("headers", {}).items()
        yield from _members(exchange.answer.get("json"))


def _members(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield str(name), inner
            yield from _members(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _members(inner)


def _texts(exchange: Exchange) -> Iterator[str]:
    if exchange.channel == "sftp":
        yield from files.texts(exchange.answer)
        return
    for part in (exchange.asked, exchange.answer):
        for name in ("text", "stdout", "stderr"):
            if isinstance(part, dict) and isinstance(part.get(name), str):
                yield part[name]
