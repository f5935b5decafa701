"""The driver API: what the services may ask of an array; each call finds the session it needs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from types import NoneType
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from delfin import exception
from delfin.common.keyring import KeyRing
from delfin.context import RequestContext
from delfin.db import access_info, storages
from delfin.db.session import Database, retried
from delfin.drivers import capabilities, intake, series
from delfin.drivers.alert_calls import AlertCalls
from delfin.drivers.driver import StorageDriver
from delfin.drivers.manager import DriverManager
from delfin.drivers.session.access import Events
from delfin.drivers.session.limits import Call, Limits
from delfin.drivers.session.manager import SessionManager
from delfin.drivers.session.turns import Priority
from delfin.inventory.catalog import KINDS
from delfin.inventory.kind import ResourceKind

Row = dict[str, Any]
Taken = TypeVar("Taken")


class DriverAPI(AlertCalls):
    """Calls on arrays by storage id.

    Besides the methods below there is one for each lister of a resource kind
    ('list_volumes(context, storage_id)' and so on), made from the catalog.
    Every method raises what the driver raises; NotImplementedError means that
    the array has no such thing.
    """

    def __init__(
        self,
        database: Database,
        keyring: KeyRing,
        drivers: DriverManager,
        limits: Limits | None = None,
        events: Events | None = None,
    ) -> None:
        """'events' is told when access to an array fails, and when it works again."""
        self._database = database
        self._drivers = drivers
        self.sessions = SessionManager(database, keyring, drivers, limits, events)
        drivers.on_host_key = self._remember_host_key

    def discover_storage(self, context: RequestContext, access: Mapping[str, Any]) -> Row:
        """Who answers at an address that is not registered yet: the columns storages.REPORTED.

        One login, and a logout whatever happens.

        Args:
            context: The request; its storage_id is set.
            access: The driver's keyword arguments, passwords as 'delfin.cryptor' text.

        Raises:
            exception.StorageDriverNotFound: No driver for that vendor and model.
            exception.DelfinException: The array cannot be reached, or refuses.
        """
        with self.sessions.visiting(context, access) as driver:
            return intake.tidy_storage(driver.get_storage(context))

    def learn_host_key(self, ssh: Mapping[str, Any]) -> Row:
        """What an 'ssh' block without a host key gets from the key that the host shows now.

        Raises:
            exception.InvalidInput: The key must be given here.
            exception.DelfinException: The host cannot be reached.
        """
        return self._drivers.host_keys.learnt(ssh)

    def may_share(self, vendor: str, model: str) -> bool:
        """Whether the driver can serve several arrays behind one manager over one session."""
        return self._drivers.driver_class(vendor, model).shares_manager_session

    def update_manager(
        self,
        context: RequestContext,
        accesses: Sequence[Mapping[str, Any]],
        serial_numbers: Sequence[str | None],
    ) -> list[Row]:
        """As 'update_access_info' for all storages behind one manager, with one login for all."""
        rows = []
        with self.sessions.visiting(context, accesses[0]) as driver:
            for number, access in enumerate(accesses):
                if number:
                    driver.add_storage(self._drivers.arguments(access))
                context.storage_id = access["storage_id"]
                row = intake.tidy_storage(driver.get_storage(context))
                check_serial(row, serial_numbers[number])
                rows.append(row)
        return rows

    def update_access_info(
        self, context: RequestContext, access: Mapping[str, Any], serial_number: str | None
    ) -> Row:
        """As 'discover_storage', for new access information of a storage that is registered.

        Raises:
            exception.StorageSerialNumberMismatch: Another array answers there.
        """
        row = self.discover_storage(context, access)
        check_serial(row, serial_number)
        return row

    def remove_storage(self, context: RequestContext, storage_id: str) -> None:
        """End the session of a storage that is being removed; nothing logs in for this."""
        self.sessions.discard(context, storage_id)

    def get_storage(self, context: RequestContext, storage_id: str, call: Call = Call.LIST) -> Row:
        """The array itself: the columns storages.REPORTED; 'call' says which deadline counts.

        Raises:
            exception.StorageSerialNumberMismatch: Another array answers at its address.
        """
        return self._identity(context, storage_id, Priority.NORMAL, call, forced=False)

    def check_access(self, context: RequestContext, storage_id: str) -> Row:
        """As 'get_storage', urgent, and also after the array has refused the password.

        It logs in then, unless all processes together have tried that password twice within
        [storage_driver] login_window.

        Raises:
            exception.InvalidUsernameOrPassword: It is refused still, or must not be tried now.
            exception.StorageSerialNumberMismatch: Another array answers at its address.
        """
        return self._identity(context, storage_id, Priority.HIGH, forced=True)

    def access_renewed(self, session: Session, storage_id: str, generation: int) -> None:
        """The array has accepted access information of that generation, in this transaction.

        Ends the alert that access fails, and asks for the synchronisation that was missed; ring
        the doorbell afterwards.
        """
        self.sessions.access.renewed(session, storage_id, generation)

    def _identity(
        self,
        context: RequestContext,
        storage_id: str,
        priority: Priority,
        call: Call = Call.LIST,
        *,
        forced: bool,
    ) -> Row:
        with self._database.reader() as session:
            serial_number = storages.get(session, storage_id).serial_number
        with self.sessions.using(context, storage_id, call, priority, forced=forced) as driver:
            row = intake.tidy_storage(driver.get_storage(context))
        check_serial(row, serial_number)
        return row

    def list_rows(
        self,
        context: RequestContext,
        storage_id: str,
        kind: ResourceKind,
        call: Call = Call.LIST,
    ) -> intake.Intake:
        """All rows of a kind, tidied; 'call' says which deadline counts.

        Raises:
            NotImplementedError: The driver does not support the kind.
            exception.InvalidResults: The driver's answer has not the shape of a listing.
        """
        if kind.key in self._class_of(storage_id).unsupported_kinds:
            raise NotImplementedError(kind.key)
        with self.sessions.using(context, storage_id, call) as driver:
            return intake.tidy(kind, getattr(driver, kind.lister)(context))

    def collect_perf_metrics(
        self,
        context: RequestContext,
        storage_id: str,
        resource_metrics: dict[str, Any],
        start_time: int,
        end_time: int,
    ) -> list[Any]:
        """Metrics of a time window (epoch milliseconds), as constants.metric_struct."""
        wanted = (resource_metrics, start_time, end_time)
        return self.read_perf_metrics(context, storage_id, *wanted, series.tidied)

    def read_perf_metrics(
        self,
        context: RequestContext,
        storage_id: str,
        resource_metrics: dict[str, Any],
        start_time: int,
        end_time: int,
        take: Callable[[Iterable[Any]], Taken],
    ) -> Taken:
        """As 'collect_perf_metrics', as the driver gives it; returns what 'take' makes of it.

        A driver that makes its series one after the other is read within the call.

        Raises:
            exception.InvalidResults: It is no collection of series.
        """
        with self.sessions.using(context, storage_id, Call.COLLECT) as driver:
            rows = driver.collect_perf_metrics(
                context, storage_id, resource_metrics, start_time, end_time
            )
            if not isinstance(rows, list | tuple | NoneType):
                return take(series.checked(rows))
        return take(rows or ())

    def get_latest_perf_timestamp(self, context: RequestContext, storage_id: str) -> int | None:
        """The array's clock at its newest performance data, epoch ms; None when it cannot say."""
        with self.sessions.using(context, storage_id, Call.COLLECT) as driver:
            told = driver.get_latest_perf_timestamp(context)
        try:
            return int(told) if told and int(told) > 0 else None
        except (TypeError, ValueError):
            return None

    def get_capabilities(self, context: RequestContext, storage_id: str) -> dict[str, Any]:
        """What the array can do; asks the driver's class, opens no session.

        Besides what the driver tells, 'supported_kinds' are the resource kinds that can be
        listed: those that the class has, without those that this array turned out to lack.

        Raises:
            exception.StorageCapabilityNotSupported: Nothing.
            exception.InvalidStorageCapability: The driver's answer is not of the SDK's shape.
        """
        with self._database.reader() as session:
            firmware = storages.get(session, storage_id).firmware_version
            states = storages.kind_states(session, [storage_id])[storage_id]
            row = access_info.get(session, storage_id)
            name = (row.vendor, row.model)
            access = access_info.types_of(row)
        context.storage_id = storage_id
        driver = self._drivers.driver_class(*name)
        lacks = driver.unsupported_kinds | {one.kind for one in states if one.supported is False}
        return {
            **dict.fromkeys(capabilities.LISTS),
            **self.capabilities_of(context, *name, firmware, access),
            "supported_kinds": [kind.key for kind in _listed_by(driver) if kind.key not in lacks],
        }

    def capabilities_of(
        self,
        context: RequestContext,
        vendor: str,
        model: str,
        firmware: str | None,
        access: Sequence[str] = (),
    ) -> dict[str, Any]:
        """What a driver tells of arrays with that firmware and these access types; asks no database.

        Raises:
            exception.StorageDriverNotFound: The driver is not installed.
            exception.StorageCapabilityNotSupported: It tells nothing.
            exception.InvalidStorageCapability: The driver's answer is not of the SDK's shape.
        """
        found = self._drivers.driver_class(vendor, model)
        filters = capabilities.filters_for(found, firmware, access)
        try:
            told = found.get_capabilities(context, filters)
        except exception.DelfinException:
            raise
        except Exception as error:
            what = f"the driver failed to tell them: {type(error).__name__}"
            raise exception.InvalidStorageCapability(what) from error
        return capabilities.understood(told, firmware)

    def _remember_host_key(self, storage_id: str, ssh: Row) -> None:
        """For a storage that was registered before host keys were kept."""

        @retried
        def attempt() -> None:
            with self._database.writer() as session:
                access_info.remember_host_key(session, storage_id, ssh)

        # One that is being registered, or removed, has no row to keep it in.
        with suppress(exception.AccessInfoNotFound):
            attempt()

    def _class_of(self, storage_id: str) -> type[StorageDriver]:
        with self._database.reader() as session:
            row = access_info.get(session, storage_id)
            return self._drivers.driver_class(row.vendor, row.model)


def check_serial(row: Row, serial_number: str | None) -> None:
    if row["serial_number"] != serial_number:
        raise exception.StorageSerialNumberMismatch(
            f"the array that answers has serial number {row['serial_number']}, "
            f"the storage has {serial_number}"
        )


def _listed_by(driver: type[StorageDriver]) -> Iterator[ResourceKind]:
    """The kinds whose lister the class has written itself."""
    for kind in KINDS:
        if getattr(driver, kind.lister) is not getattr(StorageDriver, kind.lister):
            yield kind


def _lister(kind: ResourceKind) -> Callable[[DriverAPI, RequestContext, str], intake.Intake]:
    def list_kind(api: DriverAPI, context: RequestContext, storage_id: str) -> intake.Intake:
        return api.list_rows(context, storage_id, kind)

    list_kind.__name__ = kind.lister
    list_kind.__doc__ = f"All {kind.key} of the array; see 'list_rows'."
    return list_kind


for _kind in KINDS:
    setattr(DriverAPI, _kind.lister, _lister(_kind))
