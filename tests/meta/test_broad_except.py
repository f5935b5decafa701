"""A broad `except` hides faults, so each one says why the service must go on."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from tests.meta.project import python_sources

BROAD = {"Exception", "BaseException"}
FEWEST_WORDS = 2


def findings(sources: Mapping[str, str]) -> list[str]:
    """One sentence for each broad except without a reason."""
    return [
        f"{path}:{line}: broad except without a reason: catch the narrower class, or end the "
        "line with `# noqa: BLE001 - <why going on is right>` (a plain comment where the "
        "traceback is logged)"
        for path, source in sources.items()
        for line in _unreasoned(path, source)
    ]


def _unreasoned(path: str, source: str) -> Iterator[int]:
    lines = source.splitlines()
    for node in ast.walk(ast.parse(source, path)):
        if not isinstance(node, ast.ExceptHandler) or not _is_broad(node.type):
            continue
        first = node.body[0].lineno
        comments = " ".join(_comment(line) for line in lines[node.lineno - 1 : first])
        if not isinstance(node.body[-1], ast.Raise) and len(comments.split()) < FEWEST_WORDS:
            yield node.lineno


def _is_broad(caught: ast.expr | None) -> bool:
    if caught is None:
        return True
    named = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    return any(isinstance(name, ast.Name) and name.id in BROAD for name in named)


def _comment(line: str) -> str:
    _, _, text = line.partition("#")
    return re.sub(r"noqa: [A-Z0-9, ]+", "", text).strip(" -")


def test_every_broad_except_gives_its_reason() -> None:
    sources = python_sources("delfin", "tools")
    assert not findings(sources), "\n".join(findings(sources))
