"""What the text of an event is about, listed or trapped: the two put the array and the object apart.

Unisphere lists "Port state has changed to Online. - Object is: 000197900111:RF-1F:5" (PyU4V, the
data of its CI tests). Monitors that were sent such events have the array before the text as well:
"Symmetrix 000292605459 : Component state has changed to Offline. - Object is: ..." (a test mail of
Fleta's HSRM), or no blank before the dash: "Disk state is now Offline (was: Online).-Object is:
000496800367:02C:C387" (kevinliu78/Test on GitHub, TestStringIndexof.java). Dell's pages of array
event codes say that an event sent by SNMP has its component if one is known, and not where.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_BEFORE = re.compile(r"Symmetrix \d{12} ?: ")
_BEHIND = re.compile(r" ?- ?Object is: ?\d{12}(?::(?P<object>\S.*))?$")


class Said(NamedTuple):
    """What happened, and the object that it happened to; empty when the text puts none apart."""

    happened: str
    thing: str


def said(text: str) -> Said:
    """The event's own words without the array and the object that are written around them."""
    plain = " ".join(text.split())
    before, behind = _BEFORE.match(plain), _BEHIND.search(plain)
    happened = plain[before.end() if before else 0 : behind.start() if behind else len(plain)]
    return Said(happened, (behind["object"] or "") if behind else "")


def names(text: str, thing: str) -> bool:
    """Whether the text says it as a word: a part of a word or of a number is not its name."""
    return re.search(rf"(?<![\w-]){re.escape(thing)}(?![\w-])", text) is not None
