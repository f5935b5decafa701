"""Sees to it that each storage has its metrics settings, and that they say what its driver can do.

Registration writes them too. This is for storages that were registered by an earlier release, and
for what has changed since: the firmware, the driver, the configuration file.
"""

from __future__ import annotations

from collections.abc import Callable

from oslo_config import cfg
from oslo_log import log
from sqlalchemy import select

from delfin import exception
from delfin.common.constants import ACCESS_TYPE
from delfin.context import get_admin_context
from delfin.coordination.loop import Loop, Looping
from delfin.db import storages
from delfin.db.access_info import AccessInfo, types_of
from delfin.db.session import Database, retried
from delfin.db.storages import Storage
from delfin.drivers.api import DriverAPI
from delfin.jobs.collection_timers import put_in_force
from delfin.jobs.queue import Mine, anybodys
from delfin.jobs.timetable import Timetable
from delfin.telemetry.policy import Able, settle

LOG = log.getLogger(__name__)

# Seconds between two looks.
_EVERY = 60.0

# Vendor, model, firmware and access types: what an answer about capabilities depends on.
_Make = tuple[str, str, str | None, tuple[str, ...]]


class CollectionDefaults(Looping):
    """Looks at the storages that are 'mine' again and again; 'ring' is called after a change.

    A driver of others may take its time to say what it can do, so this has a thread of its own.
    """

    def __init__(
        self,
        conf: cfg.ConfigOpts,
        database: Database,
        drivers: DriverAPI,
        timetable: Timetable,
        mine: Mine = anybodys,
        ring: Callable[[], None] = lambda: None,
    ) -> None:
        self._conf = conf
        self._database = database
        self._drivers = drivers
        self._timetable = timetable
        self._mine = mine
        self._ring = ring
        # What this process has written, so that it looks at rows only when that is another.
        self._written: dict[str, Able] = {}
        self._loop = Loop("collection defaults", self.turn, _EVERY)

    def turn(self) -> None:
        """Write what is not as it should be."""
        makes = self._makes()
        # What another process owns may be changed by it.
        self._written = {one: able for one, able in self._written.items() if one in makes}
        able_of = {make: self._able(make) for make in set(makes.values())}
        changed = False
        for storage_id, make in makes.items():
            able = able_of[make]
            if able is not None and self._written.get(storage_id) != able:
                self._write(storage_id, able)
                self._written[storage_id] = able
                changed = True
        if changed:
            self._ring()

    def _makes(self) -> dict[str, _Make]:
        blocks = [getattr(AccessInfo, name) for name in ACCESS_TYPE]
        wanted = select(
            Storage.id, AccessInfo.vendor, AccessInfo.model, Storage.firmware_version, *blocks
        ).join(AccessInfo, AccessInfo.storage_id == Storage.id)
        with self._database.reader() as session:
            rows = session.execute(wanted.where(Storage.deleted.is_(False)))
            return {
                row[0]: (row[1], row[2], row[3], types_of(row))
                for row in rows
                if self._mine(row[0])
            }

    def _able(self, make: _Make) -> Able | None:
        """None while nobody knows: what is written stays."""
        try:
            return Able.asked(
                lambda: self._drivers.capabilities_of(get_admin_context(), *make), self._conf
            )
        except exception.DelfinException as error:
            LOG.warning("what '%s %s' can collect is not known: %s", make[0], make[1], error)
            return None

    @retried
    def _write(self, storage_id: str, able: Able) -> None:
        with self._database.writer() as session:
            try:
                storages.get(session, storage_id, lock=True)
            except exception.StorageNotFound:
                # It is being removed.
                return
            settle(session, storage_id, able)
            put_in_force(session, self._conf, self._timetable, storage_id)
