"""The part of the driver API about alerts and traps: listed, cleared, acknowledged, sent to us."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from delfin import exception
from delfin.context import RequestContext
from delfin.drivers.driver import StorageDriver
from delfin.drivers.empty_method import does_nothing
from delfin.drivers.session.limits import Call
from delfin.drivers.session.manager import SessionManager
from delfin.drivers.session.turns import Priority

Row = dict[str, Any]


class AlertCalls(ABC):
    """Calls by storage id; every method raises what the driver raises."""

    sessions: SessionManager

    @abstractmethod
    def _class_of(self, storage_id: str) -> type[StorageDriver]:
        """Its driver's class; raises AccessInfoNotFound and StorageDriverNotFound."""

    def add_trap_config(
        self, context: RequestContext, storage_id: str, trap_config: dict[str, Any]
    ) -> Any:
        """Make the array send its traps to one receiver; urgent.

        Raises:
            NotImplementedError: The driver cannot, or its method does nothing at all.
        """
        return self._configure_traps(context, storage_id, trap_config, "add_trap_config")

    def remove_trap_config(
        self, context: RequestContext, storage_id: str, trap_config: dict[str, Any]
    ) -> Any:
        """The opposite; raises likewise."""
        return self._configure_traps(context, storage_id, trap_config, "remove_trap_config")

    def _configure_traps(
        self, context: RequestContext, storage_id: str, trap_config: dict[str, Any], name: str
    ) -> Any:
        if does_nothing(getattr(self._class_of(storage_id), name)):
            raise NotImplementedError(name)
        with self.sessions.using(context, storage_id, Call.TRAP_CONFIG, Priority.HIGH) as driver:
            return getattr(driver, name)(context, trap_config)

    def parse_alert(
        self, context: RequestContext, storage_id: str, trap: dict[str, str]
    ) -> Row | None:
        """The alert that a trap stands for, or None; asks the driver's class, opens no session."""
        context.storage_id = storage_id
        return self.alert_parser(storage_id)(context, trap) or None

    def alert_parser(
        self, storage_id: str
    ) -> Callable[[RequestContext, dict[str, str]], Row | None]:
        """What reads the traps of a storage, for many of them; asks the driver's class.

        Raises:
            exception.AccessInfoNotFound: There is no such storage.
            exception.StorageDriverNotFound: Its driver is not installed.
        """
        return self._class_of(storage_id).parse_alert

    def has_snmp_agent(self, storage_id: str) -> bool:
        """Whether arrays of the driver answer over SNMP; asks the driver's class.

        Raises:
            exception.AccessInfoNotFound: There is no such storage.
            exception.StorageDriverNotFound: Its driver is not installed.
        """
        return self._class_of(storage_id).has_snmp_agent

    def list_alerts(
        self,
        context: RequestContext,
        storage_id: str,
        begin_time: int | None = None,
        end_time: int | None = None,
        priority: Priority = Priority.NORMAL,
    ) -> list[Row]:
        """Alerts that the array holds; times in epoch milliseconds.

        Drivers differ in what they make of half a time range, so they are
        given both ends or none.
        """
        query = None
        if begin_time or end_time:
            query = {"begin_time": begin_time or 0, "end_time": end_time or 2**53}
        with self.sessions.using(context, storage_id, Call.ALERTS, priority) as driver:
            return driver.list_alerts(context, query) or []

    def clear_alert(self, context: RequestContext, storage_id: str, sequence_number: str) -> Any:
        with self.sessions.using(context, storage_id, Call.CLEAR, Priority.HIGH) as driver:
            return driver.clear_alert(context, sequence_number)

    def acknowledges_alerts(self, storage_id: str) -> bool:
        """Whether an array of that driver can be told that an alert was taken up; opens no session.

        False as well where the driver is not installed now.

        Raises:
            exception.AccessInfoNotFound: There is no such storage.
        """
        with suppress(exception.StorageDriverNotFound):
            method = self._class_of(storage_id).acknowledge_alert
            return method is not StorageDriver.acknowledge_alert
        return False

    def acknowledge_alert(
        self, context: RequestContext, storage_id: str, sequence_number: str
    ) -> Any:
        """Tell the array that somebody has taken the alert up; urgent.

        Raises:
            NotImplementedError: The driver cannot.
        """
        if not self.acknowledges_alerts(storage_id):
            raise NotImplementedError("acknowledge_alert")
        with self.sessions.using(context, storage_id, Call.CLEAR, Priority.HIGH) as driver:
            return driver.acknowledge_alert(context, sequence_number)
