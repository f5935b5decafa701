"""How many alerts a second go into the store and on to a webhook, against bare inserts and posts.

    python -m tests.benchmark.alerts [--engine sqlite] [--alerts 2000] [--write PAGE]

A round empties the tables and does all of it, in random order where it can: the bare inserts of the
same rows; new alerts, and the same ones again; then forwards what was raised, after the bare posts of
bodies as large. Transactions and posts take a hundred alerts each, bare or not.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import requests
from sqlalchemy import insert

from delfin.alerts.store import raise_alert
from delfin.db.alerts import Alert, AlertEvent, ExportCursor
from delfin.db.base import utcnow
from delfin.task_manager.exports import ExportService
from tests.benchmark import page, rig
from tests.unit.alerts.reported import fault
from tests.unit.conftest import Bench
from tests.unit.exporter.receivers import HttpReceiver, http_receiver

ROUNDS = 5
BATCH = 100
LONGEST = 300.0
_HEAD = (
    *("engine", "bare inserts/s", "new/s", "repeated/s", "bare / new"),
    *("bare posts, alerts/s", "forwarded/s", "bare / forwarded"),
)


@dataclass
class Rounds:
    """Seconds of each round."""

    engine: str
    alerts: int
    bare: list[float] = field(default_factory=list)
    new: list[float] = field(default_factory=list)
    repeated: list[float] = field(default_factory=list)
    posted: list[float] = field(default_factory=list)
    forwarded: list[float] = field(default_factory=list)

    def row(self) -> tuple[str, ...]:
        return (
            rig.ENGINES[self.engine],
            *(self._rate(times) for times in (self.bare, self.new, self.repeated)),
            page.middle([new / bare for new, bare in zip(self.new, self.bare, strict=True)]),
            *(self._rate(times) for times in (self.posted, self.forwarded)),
            page.middle([f / p for f, p in zip(self.forwarded, self.posted, strict=True)]),
        )

    def _rate(self, times: Sequence[float]) -> str:
        return f"{self.alerts / statistics.median(times):,.0f}"


def measure(engine: str, alerts: int) -> tuple[Rounds, str]:
    """The rounds on a new database, and what the server is."""
    rounds = Rounds(engine, alerts)
    order = random.Random(alerts)  # noqa: S311 - the same order in every run
    with rig.new_bench(engine) as bench, http_receiver() as receiver:
        storage_id = bench.register(rig.array())
        reports = [fault(number) for number in range(alerts)]
        _report(bench, storage_id, reports[:BATCH])
        bench.conf.set_override("alert_exporters", ["webhook"])
        bench.conf.set_override("url", receiver.url, "exporter_webhook")
        bench.conf.set_override("poll_interval", 0.01, "exporters")
        for _ in range(ROUNDS):
            bare_first = order.random() < 0.5
            if bare_first:
                rounds.bare.append(_insert_bare(bench, storage_id, alerts))
            _empty(bench)
            rounds.new.append(_report(bench, storage_id, reports))
            rounds.repeated.append(_report(bench, storage_id, reports))
            rounds.posted.append(_post_bare(bench, receiver))
            rounds.forwarded.append(_forward(bench, receiver, alerts))
            if not bare_first:
                rounds.bare.append(_insert_bare(bench, storage_id, alerts))
        return rounds, page.server(bench.database)


def _batches(items: Sequence[Any]) -> list[Sequence[Any]]:
    return [items[start : start + BATCH] for start in range(0, len(items), BATCH)]


def _report(bench: Bench, storage_id: str, reports: Sequence[dict[str, Any]]) -> float:
    with rig.timed() as took:
        for batch in _batches(reports):
            with bench.database.writer() as session:
                for report in batch:
                    raise_alert(session, storage_id, report)
    return took[0]


def _insert_bare(bench: Bench, storage_id: str, alerts: int) -> float:
    """Both rows of each alert, without looking whether it is there."""
    _empty(bench)
    now = {"first_seen": 1, "last_seen": 1, "count": 1, "told": False, "created_at": utcnow()}
    rows = [
        {
            **fault(number),
            **now,
            "sequence_number": str(number),
            "id": str(uuid4()),
            "storage_id": storage_id,
            "state": "open",
            "reported_by": "array",
            "dedup_key": f"{number:064}",
            "live_key": f"{number:064}",
        }
        for number in range(alerts)
    ]
    changes = [
        {"alert_id": row["id"], "change": "raised", "made_at": 1, "alert": fault(number)}
        for number, row in enumerate(rows)
    ]
    with rig.timed() as took:
        for alert_rows, event_rows in zip(_batches(rows), _batches(changes), strict=True):
            with bench.database.engine.begin() as connection:
                connection.execute(insert(Alert), alert_rows)
                connection.execute(insert(AlertEvent), event_rows)
    return took[0]


def _post_bare(bench: Bench, receiver: HttpReceiver) -> float:
    with bench.database.reader() as session:
        data = [event.alert for event in session.query(AlertEvent)]
    bodies = [orjson.dumps({"alerts": batch}) for batch in _batches(data)]
    with requests.Session() as session, rig.timed() as took:
        for body in bodies:
            session.post(receiver.url, data=body, timeout=LONGEST).raise_for_status()
    receiver.bodies.clear()
    return took[0]


def _forward(bench: Bench, receiver: HttpReceiver, alerts: int) -> float:
    """Until the last one is there, from the start of the forwarder."""
    service = ExportService(bench.conf, bench.database)
    with rig.timed() as took:
        service.start()
        deadline = time.monotonic() + LONGEST
        while len(receiver.bodies) * BATCH < alerts:
            if time.monotonic() > deadline:
                raise RuntimeError("the alerts are not forwarded")
            time.sleep(0.001)
    service.stop()
    service.wait()
    if len(receiver.alerts) != alerts:
        raise RuntimeError(f"{len(receiver.alerts)} of {alerts} alerts were forwarded")
    receiver.bodies.clear()
    return took[0]


def _empty(bench: Bench) -> None:
    with bench.database.writer() as session:
        for model in (AlertEvent, Alert, ExportCursor):
            session.query(model).delete()


def main() -> None:
    parser = page.arguments(__doc__)
    parser.add_argument("--alerts", type=int, default=2000, help="a multiple of 100")
    options = parser.parse_args()
    measured, servers = [], []
    for engine in options.engine or rig.ENGINES:
        rounds, server = measure(engine, options.alerts)
        page.progress(" ".join(rounds.row()))
        measured.append(rounds)
        servers.append(server)
    write: Path | None = options.write
    page.show("machine", page.machine(servers), write)
    page.show("alerts", page.table(_HEAD, (rounds.row() for rounds in measured)), write)


if __name__ == "__main__":
    main()
