"""A trap receiver with real parts, arrays that send to it with net-snmp, and what it stored."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from oslo_config import cfg
from sqlalchemy import select

from delfin.alert_manager.parts import TrapParts, make_parts
from delfin.common.key_file import open_key_ring
from delfin.common.keyring import KeyRing
from delfin.db import alert_sources
from delfin.db.alert_sources import AlertSource
from delfin.db.alerts import Alert
from delfin.db.session import Database
from delfin.db.snmp_secrets import SECRETS, seal
from delfin.drivers.api import DriverAPI
from delfin.drivers.fake_storage.alerts import ENTERPRISE
from delfin.drivers.manager import DriverManager
from delfin.jobs.queue import JobQueue
from tests.unit.db.stored import add_storage

TRAP = f"{ENTERPRISE}.0.1"
FOREVER = 10**13


@dataclass
class Rig:
    """One receiver, on a port of its own."""

    conf: cfg.ConfigOpts
    database: Database
    keyring: KeyRing
    drivers: DriverAPI
    queue: JobQueue
    parts: TrapParts
    rings: list[None] = field(default_factory=list)

    @property
    def port(self) -> int:
        assert self.parts.port is not None
        return self.parts.port

    def start(self) -> None:
        for service in self.parts.services:
            service.start()

    def stop(self) -> None:
        for service in reversed(self.parts.services):
            service.stop()
            service.wait()

    def array(self, host: str, serial_number: str = "SN1", **settings: Any) -> str:
        """A storage whose traps come from the host; version 2c and 'public' unless told."""
        with self.database.writer() as session:
            storage_id = add_storage(session, serial_number)
        self.settings(storage_id, host=host, **settings)
        return storage_id

    def settings(self, storage_id: str, **settings: Any) -> None:
        """Give a storage SNMP settings, or change them, as the REST API does."""
        if "version" not in settings and "username" not in settings:
            settings = {"version": "SNMPv2c", "community_string": "public", **settings}
        settings.setdefault("version", "SNMPv3")
        row = {
            name: seal(self.keyring, storage_id, name, value) if name in SECRETS else value
            for name, value in settings.items()
        }
        with self.database.writer() as session:
            source = session.get(AlertSource, storage_id)
            if source is None:
                session.add(AlertSource(storage_id=storage_id, generation=1, **row))
                session.flush()
            else:
                for name, value in row.items():
                    setattr(source, name, value)
                source.generation += 1
            alert_sources.state_of(session, storage_id).next_check = FOREVER
        self.parts.ring()

    def knows(self, address: str, number: int = 1) -> bool:
        return len(self.parts.sources.index.by_address.get(address, ())) == number

    def alerts(self, storage_id: str | None = None) -> list[Alert]:
        wanted = select(Alert).order_by(Alert.first_seen, Alert.id)
        if storage_id is not None:
            wanted = wanted.where(Alert.storage_id == storage_id)
        with self.database.reader() as session:
            found = list(session.scalars(wanted))
            session.expunge_all()
        return found

    def count(self, storage_id: str) -> int:
        """How many traps the alerts of a storage stand for."""
        return sum(alert.count for alert in self.alerts(storage_id))

    def counted(self, reason: str) -> int:
        return self.parts.counters[reason]


@contextmanager
def receiver(
    conf: cfg.ConfigOpts,
    database: Database,
    name: str = "0",
    ring: Callable[[], None] = lambda: None,
) -> Iterator[Rig]:
    """A rig whose receiver runs until the end of the block; 'ring' is called with each ring."""
    rig = made(conf, database, name, ring)
    rig.start()
    try:
        yield rig
    finally:
        rig.stop()


def made(
    conf: cfg.ConfigOpts,
    database: Database,
    name: str = "0",
    ring: Callable[[], None] = lambda: None,
) -> Rig:
    """A rig that is not started yet."""
    conf.set_override("trap_receiver_port", 0)
    # Changes are found by the bell and at once; the full waits are for the long stories.
    conf.set_override("source_poll_interval", 0.2, "traps")
    conf.set_override("inbox_poll_interval", 0.2, "traps")
    keyring = open_key_ring(conf.secrets.key_file, {})
    queue, rings = JobQueue(database, conf), list[None]()
    drivers = DriverAPI(database, keyring, DriverManager())

    def rung() -> None:
        rings.append(None)
        ring()

    parts = make_parts(*(conf, database, keyring, queue, drivers, rung), name=name)
    return Rig(conf, database, keyring, drivers, queue, parts, rings)


def variables(number: int = 1, group: str = "FAULT", place: str = "disk 1") -> list[str]:
    """The variables of a trap of the fake array, as net-snmp's commands take them."""
    told: Sequence[tuple[int, str, Any]] = (
        (1, "i", number),
        (2, "s", "0x1001"),
        (3, "s", "Drive is failing"),
        (4, "i", 2),
        (5, "s", group),
        (6, "s", "A drive reports reallocated sectors"),
        (7, "s", "disk"),
        (8, "s", place),
        (9, "s", "Replace it"),
        (10, "s", int(time.time() * 1000)),
    )
    return [word for n, kind, value in told for word in (f"{ENTERPRISE}.1.{n}.0", kind, str(value))]


COMMUNITY = ["-v2c", "-c", "public"]


def run(
    command: str,
    options: Sequence[str],
    target: str,
    *rest: str,
    source: str | None = None,
    patient: bool = True,
) -> subprocess.CompletedProcess[str]:
    """net-snmp's snmptrap or snmpinform, from the address 'source'; not 'patient' when it must fail."""
    program = shutil.which(command)
    assert program, f"{command} is not installed"
    words = [program, *options, *(("-r", "2", "-t", "3") if patient else ("-r", "1", "-t", "0.5"))]
    if source is not None:
        words += ["--clientaddr=" + source]
    return subprocess.run(
        [*words, target, *rest],
        capture_output=True,
        text=True,
        check=False,
        env={"MIBS": "", "HOME": "/nonexistent", "PATH": "/usr/bin"},
    )


def send(
    rig: Rig,
    options: Sequence[str] = COMMUNITY,
    *,
    command: str = "snmptrap",
    source: str | None = "127.0.0.1",
    target: str = "127.0.0.1",
    trap: str = TRAP,
    told: Sequence[str] | None = None,
    patient: bool = True,
) -> subprocess.CompletedProcess[str]:
    """A trap of the fake array by version 2c or 3."""
    told = variables() if told is None else told
    where = f"{target}:{rig.port}"
    return run(command, options, where, "", trap, *told, source=source, patient=patient)
