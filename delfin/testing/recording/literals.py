"""Finds known texts wherever they stand as words of their own; for many texts, in one pass."""

from __future__ import annotations

import re
from collections.abc import Iterator

_WORD = re.compile(r"[A-Za-z0-9]+")


class Literals:
    """Texts and what stands for each."""

    def __init__(self) -> None:
        self._stand_ins: dict[str, str] = {}
        # By their first word, how long the texts are: a look-up for each length beats comparing.
        self._lengths: dict[str, list[int]] = {}

    def add(self, text: str, stand_in: str) -> None:
        """From now on 'text', which must begin with a letter or digit, is replaced."""
        first = _WORD.match(text)
        if first is None or text in self._stand_ins:
            return
        self._stand_ins[text] = stand_in
        lengths = self._lengths.setdefault(first[0], [])
        if len(text) not in lengths:
            lengths.append(len(text))
            lengths.sort(reverse=True)

    def __contains__(self, text: str) -> bool:
        return text in self._stand_ins

    def found(self, text: str) -> Iterator[tuple[int, str]]:
        """Where a known text begins, and which; the longest one where several do."""
        done = 0
        for word in _WORD.finditer(text):
            start = word.start()
            lengths = self._lengths.get(word[0])
            if lengths is None or start < done:
                continue
            for length in lengths:
                known = text[start : start + length]
                if (
                    known in self._stand_ins
                    and not text[start + length : start + length + 1].isalnum()
                ):
                    done = start + length
                    yield start, known
                    break

    def replaced(self, text: str) -> str:
        if text in self._stand_ins:
            return self._stand_ins[text]
        parts, done = [], 0
        for start, known in self.found(text):
            parts += [text[done:start], self._stand_ins[known]]
            done = start + len(known)
        return "".join([*parts, text[done:]]) if done else text
