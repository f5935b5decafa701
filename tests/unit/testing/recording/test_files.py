"""What a file is written down as, and what is refused since it may hide a name."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from delfin.drivers.kit.parts import Counted, Filled, Numbers, Part, joined
from delfin.testing.recording import exchange, files
from delfin.testing.recording.files import RefusedError
from tests.unit.testing import delta

BINARY = bytes(range(256))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (BINARY, "it is no text"),
        ("Paris".encode("utf-16"), "it is no text"),
        (b"a\0b", "it is no text"),
        (gzip.compress(BINARY), "it is no text"),
        (gzip.compress(gzip.compress(BINARY)), "it is no text"),
        (gzip.compress(delta.archive(a=b"text", b=BINARY)), "it is no text"),
        (gzip.compress(b"text")[:-9], "cut off"),
        (gzip.compress(b"text") + b"more", "behind its end"),
        (b"\x1f\x8b" + BINARY, "cannot be unpacked"),
        (delta.archive(a=bytes(2000))[:1000], "archive cannot be read"),
    ],
)
def test_what_may_hide_a_text_is_refused(content: bytes, why: str) -> None:
    with pytest.raises(RefusedError, match=why):
        files.written(content, None, set())


def test_a_file_is_refused_that_is_larger_than_people_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LARGEST", 100)
    for content in (b"x" * 101, gzip.compress(b"x" * 101)):
        with pytest.raises(RefusedError, match="more than 100 bytes"):
            files.written(content, None, set())
    assert files.written(gzip.compress(b"x" * 100), None, set()) == {"gzip": {"text": "x" * 100}}


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        ([Numbers(BINARY[:128])], "whole"),
        ([Numbers(BINARY)], "text lies"),
        ([Filled(BINARY)], "numbers lie"),
        ([Counted(BINARY)], "whole"),
    ],
)
def test_a_driver_is_not_believed_that_takes_a_file_apart_wrongly(
    parts: list[Part], why: str
) -> None:
    with pytest.raises(RefusedError, match=why):
        files.written(BINARY, lambda _: parts, set())


def test_a_driver_that_does_not_know_a_file_tells_nothing_of_it() -> None:
    def take_apart(content: bytes) -> list[Part]:
        raise ValueError(content)

    with pytest.raises(RefusedError, match=r"^it is no text, and not known .{0,40}$"):
        files.written(BINARY, take_apart, set())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"a,b\r\nc\td\n",
        "Zürich\n".encode(),
        gzip.compress(b"one", mtime=0) + gzip.compress(b"two", mtime=0),
        gzip.compress(delta.archive(a=b"text", b=gzip.compress(b"packed twice"))),
    ],
)
def test_a_file_is_served_as_it_was(tmp_path: Path, content: bytes) -> None:
    """As far as whoever reads it can tell: what packed it may have packed it better."""
    written = files.written(content, None, set())
    exchange.save(tmp_path, [exchange.Exchange("sftp", {"read": "/x"}, written)])
    (one,) = exchange.load(tmp_path)
    assert files.written(files.served(one.answer), None, set()) == written


def test_what_was_taken_apart_is_put_together(tmp_path: Path) -> None:
    field, text, numbers = Filled(b"S-1\0\0"), Counted(b"one:two", 8), Numbers(bytes([0, 255, 9]))
    content = joined([field, text, numbers])
    written = files.written(content, lambda _: [field, text, numbers], set())
    exchange.save(tmp_path, [exchange.Exchange("sftp", {"read": "/x"}, written)])
    (one,) = exchange.load(tmp_path)
    assert files.served(one.answer) == content
