"""Nodes with daemons, on servers of our own that can be taken away from them."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from tooz.coordination import GroupNotCreated

from delfin.coordination.membership import Snapshot, _members
from delfin.coordination.redis_coordinator import LOST, RedisCoordinator
from delfin.coordination.redis_server import RedisServer
from delfin.coordination.ring import _View
from delfin.inventory.schema import METADATA
from tests.conftest import make_conf
from tests.service.backend import chosen_backend
from tests.service.cluster.daemon import Daemon
from tests.service.cluster.link import Link
from tests.service.coordination.redis_process import RedisProcess

# Whose members divide the storages among them.
GROUP = "delfin-task"
# Seconds. A day in these stories is short, though not too short for a busy machine.
LEASE = 3.0
POLL = 2.0
EXPIRATION = 3
DOWN_AFTER = 4.0
_QUICK = {
    "OS_JOBS__POLL_INTERVAL": str(POLL),
    "OS_JOBS__LEASE_TIME": str(LEASE),
    "OS_JOBS__RETRY_DELAY": "0.2",
    "OS_JOBS__RETRY_LONGEST_DELAY": "1",
    "OS_JOBS__RETRY_LIMIT": "1000",
    "OS_SYNC__DOUBT_TIME": "0.5",
    # Nothing is done by itself, unless the story is about it.
    "OS_SCHEDULES__FREQUENT_INTERVAL": "0",
    "OS_SCHEDULES__INVENTORY_INTERVAL": "0",
    "OS_SCHEDULES__ALERT_INTERVAL": "0",
    "OS_REPORTS__INTERVAL": "0",
    "OS_TELEMETRY__COLLECT_BY_DEFAULT": "false",
    "OS_SCHEDULES__POLL_INTERVAL": "1",
    "OS_STORAGE_DRIVER__SESSION_LEASE_TIME": str(LEASE),
    # These stories count jobs.
    "OS_ALERTS__SYNC_AFTER_INVENTORY": "false",
    "OS_COORDINATION__BACKEND_EXPIRATION": str(EXPIRATION),
    "OS_DEFAULT__DELFIN_WORKERS": "1",
    "OS_DEFAULT__TASK_WORKERS": "1",
    "OS_DEFAULT__REPORT_INTERVAL": "0.3",
    "OS_DEFAULT__SERVICE_DOWN_TIME": str(DOWN_AFTER),
}


class Cluster:
    """Daemons reach the database and the bus over links, the Redis server directly."""

    def __init__(
        self, folder: Path, url: str, database: Link, bus: Link, redis: RedisProcess
    ) -> None:
        self.database = database
        self.bus = bus
        self.redis = redis
        self.keys = folder / "keys"
        self._folder = folder
        # The stories themselves look into the database whatever the daemons are cut off from.
        self.engine = create_engine(url)
        linked = make_url(url).set(host="127.0.0.1", port=database.port)
        self._environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("OS_", "DELFIN_"))},
            **chosen_backend(),
            "OS_DATABASE__CONNECTION": linked.render_as_string(hide_password=False),
            "OS_DEFAULT__TRANSPORT_URL": f"rabbit://guest:guest@127.0.0.1:{bus.port}//",
            "OS_COORDINATION__BACKEND_TYPE": "redis",
            "OS_COORDINATION__BACKEND_SERVER": redis.address,
            "OS_SECRETS__KEY_FILE": str(self.keys),
            "OS_DEFAULT__DELFIN_LISTEN": "127.0.0.1",
            "OS_DEFAULT__DEBUG": "true",
            **_QUICK,
        }
        self._started: list[Daemon] = []

    def api(self, node: str = "a", **settings: str) -> Daemon:
        return self._start("delfin-api", node, settings)

    def task(self, node: str = "a", **settings: str) -> Daemon:
        return self._start("delfin-task", node, settings)

    def alert(self, node: str = "a", script: Path | None = None, /, **settings: str) -> Daemon:
        return self._start("delfin-alert", node, settings, script=script)

    def configured_task(self, node: str, text: str, without: Collection[str]) -> Daemon:
        """With a configuration file that may be changed, instead of some settings."""
        return self._start("delfin-task", node, {}, text=text, without=without)

    @property
    def at_full_speed(self) -> dict[str, str]:
        """Settings for stories of hundreds of jobs: no link to the database, and few words."""
        return {
            "OS_DATABASE__CONNECTION": self.engine.url.render_as_string(hide_password=False),
            "OS_DEFAULT__DEBUG": "false",
            "OS_JOBS__LEASE_TIME": "15",
            "OS_STORAGE_DRIVER__SESSION_LEASE_TIME": "15",
        }

    def close(self) -> None:
        for daemon in self._started:
            daemon.kill()
        self.engine.dispose()

    # What is stored, read without delfin.

    def rows(self, query: str, **parameters: Any) -> Sequence[Any]:
        with self.engine.connect() as connection:
            return connection.execute(text(query), parameters).all()

    def values(self, query: str, **parameters: Any) -> list[Any]:
        """The first column of what the query finds."""
        return [row[0] for row in self.rows(query, **parameters)]

    def naming(self, storage_id: str) -> dict[str, int]:
        """How many rows of each table belong to the storage; only tables that have some."""
        found = {}
        for table in METADATA.sorted_tables:
            column = "id" if table.name == "storages" else "storage_id"
            if column in table.c:
                query = f"SELECT count(*) FROM {table.name} WHERE {column} = :id"  # noqa: S608 - our own names
                (found[table.name],) = self.values(query, id=storage_id)
        return {name: number for name, number in found.items() if number}

    def natives(self, storage_id: str) -> list[str]:
        """The native ids of the storage's volumes, as often as they are there, sorted."""
        query = "SELECT native_volume_id FROM volumes WHERE storage_id = :id"
        return sorted(self.values(query, id=storage_id))

    def jobs(self, storage_id: str) -> list[tuple[str, int, int]]:
        """State, attempts and crashes of the storage's jobs, the oldest first."""
        query = (
            "SELECT state, attempt, crashes FROM jobs WHERE storage_id = :id ORDER BY created_at"
        )
        return [tuple(row) for row in self.rows(query, id=storage_id)]

    def runner(self, storage_id: str) -> int:
        """The process that has the storage's running job."""
        query = "SELECT lease_owner FROM jobs WHERE storage_id = :id AND state = 'running'"
        (owner,) = self.values(query, id=storage_id)
        return int(owner.split(":")[1])

    def members(self, group: str = GROUP) -> set[int]:
        """The processes that divide the storages among them, as the Redis server knows them; or
        those of another group.
        """
        return {facts["process"] for facts in self._group(group).values() if facts}

    def owners(self, ids: Sequence[str]) -> dict[str, str]:
        """By storage, the member that owns it, as all that see these members work it out."""
        view = _View(Snapshot(_members(self._group(GROUP)), 0.0), 0.0)
        found = {storage_id: view.owner(storage_id) for storage_id in ids}
        return {storage_id: member.id for storage_id, member in found.items() if member}

    def _names(self, name: str, node: str) -> dict[str, str]:
        """The queues of answers have them; on one machine all nodes would share one.

        The name of a process is that of the file that the interpreter was started with, unless it
        is configured.
        """
        return {
            "OS_OSLO_MESSAGING_RABBIT__HOSTNAME": f"{node}-{self.bus.to_port}",
            "OS_OSLO_MESSAGING_RABBIT__PROCESSNAME": name,
        }

    def _group(self, group: str) -> dict[bytes, Any]:
        conf = make_conf(self._folder, str(self.engine.url))
        conf.set_override("backend_type", "redis", "coordination")
        conf.set_override("backend_server", self.redis.address, "coordination")
        onlooker = RedisCoordinator(RedisServer.of(conf), f"onlooker-{uuid4()}", EXPIRATION)
        try:
            onlooker.start()
            return dict(onlooker.get_members_with_capabilities(group.encode()).get())
        except (*LOST, GroupNotCreated):
            return {}
        finally:
            onlooker.close()

    def _start(
        self,
        name: str,
        node: str,
        settings: dict[str, str],
        *,
        script: Path | None = None,
        text: str = "",
        without: Collection[str] = (),
    ) -> Daemon:
        folder = self._folder / node
        folder.mkdir(exist_ok=True)
        environment = {
            **{name: value for name, value in self._environment.items() if name not in without},
            **self._names(name, node),
            "OS_DEFAULT__STATE_PATH": str(folder / "state"),
            **settings,
        }
        self._started.append(Daemon(name, folder, environment, script))
        self._started[-1].configure(text)
        self._started[-1].start()
        return self._started[-1]


@contextmanager
def cluster_on(folder: Path, url: str, bus_port: int, redis: RedisProcess) -> Iterator[Cluster]:
    """A cluster without any daemon yet; at the end none runs any more."""
    default = 5432 if url.startswith("postgresql") else 3306
    with Link(make_url(url).port or default) as database, Link(bus_port) as bus:
        cluster = Cluster(folder, url, database, bus, redis)
        try:
            yield cluster
        finally:
            cluster.close()
