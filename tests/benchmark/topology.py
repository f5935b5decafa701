"""How long questions about topology take on a large array, and how many statements each sends.

    python -m tests.benchmark.topology [--engine sqlite] [--volumes 100000] [--write PAGE]

Every host sees its own volumes through groups and a masking view. The same questions are asked of
an array a hundred times smaller in the same database, in turn with the large one.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from delfin.db.session import Database
from delfin.inventory.access import HOSTS, VOLUME_GROUPS
from delfin.inventory.block import POOLS, VOLUMES
from delfin.inventory.hardware import DISKS, PORTS
from delfin.inventory.kind import ResourceKind
from delfin.inventory.topology import graph
from delfin.inventory.topology.relations import KINDS
from tests.benchmark import page, rig
from tests.statements import counted
from tests.unit.conftest import Bench
from tests.unit.scripted import Script

ROUNDS = 5
HOSTS_EACH = 100  # volumes for one host
POOL_COUNT, DISKS_EACH, PORT_COUNT = 50, 24, 16
_HEAD = ("engine", "question", "statements", "rows in the answer", "ms", "times the small array")

Ask = Callable[[Session], dict[str, Any]]


def wired(serial_number: str, volumes: int) -> Script:
    """An array on which every hundred volumes belong to one host."""
    script, hosts = Script(serial_number), max(1, volumes // HOSTS_EACH)
    script.listings |= {
        "list_storage_pools": [{"native_storage_pool_id": f"p{i}"} for i in range(POOL_COUNT)],
        "list_volumes": [
            {**row, "native_volume_id": f"v{i}", "native_storage_pool_id": f"p{i % POOL_COUNT}"}
            for i, row in enumerate(rig.volumes(volumes))
        ],
        "list_disks": [
            {"native_disk_id": f"d{i}", "native_disk_group_id": f"p{i % POOL_COUNT}"}
            for i in range(POOL_COUNT * DISKS_EACH)
        ],
        "list_ports": [{"native_port_id": f"n{i}"} for i in range(PORT_COUNT)],
        "list_storage_hosts": [
            {"native_storage_host_id": f"h{i}", "name": f"host {i}"} for i in range(hosts)
        ],
        "list_storage_host_initiators": [
            {"native_storage_host_initiator_id": f"i{i}", "native_storage_host_id": f"h{i // 2}"}
            for i in range(2 * hosts)
        ],
        "list_storage_host_groups": {
            "storage_host_groups": [
                {"native_storage_host_group_id": f"hg{i}"} for i in range(hosts)
            ],
            "storage_host_grp_host_rels": [
                {"native_storage_host_group_id": f"hg{i}", "native_storage_host_id": f"h{i}"}
                for i in range(hosts)
            ],
        },
        "list_port_groups": {
            "port_groups": [{"native_port_group_id": f"ng{i}"} for i in range(PORT_COUNT // 4)],
            "port_grp_port_rels": [
                {"native_port_group_id": f"ng{i % (PORT_COUNT // 4)}", "native_port_id": f"n{i}"}
                for i in range(PORT_COUNT)
            ],
        },
        "list_volume_groups": {
            "volume_groups": [{"native_volume_group_id": f"vg{i}"} for i in range(hosts)],
            "vol_grp_vol_rels": [
                {"native_volume_group_id": f"vg{i // HOSTS_EACH}", "native_volume_id": f"v{i}"}
                for i in range(hosts * HOSTS_EACH)
            ],
        },
        "list_masking_views": [
            {
                "native_masking_view_id": f"m{i}",
                "native_storage_host_group_id": f"hg{i}",
                "native_volume_group_id": f"vg{i}",
                "native_port_group_id": f"ng{i % (PORT_COUNT // 4)}",
            }
            for i in range(hosts)
        ],
    }
    return script


@dataclass
class Question:
    """What is asked of both arrays, and how long each took, in seconds."""

    engine: str
    name: str
    statements: int = 0
    rows: int = 0
    large: list[float] = field(default_factory=list)
    small: list[float] = field(default_factory=list)

    def row(self) -> tuple[str, ...]:
        ratios = [a / b for a, b in zip(self.large, self.small, strict=True)]
        took = f"{statistics.median(self.large) * 1000:.1f}"
        engine = rig.ENGINES[self.engine]
        return (
            engine,
            self.name,
            str(self.statements),
            f"{self.rows:,}",
            took,
            page.middle(ratios),
        )


def measure(engine: str, volumes: int) -> list[Question]:
    with rig.new_bench(engine) as bench:
        arrays = []
        for serial, count in (("LARGE", volumes), ("SMALL", max(HOSTS_EACH, volumes // 100))):
            storage_id = bench.register(wired(serial, count))
            bench.sync(storage_id)
            arrays.append(storage_id)
        rig.settle(bench.database, *KINDS)
        asked = [_questions(bench, storage_id) for storage_id in arrays]
        return [_measure(bench.database, engine, name, *asked) for name in asked[0]]


def _questions(bench: Bench, storage_id: str) -> dict[str, Ask]:
    def of(kind: ResourceKind, native: str) -> str:
        columns = kind.table.c
        wanted = select(columns.id).where(
            columns.storage_id == storage_id, columns[kind.native_id] == native
        )
        with bench.database.reader() as session:
            return str(session.scalars(wanted).one())

    def path(kind: ResourceKind, native: str) -> Ask:
        row_id = of(kind, native)
        return lambda session: graph.path(session, kind, row_id)

    def impact(kind: ResourceKind, native: str) -> Ask:
        row_id = of(kind, native)
        return lambda session: graph.impact(session, kind, row_id, storage_id)

    return {
        "path of a volume": path(VOLUMES, "v50"),
        "path of a volume group": path(VOLUME_GROUPS, "vg0"),
        "path of a host": path(HOSTS, "h0"),
        "impact of a disk": impact(DISKS, "d7"),
        "impact of a pool": impact(POOLS, "p7"),
        "impact of a port": impact(PORTS, "n3"),
        "the whole array": lambda session: graph.whole(session, storage_id),
    }


def _measure(
    database: Database, engine: str, name: str, large: dict[str, Ask], small: dict[str, Ask]
) -> Question:
    question = Question(engine, name)
    sides = [(large[name], question.large), (small[name], question.small)]
    with database.reader() as session, counted(database) as sent:
        answer = large[name](session)
    question.statements = len(sent)
    question.rows = sum(len(rows or ()) for rows in answer["nodes"].values())
    order = random.Random(7)  # noqa: S311 - the same order in every run
    for _ in range(ROUNDS):
        order.shuffle(sides)
        for ask, took in sides:
            with database.reader() as session:
                began = time.perf_counter()
                ask(session)
                took.append(time.perf_counter() - began)
    page.progress(" ".join(question.row()))
    return question


def told(measured: Sequence[Question], volumes: int) -> str:
    hosts = max(1, volumes // HOSTS_EACH)
    return (
        f"{volumes:,} volumes, {hosts:,} hosts, {POOL_COUNT} pools, "
        f"{POOL_COUNT * DISKS_EACH:,} disks; the small array has a hundredth of the volumes and "
        f"hosts. No question sends more than {max(q.statements for q in measured)} statements, on "
        "either."
    )


def main() -> None:
    parser = page.arguments(__doc__)
    parser.add_argument("--volumes", type=int, default=100_000)
    options = parser.parse_args()
    measured = [
        question
        for engine in options.engine or rig.ENGINES
        for question in measure(engine, options.volumes)
    ]
    tables = page.table(_HEAD, (question.row() for question in measured))
    page.show("topology", f"{tables}\n\n{told(measured, options.volumes)}", options.write)


if __name__ == "__main__":
    main()
