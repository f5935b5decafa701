"""What a driver lists: rules of rows, references, presence; the findings are sentences."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from delfin.inventory.kind import ResourceKind
from delfin.testing import rules
from delfin.testing.conformance.contract import implements
from delfin.testing.conformance.questions import Questions, differs
from delfin.testing.conformance.reading import Reading

_CAPACITY = re.compile(r": (?:used \d+ exceeds total|total \d+ is not used)")
_REPEATED = re.compile(r" appears \d+ times$")


def row_findings(reading: Reading, questions: type[Questions]) -> list[str]:
    """Columns, types, lengths, vocabulary, ids and sums of everything listed."""
    found = failures(reading) + rules.storage_findings(reading.storage)
    for kind in reading.kinds():
        found += rules.findings(kind, _answer(reading, kind, questions))
    if differs(questions.capacities_add_up):
        found = [text for text in found if not _CAPACITY.search(text)]
    if differs(questions.ids_are_unique):
        found = [text for text in found if not _REPEATED.search(text)]
    return found


def reference_findings(reading: Reading, questions: type[Questions]) -> list[str]:
    """Names of rows that are not listed."""
    told = {kind: _answer(reading, kind, questions) for kind in reading.kinds()}
    well = {kind: answer for kind, answer in told.items() if _is_listing(answer)}
    known = {
        kind.key: {str(row.get(kind.native_id)) for row in rules.rows_of(kind, answer)}
        for kind, answer in well.items()
    }
    found = [text for kind, answer in well.items() for text in rules.dangling(kind, answer, known)]
    return [text for text in found if text.partition(" ")[0] not in questions.dangling]


def presence_findings(reading: Reading, questions: type[Questions], driver: type[Any]) -> list[str]:
    """What is implemented has data; what is not is left to the contract's default."""
    found = []
    for kind in reading.kinds():
        if not implements(driver, kind.lister):
            continue
        answer = reading.answers[kind.key]
        rows = rules.rows_of(kind, answer) if _is_listing(answer) else []
        if rows and kind.key in questions.empty:
            found.append(f"empty: {kind.key} has rows in this recording: take the answer back")
        elif not rows and kind.lister in reading.silent:
            found.append(
                f"{kind.lister} returns nothing without asking the array: leave the method out, "
                "so that the kind counts as not supported"
            )
        elif not rows and kind.key not in questions.empty:
            found.append(
                f"{kind.lister} returned no rows: record an array that has some, or answer "
                f"'empty' for {kind.key!r}"
            )
    return found


def failures(reading: Reading) -> list[str]:
    """Methods that raised something else than NotImplementedError."""
    return [
        f"{name} raised {type(error).__name__}: {error}" for name, error in reading.failures.items()
    ]


def _answer(reading: Reading, kind: ResourceKind, questions: type[Questions]) -> Any:
    """As the driver gave it; a list of groups that may be one, as the dict that it stands for."""
    answer, embed = reading.answers[kind.key], kind.embed
    written = embed is not None and embed.written
    if not written or not isinstance(answer, list) or not differs(questions.groups_are_dicts):
        return answer
    assert embed is not None
    groups, pairs = [], []
    for group in rules.plain_rows(answer):
        groups.append({name: value for name, value in group.items() if name != embed.field})
        pairs += [
            {
                "storage_id": group.get("storage_id"),
                embed.by: group.get(embed.by),
                embed.shows: member.strip(),
            }
            for member in str(group.get(embed.field) or "").split(",")
            if member.strip()
        ]
    return {kind.key: groups, str(embed.model.__tablename__): pairs}


def _is_listing(answer: Any) -> bool:
    lists = list(answer.values()) if isinstance(answer, Mapping) else [answer]
    return all(
        isinstance(rows, list) and all(isinstance(row, dict) for row in rows) for rows in lists
    )
