"""Every error code an answer can carry has its paragraph for operators."""

from __future__ import annotations

import re
from collections.abc import Iterable

from delfin import exception
from tests.meta.project import text_of

PAGE = "docs/reference/errors.md"
ENTRY = re.compile(r"^### (\w+)\n+(.*?)(?=^#|\Z)", re.MULTILINE | re.DOTALL)
SHORTEST = 60  # characters; less cannot say both what happened and what to do


def error_classes() -> list[type[exception.DelfinException]]:
    """The whole family, parents included."""

    def below(cls: type[exception.DelfinException]) -> Iterable[type[exception.DelfinException]]:
        yield cls
        for child in cls.__subclasses__():
            yield from below(child)

    return sorted(
        {cls for cls in below(exception.DelfinException) if cls.__module__ == exception.__name__},
        key=lambda cls: cls.__name__,
    )


def findings(codes: Iterable[tuple[str, int]], page: str) -> list[str]:
    """What the page lacks, has too much of, or says wrongly, given (error_code, HTTP status)."""
    expected = dict(codes)
    written = dict(ENTRY.findall(page))
    found = [f"{PAGE}: write a paragraph `### {name}`" for name in expected.keys() - written.keys()]
    found += [f"{PAGE}: {name} is no error code" for name in written.keys() - expected.keys()]
    for name in expected.keys() & written.keys():
        body = " ".join(written[name].split())
        if not body.startswith(f"**{expected[name]}.** "):
            found.append(f"{PAGE}: {name} starts with its HTTP status: `**{expected[name]}.**`")
        if len(body) < SHORTEST:
            found.append(f"{PAGE}: {name}: say what it means and what an operator can do")
    return sorted(found)


def test_every_error_code_has_a_paragraph() -> None:
    codes = [(cls.__name__, cls.code) for cls in error_classes()]
    assert len(codes) > 50, "the exception family was not found; this check would check nothing"
    missing = findings(codes, text_of(PAGE))
    assert not missing, "\n".join(missing)
