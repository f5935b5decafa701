"""One array hangs and others are healthy: those are read on time, and requests are answered."""

from __future__ import annotations

import threading
import time

import pytest

from delfin.testing.simulated.fake_storage import FakeStorage
from tests.service.cluster.busy import BUSY, some
from tests.service.cluster.cluster import Cluster
from tests.service.cluster.stocked import stock
from tests.service.standalone.rest import Rest
from tests.waiting import during, wait_until

pytestmark = [pytest.mark.service, BUSY]

# Seconds. The pools of each are read so often, for so many turns.
INTERVAL, TURNS = 10, 3
# All are due at the same moment: on a busy machine the last one is read so much after the first.
ONE_AFTER_THE_OTHER = 5
ON_TIME = 0.99
QUICKLY = 0.5
MOST_HELD = 2
HANGS = "HANGS"
_OFTEN = {
    "OS_SCHEDULES__FREQUENT_INTERVAL": str(INTERVAL),
    "OS_SCHEDULES__INVENTORY_INTERVAL": "0",
    "OS_SCHEDULES__JITTER": "0",
    "OS_SCHEDULES__POLL_INTERVAL": "1",
    # Nothing here ends because it is over its deadline.
    "OS_JOBS__DEADLINES": "sync:600",
}


@some(12, 50)
def test_the_healthy_ones_meet_their_intervals(
    cluster: Cluster, array: FakeStorage, number: int
) -> None:
    array.faults.order("hang", "pools", serial=HANGS)
    often = {**_OFTEN, **cluster.at_full_speed}
    api = cluster.api("a", **often)
    api.until_ready()
    (hung,) = stock(cluster, array, [HANGS])
    healthy = stock(cluster, array, [f"WELL{index}" for index in range(number)])
    for task in [cluster.task(node, **often) for node in ("a", "b")]:
        task.until_ready()
    assert api.rest.post(f"/v1/storages/{hung}/sync").status == 202
    wait_until(lambda: ("running", 1, 0) in cluster.jobs(hung))
    wait_until(lambda: all(runs(cluster, healthy).values()), 3 * INTERVAL + 30)
    before = runs(cluster, healthy)
    answers: list[float] = []
    asking = threading.Event()
    asker = threading.Thread(target=ask, args=(api.rest, answers, asking))
    asker.start()
    held = 0
    for _ in during(INTERVAL * TURNS + ONE_AFTER_THE_OTHER, pause=0.1):
        held = max(held, holding(cluster, hung))
    asking.set()
    asker.join()
    after = runs(cluster, healthy)
    met = sum(min(TURNS, after[one] - before[one]) for one in healthy)
    assert met >= ON_TIME * TURNS * number
    assert 0 < held <= MOST_HELD
    answers.sort()
    assert len(answers) > 20
    assert answers[int(len(answers) * 0.95)] < QUICKLY
    assert array.counters.by_endpoint["pools"] > TURNS * number
    array.faults.clear()


def ask(rest: Rest, answers: list[float], ended: threading.Event) -> None:
    while not ended.wait(0.2):
        began = time.monotonic()
        assert rest.send("GET", "/v1/storages?limit=100", checked=False).status == 200
        answers.append(time.monotonic() - began)


def runs(cluster: Cluster, ids: list[str]) -> dict[str, int]:
    """How often each was read to the end."""
    found = dict.fromkeys(ids, 0)
    query = "SELECT storage_id, count(*) FROM jobs WHERE state = 'done' GROUP BY storage_id"
    found.update((row[0], row[1]) for row in cluster.rows(query) if row[0] in found)
    return found


def holding(cluster: Cluster, storage_id: str) -> int:
    """Workers that a storage holds."""
    query = "SELECT count(*) FROM jobs WHERE state = 'running' AND storage_id = :id"
    (number,) = cluster.values(query, id=storage_id)
    return int(number)
