"""Checks whether the SNMP agents answer: soon after their settings changed, and regularly."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import NamedTuple, Protocol

from oslo_config import cfg
from oslo_log import log
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from delfin import exception
from delfin.alert_manager import settings
from delfin.alert_manager.snmp.agent import Agent, ask
from delfin.alerts.internal import AGENT_UNREACHABLE
from delfin.common.constants import SNMP_SUPPORTED_MODELS
from delfin.common.keyring import KeyRing, KeyRingError
from delfin.coordination.loop import Loop
from delfin.db import alert_sources
from delfin.db.access_info import AccessInfo
from delfin.db.alert_sources import FAILED, NO_AGENT, REACHABLE, AlertSource, AlertSourceState
from delfin.db.base import utcnow
from delfin.db.session import AWAY, Database, affected, retried
from delfin.db.storages import Storage
from delfin.utils import utcnow_ms

LOG = log.getLogger(__name__)

_AT_ONCE = 16
_FOLLOWED_AFTER_MS = 5_000


class Drivers(Protocol):
    """What is asked of drivers; delfin.drivers.api.DriverAPI offers it."""

    def has_snmp_agent(self, storage_id: str) -> bool: ...


class _Claim(NamedTuple):
    """The settings of a source that this process checks now."""

    storage_id: str
    generation: int
    agents: Sequence[Agent]
    # Why nobody can be asked at all.
    problem: str | None
    expected: bool


class _Outcome(NamedTuple):
    engine_id: bytes | None
    # None: it answers.
    error: str | None


class AgentChecks:
    """A thread that asks the agents whose time has come; each is asked by one process only."""

    def __init__(
        self, conf: cfg.ConfigOpts, database: Database, keyring: KeyRing, drivers: Drivers
    ) -> None:
        self._interval_ms = int(conf.traps.agent_check_interval * 1000)
        self._database = database
        self._keyring = keyring
        self._drivers = drivers
        self._loop = Loop("snmp-agents", self._turn, conf.traps.source_poll_interval)

    def start(self) -> None:
        self._loop.start()

    def stop(self) -> None:
        self._loop.stop()

    def wait(self) -> None:
        """The thread is a daemon: an agent that does not answer would hold it up."""

    def ring(self) -> None:
        """Settings have changed."""
        self._loop.hurry()

    def _turn(self) -> None:
        try:
            while not self._loop.stopping and self.check_due():
                pass
        except AWAY as error:
            LOG.debug("Agents cannot be checked now: %s", type(error).__name__)

    def check_due(self) -> int:
        """Check some of the agents that are due; how many."""
        claims = self._claim()
        for claim, outcome in zip(claims, asyncio.run(_all(claims)), strict=True):
            self._record(claim, outcome)
        return len(claims)

    def _claim(self) -> list[_Claim]:
        now = utcnow_ms()
        with self._database.reader() as session:
            due = session.execute(
                select(AlertSourceState.storage_id, AlertSourceState.next_check)
                .where(AlertSourceState.next_check <= now)
                .order_by(AlertSourceState.next_check, AlertSourceState.storage_id)
                .limit(_AT_ONCE)
            ).all()
        return [
            claim
            for storage_id, next_check in due
            if (claim := self._take(storage_id, next_check)) is not None
        ]

    @retried
    def _take(self, storage_id: str, next_check: int) -> _Claim | None:
        try:
            expected = self._drivers.has_snmp_agent(storage_id)
        except exception.DelfinException:
            # The storage is being removed, or its driver is missing.
            expected = True
        now = utcnow_ms()
        with self._database.writer() as session:
            mine = update(AlertSourceState).where(
                AlertSourceState.storage_id == storage_id,
                AlertSourceState.next_check == next_check,
            )
            # Whoever dies while it asks is followed by another soon.
            if not affected(session, mine.values(next_check=now + _FOLLOWED_AFTER_MS)):
                return None
            try:
                row = alert_sources.get(session, storage_id)
            except exception.AlertSourceNotFound:
                return None
            try:
                agents = settings.agents(self._keyring, row) if expected else []
            except (KeyRingError, ValueError) as error:
                return _Claim(storage_id, row.generation, (), str(error), expected)
            longest = sum((agent.timeout + 1) * (agent.retries + 1) for agent in agents)
            state = alert_sources.state_of(session, storage_id)
            state.next_check = now + _FOLLOWED_AFTER_MS + int(longest * 1000)
            return _Claim(storage_id, row.generation, agents, None, expected)

    @retried
    def _record(self, claim: _Claim, outcome: _Outcome) -> None:
        with self._database.writer() as session:
            try:
                row = alert_sources.get(session, claim.storage_id, lock=True)
            except exception.AlertSourceNotFound:
                return
            if row.generation == claim.generation:
                _note(session, row, outcome, expected=claim.expected)
                state = alert_sources.state_of(session, claim.storage_id)
                state.next_check = utcnow_ms() + self._interval_ms


def _note(session: Session, row: AlertSource, outcome: _Outcome, *, expected: bool) -> None:
    """Keep the outcome; one Fault when an agent dies, one Recovery when it is back."""
    state = alert_sources.state_of(session, row.storage_id)
    state.checked_at, state.error = utcnow(), outcome.error and outcome.error[:1024]
    if outcome.error is None:
        state.status, state.answered_at = REACHABLE, state.checked_at
        if outcome.engine_id is not None and len(outcome.engine_id) <= 32:
            state.found_engine_id = outcome.engine_id.hex()
        AGENT_UNREACHABLE.recovery(session, row.storage_id)
    elif not expected:
        state.status, state.error = NO_AGENT, None
    else:
        state.status = FAILED
        # An array that only sends traps never answers, and nobody is to be alarmed by that.
        if state.answered_at is not None or _must_answer(session, row.storage_id):
            AGENT_UNREACHABLE.fault(session, row.storage_id, outcome.error)


def _must_answer(session: Session, storage_id: str) -> bool:
    models = select(AccessInfo.model, Storage.model).join(
        Storage, Storage.id == AccessInfo.storage_id
    )
    found = session.execute(models.where(Storage.id == storage_id)).one()
    return any(model in SNMP_SUPPORTED_MODELS for model in found)


async def _all(claims: Sequence[_Claim]) -> list[_Outcome]:
    return list(await asyncio.gather(*(_outcome(claim) for claim in claims)))


async def _outcome(claim: _Claim) -> _Outcome:
    """It answers when one of its addresses does."""
    if claim.problem is not None:
        return _Outcome(None, claim.problem)
    problems = []
    for agent in claim.agents:
        try:
            return _Outcome(await ask(agent), None)
        except exception.SNMPConnectionFailed as error:
            problems.append(error.msg)
        except Exception as error:  # noqa: BLE001 - one agent's nonsense must not stop the others
            LOG.warning("The agent at %s cannot be asked: %r", agent.host, error)
            problems.append(f"{agent.host}: {type(error).__name__}")
    return _Outcome(None, "; ".join(problems) or "there is no address")
