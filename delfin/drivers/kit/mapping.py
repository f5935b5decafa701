"""Say how a vendor's record becomes a delfin row, one line per field: for a driver's fields.py."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from typing import Any

from delfin import exception
from delfin.drivers.kit.compiled import compiled
from delfin.drivers.kit.rule import FREE, MALFORMED, Calc, Const, Get, Record, Rule
from delfin.drivers.kit.words import UnknownWords

__all__ = ["FREE", "Calc", "Const", "Get", "Record", "RowMap", "Rule"]
_UNFIT = (*MALFORMED, exception.InvalidResults)


class RowMap:
    """The rules of one kind of row; 'unknown.seen' counts words that its tables lack.

    Errors and warnings name the module that declares the map, and so the driver; another name
    may be given as the one positional argument.
    """

    def __init__(self, where: str = "", /, **fields: Rule) -> None:
        self.where = where or declared_in()
        self.fields: Mapping[str, Rule] = fields
        self.unknown = UnknownWords(self.where)
        self._read = compiled(fields, self.unknown)

    def rows(self, storage_id: str | None, records: Iterable[Record]) -> list[dict[str, Any]]:
        """A delfin row for each record; raises as `row`."""
        made = []
        for record in records:
            # As in `values`, without two more calls for each of very many rows.
            try:
                row = self._read(record)
            except _UNFIT:
                row = self._carefully(record)
            row["storage_id"] = storage_id
            made.append(row)
        return made

    def row(self, storage_id: str | None, record: Record) -> dict[str, Any]:
        """One delfin row.

        Raises InvalidResults naming the driver, the row's field and the vendor's path.
        """
        row = self.values(record)
        row["storage_id"] = storage_id
        return row

    def values(self, record: Record) -> dict[str, Any]:
        """The same without the storage's id: for alerts, which delfin labels itself."""
        try:
            return self._read(record)
        except _UNFIT:
            return self._carefully(record)

    def _carefully(self, record: Record) -> dict[str, Any]:
        """Rule by rule, to say which one is wrong."""
        if not isinstance(record, Mapping):
            raise exception.InvalidResults(
                f"{self.where}: a record is {type(record).__name__}, not an object"
            )
        heard, row = _Heard(), dict.fromkeys(self.fields)
        # What is computed from the row comes last.
        order = sorted(self.fields.items(), key=lambda field: getattr(field[1], "of_row", False))
        for name, rule in order:
            late = isinstance(rule, Calc) and rule.of_row
            try:
                row[name] = rule.read(name, row if late else record, heard)
            except exception.InvalidResults as error:
                raise exception.InvalidResults(f"{self.where}: {error.error_args[0]}") from error
        return row

    def but(self, **changes: Rule | None) -> RowMap:
        """The same map with some fields changed or, given None, dropped: for other firmware."""
        merged = {**self.fields, **changes}
        kept = {name: rule for name, rule in merged.items() if rule is not None}
        return RowMap(self.where, **kept)


class _Heard(UnknownWords):
    """For a record whose words were noted already."""

    def note(self, name: str, path: str, word: object) -> None:
        """Keep quiet."""


def declared_in(depth: int = 1) -> str:
    """`fake_storage` for what delfin/drivers/fake_storage/fields.py declares; the caller's is 1."""
    # As collections.namedtuple finds the module of its class.
    name = str(sys._getframe(depth + 1).f_globals.get("__name__", ""))  # noqa: SLF001 - see above
    return name.removeprefix("delfin.drivers.").removesuffix(".fields")
