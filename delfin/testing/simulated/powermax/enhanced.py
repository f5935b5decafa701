"""How enhanced calls answer: with the attributes that are selected, page by page.

Pages and their tokens have the shape of Dell's gopowermax 2 (types/v100, VolumePaging). An attribute
within another is told when it is named itself, 'srp.id': so a reader that trusts the outer one to
bring it along is found out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from delfin.testing.simulated.powermax.identity import Item

PAGE = 10_000


def page(
    kind: str, rows: Sequence[Item], query: Mapping[str, str], size: int
) -> dict[str, Any] | None:
    """The rows from where the request's token says; None for a token that was not handed out."""
    begin = int(query.get("resume_token", "after-0").removeprefix("after-"))
    if not 0 <= begin <= len(rows):
        return None
    chosen = frozenset(query.get("select", "id").split(","))
    end = begin + size
    answer: dict[str, Any] = {kind: [_selected(one, chosen) for one in rows[begin:end]]}
    if end < len(rows):
        answer["paging"] = {
            "resume_token": f"after-{end}",
            "total_instances": len(rows),
            "remaining_instances": len(rows) - end,
        }
    return answer


def _selected(whole: Item, chosen: Collection[str], outer: str = "") -> Item:
    """What of an object is selected and has a value."""
    return {
        name: _within(value, chosen, f"{outer}{name}.")
        for name, value in whole.items()
        if f"{outer}{name}" in chosen and value is not None
    }


def _within(value: Any, chosen: Collection[str], outer: str) -> Any:
    if isinstance(value, dict):
        return _selected(value, chosen, outer)
    if isinstance(value, list):
        return [_within(one, chosen, outer) for one in value]
    return value
