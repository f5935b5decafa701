"""Makes what the services of one process share; the embedded process and the daemons both use it.

What only some of them need is made by modules beside this one, so that no process loads it for nothing.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from oslo_config import cfg
from oslo_db import exception as db_exception
from oslo_messaging.transport import RPCTransport

from delfin.common.key_file import open_key_ring
from delfin.common.keyring import KeyRing
from delfin.db import storages
from delfin.db.session import Database
from delfin.drivers.api import DriverAPI
from delfin.drivers.manager import DriverManager, Watch
from delfin.drivers.session.limits import Limits, Tier
from delfin.drivers.trust.host_keys import HostKeys
from delfin.drivers.trust.tls import TlsTrust
from delfin.jobs.access_events import AccessEvents
from delfin.jobs.board import JobBoard
from delfin.jobs.queue import JobQueue
from delfin.process.watchdog import resident_memory
from delfin.rpc.array_calls import ArrayCalls
from delfin.rpc.doorbell import Doorbell
from delfin.rpc.transport import bus_problem, open_transport


@dataclass(frozen=True)
class Parts:
    """What services need; make it in the process that uses it, after a fork."""

    conf: cfg.ConfigOpts
    database: Database
    queue: JobQueue
    keyring: KeyRing
    drivers: DriverManager
    arrays: DriverAPI
    transport: RPCTransport
    doorbell: Doorbell
    calls: ArrayCalls

    def facts(self, **more: int) -> dict[str, int]:
        """How this process stands, for the list of services."""
        return {"sessions": len(self.drivers.live()), "memory": resident_memory(), **more}

    def storage_ids(self) -> Sequence[str]:
        """Of all storages that are registered now."""
        with self.database.reader() as session:
            return storages.all_ids(session)

    def knows(self, storage_id: str) -> bool:
        """Whether there is such a storage, or a session with one that is gone.

        While the database is away, anything could be there.
        """
        if self.drivers.get_driver(storage_id) is not None:
            return True
        try:
            with self.database.reader() as session:
                return storages.is_there(session, storage_id)
        except db_exception.DBError:
            return True


def _recordings(conf: cfg.ConfigOpts) -> contextlib.AbstractContextManager[Watch | None]:
    """What '[storage_driver] record_dir' asks for."""
    if not conf.storage_driver.record_dir:
        return contextlib.nullcontext()
    from delfin.testing.recording import service  # noqa: PLC0415 - a kit that few services need

    return service.session_recordings(conf)


@contextlib.contextmanager
def make_parts(
    conf: cfg.ConfigOpts, default_transport: str | None = None, tier: Tier = Tier.TASK
) -> Iterator[Parts]:
    """The parts, closed at the end of the block. No server need be there yet.

    'tier' says with which services these share the sessions of an array.

    Raises:
        delfin.common.keyring.KeyRingError: The keys cannot be used.
    """
    with contextlib.ExitStack() as stack:
        keyring = open_key_ring(conf.secrets.key_file)
        database = Database(conf)
        stack.callback(database.dispose)
        transport = open_transport(conf, default_transport)
        stack.callback(transport.cleanup)
        doorbell = Doorbell(transport)
        doorbell.start()
        stack.callback(doorbell.stop)
        queue = JobQueue(database, conf)
        events = AccessEvents(JobBoard(queue, conf), doorbell)
        drivers = DriverManager(
            tls=TlsTrust.of(conf),
            host_keys=HostKeys.of(conf),
            watch=stack.enter_context(_recordings(conf)),
        )
        arrays = DriverAPI(database, keyring, drivers, Limits.of(conf, tier), events)
        stack.callback(arrays.sessions.close)
        calls = ArrayCalls(
            transport,
            deadline=conf.array_calls.timeout,
            silence=conf.array_calls.silence,
            # The threads of the API are for all arrays, and for what needs none.
            most_of_one=max(1, conf.api_threads // 4),
            problem=lambda: bus_problem(conf),
        )
        yield Parts(conf, database, queue, keyring, drivers, arrays, transport, doorbell, calls)
