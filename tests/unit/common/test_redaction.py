"""A concealed secret does not get into a log line, in no usual form, whoever logs it."""

from __future__ import annotations

import base64
import io
import logging
from collections.abc import Iterator

import pytest

from delfin.common import redaction
from delfin.common.redaction import MASK, RedactingFormatter, conceal, guard_logs

SECRET = "hunter2 & Söhne"


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    monkeypatch.setattr(redaction, "_concealed", {})
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    root = logging.getLogger()
    root.addHandler(handler)
    yield text
    root.removeHandler(handler)


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        base64.b64encode(SECRET.encode()).decode(),
        SECRET.encode().hex(),
        "hunter2%20%26%20S%C3%B6hne",
    ],
)
def test_every_form_is_blanked_out(lines: io.StringIO, form: str) -> None:
    guard_logs()
    logging.getLogger("some.driver").warning("login with %s failed", form)
    assert form in lines.getvalue()
    conceal(SECRET)
    lines.truncate(0)
    lines.seek(0)
    logging.getLogger("some.driver").warning("login with %s failed", form)
    assert lines.getvalue() == f"login with {MASK} failed\n"


def test_tracebacks_are_blanked_out_too(lines: io.StringIO) -> None:
    guard_logs()
    conceal(SECRET)
    try:
        secrets: dict[str, str] = {}
        secrets[SECRET]
    except KeyError:
        logging.getLogger("some.driver").exception("that went wrong")
    assert "KeyError" in lines.getvalue()
    assert SECRET not in lines.getvalue()


def test_very_short_secrets_do_not_blank_out_every_line(lines: io.StringIO) -> None:
    guard_logs()
    conceal("abc")
    logging.getLogger().warning("abc")
    assert lines.getvalue() == "abc\n"


def test_guarding_twice_wraps_once(lines: io.StringIO) -> None:
    guard_logs()
    formatters = [handler.formatter for handler in logging.getLogger().handlers]
    guard_logs()
    assert [handler.formatter for handler in logging.getLogger().handlers] == formatters
    assert any(isinstance(formatter, RedactingFormatter) for formatter in formatters)


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redaction, "_concealed", {})
    monkeypatch.setattr(redaction, "_MOST", 8)
    for number in range(20):
        conceal(f"secret-{number}")
    assert len(redaction._concealed) == 8
    assert redaction.redacted("secret-19") == MASK
