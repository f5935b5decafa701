"""What the REST API is built on; the process that serves it puts it together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from oslo_config import cfg
from sqlalchemy.orm import Session

from delfin.common.keyring import KeyRing
from delfin.context import RequestContext
from delfin.coordination.eviction import EvictionBus
from delfin.coordination.locks import Coordinator
from delfin.db.session import Database
from delfin.exporter.estate.page import EstatePage
from delfin.jobs.board import JobBoard
from delfin.jobs.timetable import Timetable

Row = dict[str, Any]


class Arrays(Protocol):
    """What the API does at arrays by itself; delfin.drivers.api.DriverAPI offers it."""

    def discover_storage(self, context: RequestContext, access: Mapping[str, Any]) -> Row: ...

    def update_access_info(
        self, context: RequestContext, access: Mapping[str, Any], serial_number: str | None
    ) -> Row: ...

    def update_manager(
        self,
        context: RequestContext,
        accesses: Sequence[Mapping[str, Any]],
        serial_numbers: Sequence[str | None],
    ) -> list[Row]: ...

    def learn_host_key(self, ssh: Mapping[str, Any]) -> Row: ...

    def may_share(self, vendor: str, model: str) -> bool: ...

    def check_access(self, context: RequestContext, storage_id: str) -> Row: ...

    def access_renewed(self, session: Session, storage_id: str, generation: int) -> None: ...

    def acknowledges_alerts(self, storage_id: str) -> bool: ...

    def get_capabilities(self, context: RequestContext, storage_id: str) -> dict[str, Any]: ...

    def capabilities_of(
        self,
        context: RequestContext,
        vendor: str,
        model: str,
        firmware: str | None,
        access: Sequence[str] = (),
    ) -> dict[str, Any]: ...


class Calls(Protocol):
    """Has a task process do something at an array; delfin.rpc.array_calls.ArrayCalls offers it."""

    def ask(self, storage_id: str, name: str, **arguments: Any) -> Any: ...


class Bell(Protocol):
    """Wakes the workers; delfin.rpc.doorbell.Doorbell offers it."""

    def ring(self) -> None: ...


@dataclass(frozen=True)
class ApiParts:
    """Everything a route may use.

    Only registration and the update of access information use 'coordinator',
    'keyring' and 'arrays' to the full: reads need the database and nothing else.
    """

    conf: cfg.ConfigOpts
    database: Database
    jobs: JobBoard
    timetable: Timetable
    arrays: Arrays
    calls: Calls
    coordinator: Coordinator
    keyring: KeyRing
    doorbell: Bell
    eviction: EvictionBus

    @cached_property
    def estate(self) -> EstatePage:
        """The page of gauges; one for all scrapers of this process."""
        return EstatePage(self.conf, self.database)
