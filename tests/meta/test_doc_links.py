"""A link in the documentation leads somewhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath

from tests.meta.project import ROOT, files, text_of

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
OUTSIDE = ("http://", "https://", "mailto:")


def findings(pages: Mapping[str, str], exists: Callable[[str], bool]) -> list[str]:
    """One sentence for each relative link whose file, or whose heading, is not there."""
    found = []
    for page, text in pages.items():
        for target in LINK.findall(text):
            if target.startswith(OUTSIDE):
                continue
            path, _, anchor = target.partition("#")
            there = _resolve(page, path) if path else page
            if not exists(there):
                found.append(f"{page}: {target}: no such file")
            elif anchor and there in pages and anchor not in _anchors(pages[there]):
                found.append(f"{page}: {target}: no such heading")
    return found


def _resolve(page: str, path: str) -> str:
    steps: list[str] = []
    for step in (PurePosixPath(page).parent / path).parts:
        if step == ".." and steps:
            steps.pop()
        else:
            steps.append(step)
    return "/".join(steps)


def _anchors(text: str) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    kept = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.strip().replace(" ", "-") for heading in kept}


def unreachable(pages: Mapping[str, str], start: str) -> list[str]:
    """Pages below docs/ that no chain of links leads to from the start page."""
    seen: set[str] = set()
    ahead = [start]
    while ahead:
        page = ahead.pop()
        if page not in seen and page in pages:
            seen.add(page)
            ahead += [_resolve(page, link.partition("#")[0]) for link in LINK.findall(pages[page])]
    return sorted(page for page in pages if page.startswith("docs/") and page not in seen)


def test_every_page_can_be_reached_from_the_readme() -> None:
    pages = {name: text_of(name) for name in files() if name.endswith(".md")}
    lost = unreachable(pages, "README.md")
    assert not lost, f"no link leads to {lost}: add them to docs/README.md"


def test_links_in_the_documentation_resolve() -> None:
    pages = {name: text_of(name) for name in files() if name.endswith(".md")}
    found = findings(pages, lambda path: (ROOT / path).exists())
    assert not found, "\n".join(found)
