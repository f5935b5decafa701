"""Replaces known texts wherever they stand as words of their own; for many texts, in one pass."""

from __future__ import annotations

import re

WORD = re.compile(r"[A-Za-z0-9]+")


class Literals:
    """Texts and what stands for each."""

    def __init__(self) -> None:
        self._stand_ins: dict[str, str] = {}
        self._by_first_word: dict[str, list[str]] = {}

    def add(self, text: str, stand_in: str) -> None:
        """From now on 'text', which must begin with a letter or digit, is replaced."""
        if text in self._stand_ins:
            return
        first = WORD.match(text)
        if first is None:
            return
        self._stand_ins[text] = stand_in
        known = self._by_first_word.setdefault(first[0], [])
        known.append(text)
        known.sort(key=len, reverse=True)

    def __contains__(self, text: str) -> bool:
        return text in self._stand_ins

    def replaced(self, text: str) -> str:
        if text in self._stand_ins:
            return self._stand_ins[text]
        parts, done = [], 0
        for word in WORD.finditer(text):
            start = word.start()
            if start < done:
                continue
            for known in self._by_first_word.get(word[0], ()):
                end = start + len(known)
                if text.startswith(known, start) and not text[end : end + 1].isalnum():
                    parts += [text[done:start], self._stand_ins[known]]
                    done = end
                    break
        return "".join([*parts, text[done:]]) if done else text
