"""Alerts of a listing and of traps from one declaration: for a driver's alerts.py."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from delfin import exception
from delfin.common import snmptrapd
from delfin.common.alert_util import is_alert_in_time_range
from delfin.drivers.kit.mapping import Calc, Record, RowMap
from delfin.drivers.kit.rule import found_at
from delfin.utils import utcnow_ms

# The variable that holds a trap's own OID; traps of SNMPv1 are given in this form, too.
TRAP_OID = snmptrapd.TRAP_OID
# What delfin adds to a trap's variables.
ADDED = ("transport_address", "storage_id", "controller_name")


def match_key(*paths: str) -> Calc:
    """The same for a fault and its recovery, in a listing and in a trap: a digest of these values.

    Choose what both tell in the same words: the kind of the fault and the part that has it.
    """
    steps = [path.split(".") for path in paths]

    def key(record: Record) -> str:
        text = "/".join(str(found_at(record, step)) for step in steps)
        return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()

    return Calc(key)


def texts_too(words: Mapping[Any, str]) -> dict[Any, str]:
    """A table of numbers that also knows them as text: traps have texts only."""
    return {**words, **{str(word): ours for word, ours in words.items()}}


# For an array that does not tell when.
NOW = Calc(lambda _: utcnow_ms())


@dataclass(frozen=True)
class AlertMap:
    """One vendor's events, listed or trapped.

    'alert' maps an event to the alert model. Traps are ours when they, or a variable of theirs,
    stand below the OID 'root'. 'variables' names a trap's variables as the listing names them: by
    the OID below the root, without the instance. 'traps' holds what a trap's own OID tells, by
    that OID below the root; the OID itself is the event's `trap`. A trap that 'traps' lacks is
    read all the same, and noted in 'alert.unknown'. A trap without one of the 'needs' raises
    IncompleteTrapInformation: delfin then lists the alerts.
    """

    alert: RowMap
    root: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)
    traps: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    needs: Collection[str] = ()

    def listed(
        self, events: Iterable[Record], query_para: Mapping[str, Any] | None = None
    ) -> list[dict[str, Any]]:
        """The alerts of a listing inside the time range; raises InvalidResults."""
        found = (self.alert.values(event) for event in events)
        return [one for one in found if is_alert_in_time_range(query_para, one.get("occur_time"))]

    def from_trap(self, trap: Mapping[str, str]) -> dict[str, Any] | None:
        """The alert of a trap as `parse_alert` gets it; None for another vendor's.

        Raises InvalidResults when it is ours and lacks what the map requires.
        """
        event = self.event(trap)
        if event is None:
            return None
        if any(event.get(name) in {None, ""} for name in self.needs):
            raise exception.IncompleteTrapInformation(self.alert.where)
        return self.alert.values(event)

    def event(self, trap: Mapping[str, str]) -> dict[str, Any] | None:
        """The trap in the words of the listing; None for another vendor's."""
        told: dict[str, Any] = {}
        for oid, text in trap.items():
            name = self._variable(oid)
            if name is not None:
                told.setdefault(name, text)
        own = self._below(str(trap.get(TRAP_OID, "")))
        if own is None and not told:
            return None
        if own is not None and self.traps and own not in self.traps:
            self.alert.unknown.note("trap", TRAP_OID, own)
        added = {name: trap[name] for name in ADDED if name in trap}
        return {**added, "trap": own, **self.traps.get(own or "", {}), **told}

    def _below(self, oid: str) -> str | None:
        """The part of an OID below the root."""
        bare = oid.lstrip(".")
        return bare.removeprefix(f"{self.root}.") if bare.startswith(f"{self.root}.") else None

    def _variable(self, oid: str) -> str | None:
        """The name of a variable, whatever its instance."""
        below = self._below(oid)
        while below:
            if below in self.variables:
                return self.variables[below]
            below = below.rpartition(".")[0]
        return None
