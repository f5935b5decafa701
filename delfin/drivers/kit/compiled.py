"""The quick way through a row map: one function, written once per map, that reads good records.

An array may have a hundred thousand rows of fifteen fields, so a field must not cost a call of
its own. As `dataclasses` does for `__init__`, a map is turned into the source of the function that
an author would write by hand: one dictionary, each field an expression. What does not fit the
record raises, and `RowMap` then reads the record rule by rule to say which field it was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from delfin.drivers.kit.convert import Scaled
from delfin.drivers.kit.rule import Calc, Const, Get, Record, Rule, inside
from delfin.drivers.kit.words import UnknownWords

Reader = Callable[[Record], dict[str, Any]]

_NEW = object()


def compiled(fields: Mapping[str, Rule], unknown: UnknownWords) -> Reader:
    """A function from record to row; it raises anything when the record does not fit."""
    source = _Source(unknown)
    row = ", ".join(f"{name!r}: {source.value(name, rule)}" for name, rule in fields.items())
    late = [
        f"row[{name!r}] = {source.known(rule.function)}(row)"
        for name, rule in fields.items()
        if isinstance(rule, Calc) and rule.of_row
    ]
    lines = [*source.holders, f"row = {{{row}}}", *late, "return row"]
    text = "def read(record):\n" + "".join(f"    {line}\n" for line in lines)
    exec(compile(text, f"<row map of {unknown.where}>", "exec"), source.names)  # noqa: S102 - made from the declaration alone
    read: Reader = source.names["read"]
    return read


class _Source:
    """Expressions for fields, and what the names in them stand for."""

    def __init__(self, unknown: UnknownWords) -> None:
        self.names: dict[str, Any] = {"NEW": _NEW, "getter": _getter, "missing": _missing}
        # Statements that find the objects within the record from which fields are read.
        self.holders: list[str] = []
        self._getters: dict[tuple[str, ...], str] = {}
        self._unknown = unknown
        # Also a map of constants alone looks whether the record is one.
        self._getter(())

    def known(self, value: Any) -> str:
        name = f"v{len(self.names)}"
        self.names[name] = value
        return name

    def value(self, name: str, rule: Rule) -> str:
        if isinstance(rule, Const):
            return self.known(rule.value)
        if isinstance(rule, Calc):
            return "None" if rule.of_row else f"{self.known(rule.function)}(record)"
        if rule.absent or (rule.required and rule.table is not None):
            # Rare: no expression is worth it.
            return f"{self.known(partial(_read, name, rule, self._unknown))}(record)"
        found = f"{self._getter(rule.steps[:-1])}({rule.steps[-1]!r})"
        return self._word(name, rule, found) if rule.table is not None else self._plain(rule, found)

    def _word(self, name: str, rule: Get, found: str) -> str:
        table = {**(rule.table or {}), None: rule.default, "": rule.default}
        new = self.known(partial(_noted, name, rule, self._unknown))
        lookup = f"{self.known(table.get)}(x := {found}, NEW)"
        return f"(y if (y := {lookup}) is not NEW else {new}(x))"

    def _plain(self, rule: Get, found: str) -> str:
        otherwise = "missing()" if rule.required else self.known(rule.default)
        value = "x" if rule.via is None else f"{self.known(rule.convert)}(x)"
        if isinstance(rule.via, Scaled):
            # Most numbers of most rows are capacities.
            value = f"(x * {rule.via.factor} if type(x) is int else {value})"
        # What is true is there: comparing a number with a text takes longer than that.
        return f'({value} if (x := {found}) or (x is not None and x != "") else {otherwise})'

    def _getter(self, steps: tuple[str, ...]) -> str:
        """The name of what reads a member of the object at that path."""
        if steps not in self._getters:
            holder = f"{self._getter(steps[:-1])}({steps[-1]!r})" if steps else "record"
            name = f"get{len(self._getters)}"
            self._getters[steps] = name
            self.holders.append(
                f"{name} = h.get if type(h := {holder}) is dict else getter(h, {bool(steps)})"
            )
        return self._getters[steps]


def _getter(holder: Any, within: bool) -> Callable[[str], Any]:
    """For what is no dict: another mapping, a list, or nothing at all."""
    if not within and not isinstance(holder, Mapping):
        raise TypeError("no object")
    return partial(inside, holder)


def _missing() -> Any:
    raise LookupError


def _noted(name: str, rule: Get, unknown: UnknownWords, value: Any) -> Any:
    unknown.note(name, rule.path, value)
    return rule.default


def _read(name: str, rule: Get, unknown: UnknownWords, record: Record) -> Any:
    return rule.read(name, record, unknown)
