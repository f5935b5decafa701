"""What the traps of one storage mean: alerts as its driver reads them, equal ones counted together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Protocol

from oslo_log import log
from sqlalchemy import select

from delfin import exception
from delfin.alert_manager.inbox import Waiting
from delfin.alerts.report import Report, tidy
from delfin.common.constants import DEFAULT_RESOURCE_TYPE, Category, EventType, Severity
from delfin.common.snmptrapd import TRAP_OID, UPTIME_OID
from delfin.context import RequestContext, get_admin_context
from delfin.db.access_info import AccessInfo
from delfin.db.alert_sources import AlertSource
from delfin.db.session import Database
from delfin.db.storages import Storage
from delfin.inventory.hardware import Controller

LOG = log.getLogger(__name__)

Row = dict[str, Any]
ParseAlert = Callable[[RequestContext, dict[str, str]], Row | None]

PLAIN_ID = "snmp.trap"
_MINUTE_MS = 60_000
# As much of the variables as a description holds.
_LONGEST = 8_000


class Parsers(Protocol):
    """What is asked of drivers; delfin.drivers.api.DriverAPI offers it."""

    def alert_parser(self, storage_id: str) -> ParseAlert: ...


@dataclass(frozen=True)
class Reported:
    """An alert of a storage, and how many traps said so one after the other."""

    storage_id: str
    report: Report
    times: int = 1


class Meanings:
    """Reads the traps of one storage.

    Attributes:
        incomplete: A trap said that something is wrong, but not what.
    """

    def __init__(self, database: Database | None, drivers: Parsers, storage_id: str) -> None:
        """Without a database there is no storage either, and only the driver is asked."""
        self._database = database
        self._drivers = drivers
        self._storage_id = storage_id
        self._context = get_admin_context(storage_id=storage_id)
        self._parse: ParseAlert = _means_nothing
        self.incomplete = False

    def of(self, traps: Iterable[Waiting]) -> list[Reported]:
        """The alerts of traps, in their order."""
        with suppress(exception.DelfinException):
            # Without a driver every trap is kept as it is.
            self._parse = self._drivers.alert_parser(self._storage_id)
        controllers = self._controllers()
        return collapsed(self._read(trap, controllers) for trap in traps)

    def unread(self, traps: Iterable[Waiting]) -> list[Reported]:
        """Traps as plain events, without asking the driver."""
        return [Reported(self._storage_id, tidy(plain(trap))) for trap in traps]

    def _read(self, trap: Waiting, controllers: Mapping[str, str]) -> Reported | None:
        try:
            alert = self._parse(self._context, self._for_driver(trap, controllers))
        except exception.IncompleteTrapInformation:
            self.incomplete = True
            return None
        except Exception as error:  # noqa: BLE001 - the driver's fault; the trap is kept all the same
            LOG.warning("A trap of storage %s cannot be read: %r", self._storage_id, error)
            alert = None
        if not isinstance(alert, dict) or not alert:
            return Reported(self._storage_id, tidy(plain(trap)))
        return Reported(self._owner_of(alert), tidy(alert, trap.received_at))

    def _for_driver(self, trap: Waiting, controllers: Mapping[str, str]) -> dict[str, str]:
        """SODA's dictionary: the variables, and where the trap came from."""
        address = trap.content["address"]
        told = {
            **trap.content["variables"],
            "transport_address": address,
            "storage_id": self._storage_id,
        }
        if address in controllers:
            told["controller_name"] = controllers[address]
        return told

    def _controllers(self) -> dict[str, str]:
        """Names of the storage's controllers by their management addresses."""
        if self._database is None:
            return {}
        wanted = select(Controller.mgmt_ip, Controller.name).where(
            Controller.storage_id == self._storage_id,
            Controller.mgmt_ip.is_not(None),
            Controller.name.is_not(None),
        )
        with self._database.reader() as session:
            return {str(address): str(name) for address, name in session.execute(wanted)}

    @cached_property
    def _own(self) -> tuple[str | None, str | None]:
        """Serial number and name of the storage."""
        if self._database is None:
            return None, None
        with self._database.reader() as session:
            storage = session.get(Storage, self._storage_id)
            return (None, None) if storage is None else (storage.serial_number, storage.name)

    def _owner_of(self, alert: Row) -> str:
        """A manager of several arrays says in the alert which one it means.

        That one must be of the same driver and have SNMP settings of its own.
        """
        if self._database is None:
            return self._storage_id
        serial, name = alert.get("serial_number"), alert.get("storage_name")
        if (not serial or serial == self._own[0]) and (not name or name == self._own[1]):
            return self._storage_id
        named = [Storage.serial_number == str(serial)] if serial else [Storage.name == str(name)]
        with self._database.reader() as session:
            mine = session.get(AccessInfo, self._storage_id)
            if mine is None:
                return self._storage_id
            found = session.scalars(
                select(Storage.id)
                .join(AccessInfo)
                .join(AlertSource, AlertSource.storage_id == Storage.id)
                .where(
                    Storage.deleted.is_(False),
                    AccessInfo.vendor == mine.vendor,
                    AccessInfo.model == mine.model,
                    *named,
                )
                .limit(2)
            ).all()
        return found[0] if len(found) == 1 else self._storage_id


def _means_nothing(_context: RequestContext, _trap: dict[str, str]) -> None:
    """What a driver that is not there makes of a trap."""


def plain(trap: Waiting) -> Row:
    """What is kept of a trap that the driver does not know: an event with its variables."""
    told = trap.content["variables"]
    name = told.get(TRAP_OID, "")
    lines = [f"{oid} = {text}" for oid, text in told.items() if oid not in {UPTIME_OID, TRAP_OID}]
    return {
        "alert_id": PLAIN_ID,
        "alert_name": f"SNMP trap {name}"[:255],
        "severity": Severity.NOT_SPECIFIED,
        "category": Category.EVENT,
        "type": EventType.NOT_SPECIFIED,
        "description": "\n".join([f"Trap {name}", *lines])[:_LONGEST],
        "resource_type": DEFAULT_RESOURCE_TYPE,
        "match_key": f"{PLAIN_ID}/{name}",
        # Equal ones of one minute are one event that is counted.
        "occur_time": trap.received_at // _MINUTE_MS * _MINUTE_MS,
    }


def collapsed(reports: Iterable[Reported | None]) -> list[Reported]:
    """Equal reports as one, with their number; what a recovery separates stays separate."""
    result: list[Reported] = []
    places: dict[tuple[str, ...], int] = {}
    for one in reports:
        if one is None:
            continue
        key, last = _key(one), len(result) - 1
        place = places.get(key)
        if one.report.row["category"] == Category.RECOVERY and place != last:
            # A fault that comes after it opens its alert anew.
            places, place = {}, None
        if place is not None and _severity(result[place]) == _severity(one):
            result[place] = replace(one, times=result[place].times + one.times)
        else:
            places[key] = len(result)
            result.append(one)
    return result


def _severity(one: Reported) -> str:
    return str(one.report.row["severity"])


def _key(one: Reported) -> tuple[str, ...]:
    category = one.report.row["category"]
    event = category == Category.EVENT
    condition = one.report.occurrence_key if event else one.report.dedup_key
    return one.storage_id, category, condition
