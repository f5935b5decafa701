"""Translation of texts: delfin speaks English, drivers may still mark theirs."""

from __future__ import annotations


def _(text: str) -> str:
    return text
