"""What other processes may have done at an array, at once, ahead of the jobs of that array."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from delfin import exception
from delfin.alerts.report import tidy
from delfin.common.keyring import KeyRing
from delfin.common.redaction import conceal
from delfin.context import get_admin_context
from delfin.db.session import Database
from delfin.db.snmp_secrets import opened_in_transit
from delfin.drivers.api import DriverAPI
from delfin.drivers.session.turns import Priority
from delfin.task_manager import alert_clear

Row = dict[str, Any]


class ArrayAnswers:
    """Answers the requests of `delfin.rpc.array_calls`; raises classes of delfin.exception."""

    def __init__(self, database: Database, drivers: DriverAPI, keyring: KeyRing) -> None:
        self._database = database
        self._drivers = drivers
        self._keyring = keyring
        self._requests: Mapping[str, Callable[..., Any]] = {
            "list_alerts": self.list_alerts,
            "clear_alert": self.clear_alert,
            "add_trap_config": self._traps(drivers.add_trap_config),
            "remove_trap_config": self._traps(drivers.remove_trap_config),
        }

    def __call__(self, storage_id: str, name: str, arguments: Mapping[str, Any]) -> Any:
        return self._requests[name](storage_id, **arguments)

    def list_alerts(self, storage_id: str) -> list[Row]:
        """What the array has now, with the keys of SODA's model alone."""
        with _supported(storage_id, "alerts"):
            # Drivers differ in what they make of a time range; all of them list everything.
            listed = self._drivers.list_alerts(
                get_admin_context(storage_id=storage_id), storage_id, priority=Priority.HIGH
            )
        if not isinstance(listed, list | tuple):
            raise exception.InvalidResults(
                f"list_alerts returned {type(listed).__name__}, not a list"
            )
        return [_shown(alert) for alert in listed]

    def clear_alert(self, storage_id: str, sequence_number: str) -> None:
        alert_clear.clear(self._database, self._drivers, storage_id, sequence_number)

    def _traps(self, call: Callable[..., Any]) -> Callable[..., None]:
        def configure(storage_id: str, config: Row, targets: list[Row]) -> None:
            settings = dict(config)
            if "community_string" in settings:
                plain = opened_in_transit(self._keyring, storage_id, settings["community_string"])
                conceal(plain)
                settings["community_string"] = plain
            for target in targets:
                with _supported(storage_id, "trap configuration"):
                    call(
                        get_admin_context(storage_id=storage_id),
                        storage_id,
                        {**settings, **target},
                    )

        return configure


def _shown(alert: Any) -> Row:
    """Words of the vocabulary, time in milliseconds, and what the array did not tell left out."""
    tidied = tidy(alert).row
    row: Row = {
        name: value
        for name, value in tidied.items()
        if name == "occur_time" or alert.get(name) not in (None, "")
    }
    if isinstance(alert.get("sequence_number"), int):
        row["sequence_number"] = alert["sequence_number"]
    return row


@contextmanager
def _supported(storage_id: str, what: str) -> Iterator[None]:
    """Says that the driver cannot do it, where it says so."""
    try:
        yield
    except NotImplementedError:
        raise exception.OperationNotSupported(storage_id, what) from None
