"""An option that nothing reads is a promise nobody keeps."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from delfin.conf import opts
from tests.meta.project import python_sources

# Options that exist only so that a configuration file of SODA Delfin is still accepted.
# The list may shrink; nothing is added to it.
KEPT_FOR_COMPATIBILITY: frozenset[str] = frozenset()


def unread(registered: Iterable[str], sources: Mapping[str, str]) -> set[str]:
    """Options (`group.name`) that no source mentions by their name."""
    words = set(re.findall(r"\w+", "\n".join(sources.values())))
    return {name for name in registered if name.rpartition(".")[2] not in words}


def findings(unused: set[str], kept: frozenset[str]) -> list[str]:
    """One sentence for each option to remove, and for each that is kept without need."""
    found = [
        f"option {name} is read nowhere: use it or remove it from delfin/conf"
        for name in unused - kept
    ]
    found += [
        f"option {name} is used or gone: take it off KEPT_FOR_COMPATIBILITY"
        for name in kept - unused
    ]
    return sorted(found)


def registered_options() -> list[str]:
    return [
        f"{getattr(group, 'name', group) or 'DEFAULT'}.{option.dest}"
        for group, options in opts.list_opts()
        for option in options
    ]


def test_every_option_is_read_somewhere() -> None:
    sources = {
        path: text
        for path, text in python_sources("delfin").items()
        if not path.startswith("delfin/conf/")
    }
    names = registered_options()
    assert names, "no option was found; this check would check nothing"
    found = findings(unread(names, sources), KEPT_FOR_COMPATIBILITY)
    assert not found, "\n".join(found)
