"""Which storage a trap belongs to: an exact index of the alert sources, kept up to date."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from oslo_config import cfg
from oslo_db import exception as db_exception
from oslo_log import log
from sqlalchemy import select
from sqlalchemy.orm import Session

from delfin.alert_manager import settings
from delfin.alert_manager.addresses import Names
from delfin.alert_manager.snmp.usm import User
from delfin.common.keyring import KeyRing, KeyRingError
from delfin.db import alert_sources
from delfin.db.alert_sources import AlertSource, AlertSourceState
from delfin.db.session import Database, retried
from delfin.db.storages import Storage
from delfin.inventory.hardware import Controller

LOG = log.getLogger(__name__)

# How old the addresses of controllers and names of hosts may be (s).
_RELOAD = 60.0


@dataclass(frozen=True)
class Source:
    """What is known of the sender of one storage's traps.

    Attributes:
        storage_id: The storage.
        serial_number: Tells it from others behind the same address.
        addresses: Where its traps come from.
        community: Of version 1 and 2c.
        user: Of version 3.
        engine_id: As it was configured; None when it is to be found out.
    """

    storage_id: str
    serial_number: str | None
    addresses: frozenset[str]
    community: bytes | None = field(default=None, repr=False)
    user: User | None = None
    engine_id: bytes | None = None


Several = tuple[Source, ...]


@dataclass(frozen=True)
class SourceIndex:
    """Sources by address and by engine; never changed, but replaced."""

    by_address: Mapping[str, Several] = field(default_factory=dict)
    by_engine: Mapping[bytes, Several] = field(default_factory=dict)

    def with_engine(self, engine_id: bytes, source: Source) -> SourceIndex:
        """The same, and a source's engine that was found out."""
        engines = {**self.by_engine, engine_id: (*self.by_engine.get(engine_id, ()), source)}
        return SourceIndex(self.by_address, engines)


@dataclass(frozen=True)
class _Read:
    """A row and what belongs to it, as it was read."""

    source: Source
    hosts: tuple[str, ...]
    managed: tuple[str, ...]
    found_engine: bytes | None


class Sources:
    """Reads the alert sources when they change, and regularly; a bell makes it look at once."""

    def __init__(self, conf: cfg.ConfigOpts, database: Database, keyring: KeyRing) -> None:
        self._interval: float = conf.traps.source_poll_interval
        self._database = database
        self._keyring = keyring
        self._names = Names(self.ring)
        self._look = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="trap-sources", daemon=True)
        self._seen: list[tuple[str, int]] | None = None
        self._read: list[_Read] = []
        self._read_at = 0.0
        # By storage and generation: making keys of a password takes a millisecond each.
        self._opened: dict[tuple[str, int], tuple[bytes | None, User | None]] = {}
        self._guard = threading.Lock()
        self._learned: dict[str, bytes] = {}
        self.index = SourceIndex()

    def start(self) -> None:
        """Read once, when the database is there, and then in the background."""
        self._names.start()
        self._refresh()
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._look.set()
        self._names.stop()

    def wait(self) -> None:
        if self._thread.is_alive():
            self._thread.join()

    def ring(self) -> None:
        """Look for changes now."""
        self._look.set()

    def learn(self, source: Source, engine_id: bytes) -> None:
        """Remember the engine of a source, which a message has proven."""
        with self._guard:
            self._learned[source.storage_id] = engine_id
            self.index = self.index.with_engine(engine_id, source)
        self._look.set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._look.wait(self._interval)
            self._look.clear()
            if not self._stopping.is_set():
                self._refresh()

    def _refresh(self) -> None:
        try:
            self._keep_learned()
            with self._database.reader() as session:
                known = _generations(session)
                if known != self._seen or time.monotonic() - self._read_at > _RELOAD:
                    self._read = self._load(session)
                    self._seen, self._read_at = known, time.monotonic()
        except (db_exception.DBError, KeyRingError) as error:
            # What was read before stays good.
            LOG.warning("Alert sources cannot be read now: %s", type(error).__name__)
        except Exception:  # the loop's edge: traps of the known sources go on
            LOG.exception("Alert sources cannot be read")
        with self._guard:
            self.index = self._indexed()

    def _keep_learned(self) -> None:
        with self._guard:
            learned = dict(self._learned)

        @retried
        def keep() -> None:
            with self._database.writer() as session:
                live = select(AlertSource.storage_id).where(AlertSource.storage_id.in_(learned))
                for storage_id in session.scalars(live).all():
                    state = alert_sources.state_of(session, storage_id)
                    state.found_engine_id = learned[storage_id].hex()

        if learned:
            keep()
            with self._guard:
                self._seen = None
                for storage_id, engine_id in learned.items():
                    if self._learned.get(storage_id) == engine_id:
                        del self._learned[storage_id]

    def _load(self, session: Session) -> list[_Read]:
        managed: dict[str, list[str]] = {}
        addresses = select(Controller.storage_id, Controller.mgmt_ip).join(
            AlertSource, AlertSource.storage_id == Controller.storage_id
        )
        for storage_id, address in session.execute(
            addresses.where(Controller.mgmt_ip.is_not(None))
        ):
            managed.setdefault(storage_id, []).append(str(address))
        numbers = select(Storage.id, Storage.serial_number).join(AlertSource)
        serials = {row.id: row.serial_number for row in session.execute(numbers)}
        read, opened_now = [], {}
        for row, state in alert_sources.everyone(session):
            key = (row.storage_id, row.generation)
            try:
                secrets = self._opened.get(key) or settings.speaker(self._keyring, row)
            except (KeyRingError, ValueError) as error:
                LOG.warning("SNMP settings of storage %s cannot be used: %s", row.storage_id, error)
                continue
            opened_now[key] = secrets
            read.append(_row(row, state, serials.get(row.storage_id), managed, secrets))
        self._opened = opened_now
        return read

    def _indexed(self) -> SourceIndex:
        by_address: dict[str, Several] = {}
        by_engine: dict[bytes, Several] = {}
        further: dict[str, Several] = {}
        for one in self._read:
            addresses = self._names.addresses(one.hosts)
            source = Source(**{**vars(one.source), "addresses": addresses})
            engine_id = source.engine_id or self._learned.get(source.storage_id)
            for name in addresses:
                by_address[name] = (*by_address.get(name, ()), source)
            for name in self._names.addresses(one.managed) - addresses:
                further[name] = (*further.get(name, ()), source)
            engine_id = engine_id or one.found_engine
            if source.user is not None and engine_id is not None:
                by_engine[engine_id] = (*by_engine.get(engine_id, ()), source)
        # An address that was given for one array counts more than what another says of itself.
        return SourceIndex({**further, **by_address}, by_engine)


def _generations(session: Session) -> list[tuple[str, int]]:
    """Differs after every change: of settings, and of which storages live."""
    wanted = (
        select(AlertSource.storage_id, AlertSource.generation)
        .join(Storage)
        .where(Storage.deleted.is_(False))
        .order_by(AlertSource.storage_id)
    )
    return [(storage_id, generation) for storage_id, generation in session.execute(wanted)]


def _row(
    row: AlertSource,
    state: AlertSourceState | None,
    serial_number: str | None,
    managed: Mapping[str, Sequence[str]],
    secrets: tuple[bytes | None, User | None],
) -> _Read:
    community, user = secrets
    found = state.found_engine_id if state is not None else None
    return _Read(
        Source(
            storage_id=row.storage_id,
            serial_number=serial_number,
            addresses=frozenset(),
            community=community,
            user=user,
            engine_id=bytes.fromhex(row.engine_id) if row.engine_id else None,
        ),
        settings.hosts(row),
        tuple(managed.get(row.storage_id, ())),
        bytes.fromhex(found) if found else None,
    )
