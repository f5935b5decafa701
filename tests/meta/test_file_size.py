"""A file that has outgrown one screenful of ideas is two files."""

from __future__ import annotations

from collections.abc import Mapping

from tests.meta.project import python_sources

LONGEST = 400
# Files that may be longer. The list may shrink; nothing is added to it.
EXCEPTIONS: frozenset[str] = frozenset()


def findings(sources: Mapping[str, str]) -> list[str]:
    """One sentence for each file over the limit, and for each exception no longer needed."""
    lengths = {path: len(source.splitlines()) for path, source in sources.items()}
    too_long = [
        f"{path} has {length} lines (limit {LONGEST}): find its second reason to be opened "
        "and move that to a file of its own"
        for path, length in lengths.items()
        if length > LONGEST and path not in EXCEPTIONS
    ]
    settled = [
        f"{path} is no longer over {LONGEST} lines: take it off EXCEPTIONS"
        for path in EXCEPTIONS
        if lengths.get(path, 0) <= LONGEST
    ]
    return too_long + settled


def test_no_file_is_too_long() -> None:
    sources = python_sources("delfin", "tests", "tools")
    # Migrations are written by a tool and never edited afterwards.
    kept = {path: text for path, text in sources.items() if "/migrations/versions/" not in path}
    assert not findings(kept), "\n".join(findings(kept))
