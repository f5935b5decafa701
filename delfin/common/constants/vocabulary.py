"""The base of the word lists: plain strings, so that drivers, rows and JSON compare as they are."""

from __future__ import annotations

from typing import Any, ClassVar


class Vocabulary:
    """Upper-case attributes are the words; `ALL` has them in the order of their declaration."""

    ALL: ClassVar[tuple[Any, ...]] = ()

    def __init_subclass__(cls) -> None:
        words = (value for name, value in vars(cls).items() if name.isupper() and name != "ALL")
        cls.ALL = tuple(dict.fromkeys(words))
