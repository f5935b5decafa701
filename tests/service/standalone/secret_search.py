"""Looks for a secret in bytes, in clear and in every usual encoding."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus

_URL_SAFE = bytes.maketrans(b"+/", b"-_")


def forms(secret: str) -> dict[str, bytes]:
    """How the secret may be written, by the name of the encoding."""
    raw = secret.encode()
    found = {
        "clear": raw,
        "latin-1": secret.encode("latin-1"),
        "utf-16": secret.encode("utf-16-le"),
        "json": json.dumps(secret)[1:-1].encode(),
        "json, utf-8": json.dumps(secret, ensure_ascii=False)[1:-1].encode(),
        "hex": raw.hex().encode(),
        "HEX": raw.hex().upper().encode(),
        "url": quote(secret, safe="").encode(),
        "url, slashes": quote(secret).encode(),
        "form": quote_plus(secret).encode(),
        "repr": repr(raw)[2:-1].encode(),
    }
    for offset in range(3):
        inside = _inside_base64(raw, offset)
        found[f"base64, {offset} before"] = inside
        found[f"base64 for urls, {offset} before"] = inside.translate(_URL_SAFE)
    return found


def _inside_base64(raw: bytes, offset: int) -> bytes:
    """What is certain of the encoded text when so many bytes (mod 3) come before the secret."""
    text = base64.b64encode(b"\0" * offset + raw)
    first = -(-offset * 8 // 6)
    return text[first : (offset + len(raw)) * 8 // 6]


def places(secret: str, where: Iterable[tuple[str, bytes]]) -> Iterator[str]:
    """Every place and encoding in which the secret is found."""
    wanted = forms(secret)
    for name, content in where:
        for form, text in wanted.items():
            if text in content:
                yield f"{name}: {form}"


def files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """All files below a folder, with what is in them."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.name, path.read_bytes()
