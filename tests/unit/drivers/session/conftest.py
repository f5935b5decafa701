"""Several processes of a cluster, as session managers on one database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy.orm import Session

from delfin import cryptor
from delfin.common.key_file import open_key_ring
from delfin.context import get_admin_context
from delfin.coordination.eviction import LocalEviction
from delfin.db import access_info, access_state, array_sessions
from delfin.db.access_secrets import seal
from delfin.db.access_state import AccessState
from delfin.db.array_sessions import ArraySession
from delfin.drivers.api import DriverAPI
from delfin.drivers.manager import DriverManager
from delfin.drivers.session.limits import Limits
from tests.unit.conftest import Bench
from tests.unit.scripted import ScriptedManager


@dataclass
class Told:
    """What was said of the access to arrays."""

    said: list[tuple[str, str]] = field(default_factory=list)
    commits: int = 0

    def failed(
        self, session: Session, storage_id: str, state: str, error_code: str, detail: str
    ) -> None:
        del session, storage_id
        self.said.append(("failed", f"{state}: {detail}"))

    def recovered(self, session: Session, storage_id: str) -> None:
        del session
        self.said.append(("recovered", storage_id))

    def committed(self) -> None:
        self.commits += 1

    @property
    def words(self) -> list[str]:
        return [word for word, _ in self.said]


@dataclass
class Processes:
    """Makes processes that hear of one another's evictions."""

    bench: Bench
    bus: LocalEviction = field(default_factory=LocalEviction)
    told: Told = field(default_factory=Told)
    made: list[DriverAPI] = field(default_factory=list)

    def start(
        self,
        elsewhere: Callable[[str], bool] | None = None,
        drivers: DriverManager | None = None,
        **limits: Any,
    ) -> DriverAPI:
        limits.setdefault("handover_time", 2.0)
        keyring = open_key_ring(self.bench.conf.secrets.key_file, {})
        chosen = drivers or ScriptedManager()
        made = DriverAPI(self.bench.database, keyring, chosen, Limits(**limits), self.told)
        made.sessions.join(self.bus, elsewhere)
        self.made.append(made)
        return made

    def leases(self, now: int = 0) -> list[ArraySession]:
        with self.bench.database.reader() as session:
            found = array_sessions.live(session, now)
            session.expunge_all()
        return found

    def state(self, storage_id: str) -> AccessState:
        with self.bench.database.reader() as session:
            row = access_state.of(session, [storage_id])[storage_id]
            session.expunge(row)
        return row

    def change_password(self, storage_id: str, password: str) -> None:
        with self.bench.database.writer() as session:
            row = access_info.get(session, storage_id, lock=True)
            assert row.rest is not None
            rest = row.rest | {"password": cryptor.encode(password)}
            row.rest = seal(self.bench.keyring, storage_id, {"rest": rest})["rest"]
            row.generation += 1


def ask(arrays: DriverAPI, storage_id: str) -> Any:
    return arrays.get_storage(get_admin_context(), storage_id)


@pytest.fixture
def processes(bench: Bench) -> Iterator[Processes]:
    made = Processes(bench)
    yield made
    for one in made.made:
        one.sessions.close()
