"""A cluster with the drivers and simulated arrays of vendors: what is stored, and who is let in."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from delfin.testing.simulated.array import SimulatedArray
from delfin.testing.simulated.powermax import ARRAY
from tests.service.cluster.cluster import Cluster
from tests.service.cluster.daemon import Daemon
from tests.service.cluster.test_sessions import OTHER, goes_bad, holder, nodes
from tests.vendor_arrays import NEIGHBOUR, VENDORS, registration
from tests.waiting import wait_until

pytestmark = pytest.mark.service

POWERMAX = "dellemc pmax"
VOLUMES = 20


@pytest.fixture(params=VENDORS)
def name(request: pytest.FixtureRequest) -> str:
    """The driver's name."""
    return str(request.param)


@pytest.fixture
def array(name: str) -> Iterator[SimulatedArray]:
    with VENDORS[name].make() as started:
        yield started


def register(api: Daemon, name: str, array: SimulatedArray, **more: str) -> str:
    """The id of a storage that has been synchronised."""
    made = api.rest.post("/v1/storages", registration(name, array, **more))
    assert made.status == 201, made
    storage_id = str(made.json["id"])
    assert api.rest.synced(storage_id)["last_sync"]["result"] == "done"
    return storage_id


def change_password(api: Daemon, name: str, array: SimulatedArray, storage_id: str) -> None:
    block = registration(name, array, password=OTHER)["rest"]
    scope = "storage" if VENDORS[name].has_sessions else "manager"
    path = f"/v1/storages/{storage_id}/access-info"
    answer = api.rest.put(path, {"scope": scope, "rest": block})
    assert answer.status == 200, answer


def test_another_owner_and_another_password_change_nothing_that_is_stored(
    cluster: Cluster, name: str, array: SimulatedArray
) -> None:
    api, _ = nodes(cluster, 2)
    storage_id = register(api, name, array)
    volumes = cluster.natives(storage_id)
    assert len(volumes) == VOLUMES
    pid = holder(cluster, storage_id)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    assert api.rest.sync(storage_id)["last_sync"]["result"] == "done"
    assert holder(cluster, storage_id) not in {None, pid}
    array.sessions.change_password(OTHER, keep=True)
    change_password(api, name, array, storage_id)
    assert api.rest.sync(storage_id)["last_sync"]["result"] == "done"
    assert array.sessions.failed_logins == 0
    assert cluster.natives(storage_id) == volumes
    if VENDORS[name].has_sessions:
        # That of the process that was killed ends with time: nobody knows its token any more.
        wait_until(lambda: array.sessions.open_by_generation() == {1: 1, 2: 1})


def test_a_password_that_went_bad_is_tried_twice_by_all_nodes_together(
    cluster: Cluster, name: str, array: SimulatedArray
) -> None:
    api, _ = nodes(cluster, 3)
    storage_id = register(api, name, array)
    goes_bad(
        *(cluster, api, array, storage_id),
        renew=lambda: change_password(api, name, array, storage_id),
    )
    assert len(cluster.natives(storage_id)) == VOLUMES


@pytest.mark.parametrize("name", [POWERMAX])
def test_what_comes_from_one_array_of_a_unisphere_is_stored_under_that_one(
    cluster: Cluster, name: str, array: SimulatedArray
) -> None:
    api, _ = nodes(cluster, 3)
    first, second = (register(api, name, array, storage_name=one) for one in (ARRAY, NEIGHBOUR))

    def holders() -> set[int | None]:
        for storage_id in (first, second):
            api.rest.sync(storage_id)
        return {holder(cluster, storage_id) for storage_id in (first, second)}

    # They have one account, so one process owns both.
    wait_until(lambda: len(holders()) == 1, longest=90.0)
    array.faults.order("short_list", "volume", serial=NEIGHBOUR)
    for storage_id, result in ((first, "done"), (second, "partial")):
        assert api.rest.sync(storage_id)["last_sync"]["result"] == result
    array.faults.clear()
    assert (len(cluster.natives(first)), len(cluster.natives(second))) == (VOLUMES, 7)
    assert api.rest.delete(f"/v1/storages/{first}").status == 202
    wait_until(lambda: not cluster.naming(first))
    assert api.rest.sync(second)["last_sync"]["result"] == "done"
    assert len(cluster.natives(second)) == 7
