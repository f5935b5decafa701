"""The rows that somebody read and accepted: written by 'make accept', reviewed as a diff."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from delfin.testing import rules
from delfin.testing.conformance.questions import Questions
from delfin.testing.conformance.reading import Reading

FOLDER = "expected"


def documents(
    reading: Reading, questions: type[Questions], told: Callable[[str], str] = str
) -> dict[str, str]:
    """File name to content, without the columns that change at each reading."""
    parts: dict[str, Any] = {"storage": reading.storage, **reading.answers}
    if reading.alerts is not None:
        parts["alerts"] = reading.alerts
    return {
        f"{name}.json": told(_written(_steady(name, part, questions.volatile)))
        for name, part in parts.items()
    }


def write(folder: Path, wanted: dict[str, str]) -> None:
    """Make the accepted files these and no others."""
    target = folder / FOLDER
    target.mkdir(exist_ok=True)
    for path in target.glob("*.json"):
        if path.name not in wanted:
            path.unlink()
    for name, text in wanted.items():
        (target / name).write_text(text, encoding="utf-8")


def findings(folder: Path, found: dict[str, str]) -> list[str]:
    """What differs from the accepted files."""
    target = folder / FOLDER
    stored = {path.name: path.read_text(encoding="utf-8") for path in target.glob("*.json")}
    differing = [
        f"expected/{name} {difference(stored.get(name), found.get(name))}"
        for name in sorted(stored.keys() | found.keys())
        if stored.get(name) != found.get(name)
    ]
    return differing and [*differing, "run 'make accept' and review the diff"]


def steadiness_findings(first: Reading, second: Reading, questions: type[Questions]) -> list[str]:
    """What two readings of an unchanged array tell differently."""
    one, two = documents(first, questions), documents(second, questions)
    return [
        f"{name.removesuffix('.json')} differ between two readings: "
        f"{difference(one.get(name), two.get(name))}"
        for name in sorted(one.keys() | two.keys())
        if one.get(name) != two.get(name)
    ]


def _steady(name: str, part: Any, volatile: Collection[str]) -> Any:
    columns = {v.partition(".")[2] for v in volatile if v.partition(".")[0] == name}
    if not columns:
        return part
    if isinstance(part, dict):
        return {k: _steady(name, v, volatile) for k, v in part.items() if k not in columns}
    if isinstance(part, list):
        return [_steady(name, row, volatile) for row in part]
    return part


def _written(part: Any) -> str:
    return json.dumps(part, indent=2, sort_keys=True, ensure_ascii=False, default=str) + "\n"


def difference(stored: str | None, found: str | None) -> str:
    """Where two texts begin to differ, in words."""
    if stored is None:
        return "is not there"
    if found is None:
        return "is there, but the driver does not list it any more"
    lines = zip([*stored.splitlines(), ""], [*found.splitlines(), ""], strict=False)
    number, old, new = next(((n, a, b) for n, (a, b) in enumerate(lines, 1) if a != b), (0, "", ""))
    return f"line {number}: {old.strip()} became {new.strip()}"


def counts(reading: Reading) -> dict[str, int]:
    """Rows by table."""
    listed = ((kind, reading.answers[kind.key]) for kind in reading.kinds())
    # What is no listing at all is told by the check of the rows.
    good = (
        (k, a) for k, a in listed if isinstance(a, list) or (isinstance(a, dict) and k.key in a)
    )
    return {kind.key: len(rules.rows_of(kind, answer)) for kind, answer in good}
