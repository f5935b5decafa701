"""Puts the trap receiver together; delfin-alert and delfin-standalone run what this makes."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from oslo_config import cfg
from oslo_log import log

from delfin.alert_manager.agents import AgentChecks
from delfin.alert_manager.booking import Booking
from delfin.alert_manager.counters import Counters
from delfin.alert_manager.drops import DropAlert
from delfin.alert_manager.inbox import Inbox
from delfin.alert_manager.intake import Intake
from delfin.alert_manager.pipeline import Pipeline
from delfin.alert_manager.receiver import Receiver, open_socket
from delfin.alert_manager.snmp.engine import LocalEngine, RemoteEngines
from delfin.alert_manager.snmp.security import Responder
from delfin.alert_manager.sources import Sources
from delfin.alert_manager.spool import Spool
from delfin.alert_manager.upkeep import Upkeep
from delfin.alert_manager.waiting import WaitingRoom
from delfin.common.keyring import KeyRing
from delfin.db.session import Database
from delfin.drivers.api import DriverAPI
from delfin.jobs.queue import JobQueue
from delfin.service import Service

LOG = log.getLogger(__name__)


@dataclass(frozen=True)
class TrapParts:
    """The services of one trap receiver, to be started in their order and stopped in the opposite one.

    Attributes:
        services: All of them.
        counters: What happened so far.
        sources: The index of the alert sources.
        agents: The checks of the agents.
        port: The UDP port; None when traps are not received here.
    """

    services: tuple[Service, ...]
    counters: Counters
    sources: Sources
    agents: AgentChecks
    port: int | None

    def ring(self) -> None:
        """SNMP settings may have changed: look now."""
        self.sources.ring()
        self.agents.ring()


def make_parts(
    conf: cfg.ConfigOpts,
    database: Database,
    keyring: KeyRing,
    queue: JobQueue,
    drivers: DriverAPI,
    ring_workers: Callable[[], None],
    *,
    name: str = "0",
    must_listen: bool = True,
) -> TrapParts:
    """The trap receiver of a process.

    Args:
        conf: Options.
        database: The database.
        keyring: The keys of sealed secrets.
        queue: The jobs.
        drivers: What reads traps.
        ring_workers: Wakes those who run jobs and those who forward alerts.
        name: Tells this process from others on the node, the same after a restart.
        must_listen: Without it, a port that cannot be used is a warning, and the rest works.

    Raises:
        OSError: The port is taken, or may not be used.
    """
    state = Path(conf.state_path) / "traps" / name
    counters, engines = Counters(), RemoteEngines()
    sources = Sources(conf, database, keyring)
    agents = AgentChecks(conf, database, keyring, drivers)
    owner = f"{socket.gethostname()}:{os.getpid()}:{name}"
    inbox = Inbox(database, owner, conf.traps.lease_time)
    pipeline = Pipeline(conf, database, inbox, queue, drivers, counters, ring_workers)
    listening = _listening(conf, must_listen=must_listen)
    receiver_name = f"{socket.gethostname()}:{name}"
    upkeep = Upkeep(
        *(inbox, engines, counters),
        None if listening is None else receiver_name,
        DropAlert(database, counters, receiver_name, conf.traps.drop_alert_time),
    )
    services: tuple[Service, ...] = (sources, upkeep, agents, pipeline)
    if listening is None:
        return TrapParts(services, counters, sources, agents, None)
    room = WaitingRoom(
        counters,
        size=conf.traps.queue_size,
        size_in_bytes=conf.traps.queue_bytes,
        rate=conf.traps.rate_limit,
        burst=conf.traps.rate_burst,
    )
    receiver = Receiver(listening, sources, room, counters)
    responder = Responder(LocalEngine.of(state / "engine.json"))
    intake = Intake(
        room,
        Booking(sources, responder, engines),
        inbox,
        Spool(state / "spool", conf.traps.spool_bytes),
        counters,
        receiver.answer,
        pipeline.look,
    )
    return TrapParts((*services, intake, receiver), counters, sources, agents, receiver.port)


def _listening(conf: cfg.ConfigOpts, *, must_listen: bool) -> socket.socket | None:
    address, port = conf.trap_receiver_address, conf.trap_receiver_port
    try:
        return open_socket(address, port, conf.traps.receive_buffer)
    except OSError as error:
        if must_listen:
            raise
        LOG.warning("No traps are received: %s port %d: %s", address, port, error)
        return None
