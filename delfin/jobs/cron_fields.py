"""Reads a cron line as crontab(5) describes it, into what APScheduler understands.

APScheduler counts weekdays from Monday, knows words that cron has not, and wants a day to fit both
the day of the month and the weekday.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_NUMBERS = re.compile(r"(?:\*|\d{1,2}(?:-\d{1,2})?)(?:/\d{1,2})?")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_LONGEST = 255
# Name and range of each field; a Sunday is 0 and 7.
_FIELDS = {
    "minute": (0, 59),
    "hour": (0, 23),
    "day of month": (1, 31),
    "month": (1, 12),
    "day of week": (0, 7),
}


@dataclass(frozen=True)
class Fields:
    """The fields; 'days' are pairs of day of month and weekday, of which one must fit."""

    minute: str
    hour: str
    month: str
    days: tuple[tuple[str, str], ...]

    @classmethod
    def parse(cls, line: str) -> Fields:
        """Raises ValueError; the text says which field is wrong, and repeats nothing."""
        words = line.lower().split()
        if len(words) != len(_FIELDS) or len(line) > _LONGEST:
            raise ValueError(f"it needs five fields: {', '.join(_FIELDS)}")
        minute, hour, day, month, weekday = (
            _checked(name, _in_numbers(name, word))
            for name, word in zip(_FIELDS, words, strict=True)
        )
        named = weekday if weekday == "*" else _weekdays(weekday)
        # As in cron: when both say something, a day may fit either.
        either = not day.startswith("*") and not weekday.startswith("*")
        days = ((day, "*"), ("*", named)) if either else ((day, named),)
        return cls(minute, hour, month, days)


def _in_numbers(name: str, word: str) -> str:
    names = {"month": dict(zip(_MONTHS, range(1, 13), strict=True))}
    names["day of week"] = dict(zip(_WEEKDAYS, range(7), strict=True))
    for text, number in names.get(name, {}).items():
        word = re.sub(rf"\b{text}\b", str(number), word)
    return word


def _checked(name: str, word: str) -> str:
    least, most = _FIELDS[name]
    for item in word.split(","):
        if not _NUMBERS.fullmatch(item):
            raise ValueError(f"the {name} is not understood")
        span, _, step = item.partition("/")
        if step and not 0 < int(step) <= most - least:
            raise ValueError(f"the step of the {name} must be from 1 to {most - least}")
        ends = [int(end) for end in span.split("-")] if span != "*" else [least, most]
        if not least <= ends[0] <= ends[-1] <= most:
            raise ValueError(f"the {name} must be from {least} to {most}, the smaller end first")
        if step and span != "*" and int(step) > ((ends[1] if len(ends) > 1 else most) - ends[0]):
            raise ValueError(f"the step of the {name} is larger than its range")
    return word


def _weekdays(word: str) -> str:
    """The names of the days that a checked field of numbers means."""
    found: set[int] = set()
    for item in word.split(","):
        span, _, step = item.partition("/")
        first, _, last = span.partition("-")
        if span == "*":
            first, last = "0", "6"
        elif step and not last:
            last = "6"
        found |= {day % 7 for day in range(int(first), int(last or first) + 1, int(step or 1))}
    return ",".join(_WEEKDAYS[day] for day in sorted(found))
