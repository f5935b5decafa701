"""What is asked about one thing after the other, of things that may be removed meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

from delfin import exception

Name = TypeVar("Name", bound=Hashable)
Answered = TypeVar("Answered")


def each(
    ask: Callable[[Name], Answered],
    names: Iterable[Name],
    listing: Callable[[], Iterable[Name]],
    *,
    at_once: int = 1,
    missing: tuple[type[Exception], ...] = (exception.ComponentNotFound,),
) -> dict[Name, Answered]:
    """What 'ask' answers about each name, so many at a time, in the order of the names.

    One for which it raises one of 'missing', and that 'listing' no longer names, was removed since:
    it is left out. Raises that error for one that is listed still, and what else 'ask' raises as
    soon as those that are under way have ended; no other is asked then.
    """
    asked = list(names)
    found: dict[Name, Answered] = {}
    lost: dict[Name, Exception] = {}
    pool = ThreadPoolExecutor(at_once)
    try:
        # The deadline of the call is in the context.
        answers = [pool.submit(copy_context().run, ask, name) for name in asked]
        for name, answer in zip(asked, answers, strict=True):
            try:
                found[name] = answer.result()
            except missing as error:
                lost[name] = error
    finally:
        pool.shutdown(cancel_futures=True)
    listed = set(listing()) if lost else set()
    for name, why in lost.items():
        if name in listed:
            raise why
    return found
