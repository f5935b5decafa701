"""Words and values of the vendor in messages: noted when new, cut when long, hidden when secret."""

from __future__ import annotations

import threading
from collections import Counter

from oslo_log import log

LOG = log.getLogger(__name__)

_SHOWN = 60
_SECRET_WORDS = ("passw", "secret", "token", "credential", "community", "private_key")


class UnknownWords:
    """Words of the vendor that a table lacks: counted always, logged once each.

    The first words of new firmware show up here. At most 'LIMIT' different words are kept,
    since a device may send a number where a word is expected.
    """

    LIMIT = 1000

    def __init__(self, where: str = "") -> None:
        self.where = where
        self.seen: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()

    def note(self, name: str, path: str, word: object) -> None:
        said = shown(name, path, word)
        with self._lock:
            known = (name, said) in self.seen
            if not known and len(self.seen) >= self.LIMIT:
                return
            self.seen[name, said] += 1
        if not known:
            LOG.warning(
                "Unknown word %s at '%s' for the field '%s' of %s", said, path, name, self.where
            )


def shown(name: str, path: str, value: object) -> str:
    """The value for a message: cut, and hidden when the field or path speaks of a secret."""
    place = f"{name} {path}".lower()
    if any(word in place for word in _SECRET_WORDS):
        return "a hidden value"
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
