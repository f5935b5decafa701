"""What drivers outside this repository import stays importable."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator

from tests.meta.project import ROOT, text_of

PAGE = "docs/reference/public-surface.md"
SECTION = re.compile(r"^## `([\w.]+)`$(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)


def names(page: str) -> Iterator[tuple[str, str]]:
    """(module, dotted name) of every entry; the empty name stands for the module itself."""
    for module, body in SECTION.findall(page):
        yield module, ""
        yield from ((module, name) for name in re.findall(r"`([A-Za-z_][\w.]*)`", body))


def findings(page: str) -> list[str]:
    """One sentence for each listed name that cannot be imported."""
    found = []
    for module, name in names(page):
        try:
            value: object = importlib.import_module(module)
            for step in filter(None, name.split(".")):
                value = getattr(value, step)
        except (ImportError, AttributeError) as error:
            said = f"{module}.{name}" if name else module
            if name and isinstance(error, ImportError):
                continue  # the module itself was already named
            found.append(f"{said}: {error}: drivers elsewhere use it; keep it importable")
    return found


def test_every_public_name_can_be_imported() -> None:
    page = text_of(PAGE)
    assert (ROOT / PAGE).exists()
    assert len(list(names(page))) > 50, "the page was not understood"
    assert not findings(page), "\n".join(findings(page))
