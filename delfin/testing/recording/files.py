"""What files that were read over SFTP are written down as, so that their texts can be scrubbed.

A text is written as it is, and what gzip or tar packed is unpacked, to be packed anew when it is
served. Other files are taken apart by the driver (delfin.drivers.kit.parts). What remains could hold
anything, so it is refused.
"""

from __future__ import annotations

import base64
import gzip
import io
import re
import tarfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from delfin.drivers.kit.parts import Counted, Filled, Numbers, Part, joined
from delfin.testing.recording.exchange import load, spoken

Written = dict[str, Any]
TakeApart = Callable[[bytes], Iterable[Part]]

# In place of a content that is not written down, with the reason.
LEFT_OUT = "left_out"
# Bytes of a file, packed or not: a recording is for people to read.
LARGEST = 64 * 1024 * 1024

_GZIP = b"\x1f\x8b"
_TAR, _TAR_AT = b"ustar", 257
_NO_TEXT = re.compile("[\0-\x08\x0b\x0e-\x1f\x7f]")
# So much that can be read is hardly a number.
_READABLE = re.compile(rb"[ -~]{10}")


class RefusedError(ValueError):
    """Why a file is not written down; never what is in it."""


def written(content: bytes, take_apart: TakeApart | None, names: set[str]) -> Written:
    """A file's content in a form that holds all its texts as such; raises RefusedError.

    What the driver knows for a name in it is put into 'names'.
    """
    if len(content) > LARGEST:
        raise RefusedError(f"it has more than {LARGEST} bytes")
    if content.startswith(_GZIP):
        return {"gzip": written(_unpacked(content), take_apart, names)}
    if content[_TAR_AT:].startswith(_TAR):
        members = _members(content)
        return {"tar": [{"name": name, **written(c, take_apart, names)} for name, c in members]}
    text = _text(content)
    if text is not None:
        return {"text": text}
    if take_apart is None:
        raise RefusedError("it is no text, and the driver has no file_parts")
    parts = _apart(content, take_apart)
    names.update(name for part in parts if isinstance(part, Counted) for name in part.names)
    return {"parts": list(map(_written_part, parts))}


def served(answer: Written) -> bytes:
    """The content again, packed as it was; nothing for one that was left out."""
    if "gzip" in answer:
        return gzip.compress(served(answer["gzip"]), mtime=0)
    if "tar" in answer:
        return _archive(answer["tar"])
    if "parts" in answer:
        return joined(map(_part, answer["parts"]))
    return str(answer.get("text", "")).encode()


def mapped(answer: Any, change: Callable[[str], str]) -> Any:
    """The same with every text and every name of a file changed."""
    if isinstance(answer, dict):
        return {
            name: change(value)
            if name in {"text", "name"} and isinstance(value, str)
            else mapped(value, change)
            for name, value in answer.items()
        }
    return [mapped(one, change) for one in answer] if isinstance(answer, list) else answer


def left_out(folder: Path) -> list[str]:
    """The files of a recording whose content was not written down, and why."""
    return [
        f"recorded without its content: {spoken(one.channel, one.asked)}: {one.answer[LEFT_OUT]}"
        for one in load(folder)
        if one.channel == "sftp" and LEFT_OUT in one.answer
    ]


def texts(answer: Any) -> list[str]:
    """Every text and every name of a file."""
    found: list[str] = []

    def note(text: str) -> str:
        found.append(text)
        return text

    mapped(answer, note)
    return found


def _text(raw: bytes) -> str | None:
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return None
    return None if _NO_TEXT.search(text) else text


def _unpacked(content: bytes) -> bytes:
    found = bytearray()
    while content.startswith(_GZIP):
        part = zlib.decompressobj(zlib.MAX_WBITS | 16)
        try:
            found += part.decompress(content, LARGEST + 1 - len(found))
        except zlib.error as error:
            raise RefusedError("it cannot be unpacked") from error
        if len(found) > LARGEST:
            raise RefusedError(f"it has more than {LARGEST} bytes unpacked")
        if not part.eof:
            raise RefusedError("it is cut off")
        content = part.unused_data
    if any(content):
        raise RefusedError("something is behind its end")
    return bytes(found)


def _members(content: bytes) -> Iterator[tuple[str, bytes]]:
    try:
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:") as archive:
            for member in archive:
                file = archive.extractfile(member) if member.isreg() else None
                if file is not None:
                    yield member.name, file.read()
                elif not member.isdir():
                    raise RefusedError("its archive has more than files and folders")
    except tarfile.TarError as error:
        raise RefusedError("its archive cannot be read") from error


def _archive(members: Iterable[Written]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:") as archive:
        for one in members:
            content = served(one)
            member = tarfile.TarInfo(one["name"])
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def _apart(content: bytes, take_apart: TakeApart) -> list[Part]:
    try:
        parts = list(take_apart(content))
    except Exception as error:
        raise RefusedError("it is no text, and not known to the driver's file_parts") from error
    if joined(parts) != content:
        raise RefusedError("the driver's file_parts do not make the whole of it")
    return parts


def _written_part(part: Part) -> Written:
    match part:
        case Numbers(raw):
            if _READABLE.search(raw):
                raise RefusedError("a text lies where the driver's file_parts told of numbers")
            return {"numbers": base64.encodebytes(zlib.compress(raw, 9)).decode()}
        case Filled(field):
            return {"text": _sure(field.rstrip(b"\0")), "width": len(field)}
        case Counted(text, more, _):
            return {"text": _sure(text), "counted": more}


def _sure(raw: bytes) -> str:
    # Zeros at the end are another way of counting.
    if _text(raw.rstrip(b"\0")) is None:
        raise RefusedError("numbers lie where the driver's file_parts told of a text")
    return raw.decode()


def _part(told: Written) -> Part:
    if "numbers" in told:
        return Numbers(zlib.decompress(base64.b64decode(told["numbers"])))
    raw = told["text"].encode()
    if "width" in told:
        # A stand-in may be longer than what it stands for.
        return Filled(raw[: told["width"]].ljust(told["width"], b"\0"))
    return Counted(raw, told["counted"])
