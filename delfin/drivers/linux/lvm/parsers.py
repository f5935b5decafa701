"""From what a tool prints to records; no connection, no delfin words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from delfin.drivers.kit import tables
from delfin.drivers.kit.tables import listed

Record = dict[str, Any]


def lvm_groups(answer: Any) -> list[Record]:
    """One record per volume group; physical volumes of no group come as one without `vg`."""
    parts = listed(answer, "report")
    return [{key: listed({key: [], **part}, key) for key in ("vg", "pv", "lv")} for part in parts]


def smart(text: str) -> dict[str, Record]:
    """One compact JSON document per line, by the kernel name of its device."""
    found: dict[str, Record] = {}
    for line in text.splitlines():
        if not line.strip():
            continue
        try:
            document = json.loads(line)
            device = document["device"]["name"]
        except (ValueError, LookupError, TypeError):
            # A disk that could not be opened, and what sudo or the tool says in plain words.
            continue
        found[str(device).rpartition("/")[2]] = document
    return found


def files(text: str) -> dict[str, str]:
    """`grep -HZ` output: each line as path, NUL, content; lines of one file are joined again."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        path, separator, content = line.partition("\0")
        if separator:
            found[path] = f"{found[path]}\n{content}" if path in found else content
    return found


def nfs_paths(etab: str) -> list[str]:
    """The first word of each line of etab; blanks in it are octal escapes."""
    paths = (line.split()[0] for line in etab.splitlines() if line.strip())
    return list(dict.fromkeys(map(_unescaped, paths)))


def _unescaped(word: str) -> str:
    raw = re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), word)
    # The escapes stand for bytes of UTF-8 text.
    try:
        return raw.encode("latin-1").decode()
    except UnicodeError:
        return raw


def smb_sections(text: str) -> list[Record]:
    """The sections of testparm's output with their parameters, `global` left out."""
    return [section for section in tables.sections(text) if section["name"] != "global"]


@dataclass(frozen=True)
class Tree:
    """Folders and links (with what they point at) and the content of files, by path."""

    links: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)

    def below(self, pattern: str) -> Iterator[tuple[re.Match[str], str]]:
        """Paths that fit a regular expression in full, each with what it points at, sorted."""
        fits = re.compile(pattern)
        for path, points_at in sorted(self.links.items()):
            match = fits.fullmatch(path)
            if match:
                yield match, points_at


def tree(text: str) -> Tree:
    """Lines of path, tab, link target; an empty line; then files as `files` reads them."""
    listing, _, contents = text.partition("\n\n")
    links = (line.removeprefix("./").partition("\t") for line in listing.splitlines())
    return Tree(
        {path: points_at for path, tab, points_at in links if tab},
        {path.removeprefix("./"): content for path, content in files(contents).items()},
    )
