"""Two delfin-alert nodes receive the same traps: each is handled once, and also when one is dead."""

from __future__ import annotations

import socket
from collections.abc import Callable
from functools import partial

import pytest

from delfin.testing.simulated.fake_storage import FakeStorage
from tests.service.cluster.cluster import Cluster
from tests.service.standalone.test_traps import SETTINGS, free_port
from tests.service.traps.test_storms import trap
from tests.waiting import wait_until

pytestmark = pytest.mark.service

COUNT = "SELECT coalesce(sum(count), 0) FROM alerts WHERE storage_id = :storage_id"


def test_two_nodes_handle_a_trap_once_and_one_is_enough(
    cluster: Cluster, array: FakeStorage
) -> None:
    ports = {node: str(free_port()) for node in ("b", "c")}
    api = cluster.api("a")
    nodes = {
        node: cluster.alert(
            node,
            OS_DEFAULT__TRAP_RECEIVER_PORT=port,
            OS_TRAPS__SOURCE_POLL_INTERVAL="0.3",
            OS_TRAPS__LEASE_TIME="2",
        )
        for node, port in ports.items()
    }
    for daemon in (api, *nodes.values()):
        daemon.until_ready()
    storage_id = api.rest.register(array, serial="TRAPS1")
    assert api.rest.put(f"/v1/storages/{storage_id}/snmp-config", SETTINGS).status == 200

    def counted() -> int:
        return int(cluster.values(COUNT, storage_id=storage_id)[0])

    def throw(uptime: int, to: list[str]) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.bind(("127.0.0.1", 0))
            for node in to:
                sender.sendto(trap(uptime, uptime=uptime), ("127.0.0.1", int(ports[node])))

    def known_to(node: str) -> bool:
        before = counted()
        throw(next(uptimes), [node])
        return wait_briefly(lambda: counted() > before)

    uptimes = iter(range(1, 1000))
    for node in nodes:
        wait_until(partial(known_to, node), 60)
    known = counted()
    for uptime in range(2001, 2021):
        throw(uptime, ["b", "c"])
    wait_until(lambda: counted() >= known + 20)
    nodes["b"].kill()
    for uptime in range(3001, 3011):
        throw(uptime, ["b", "c"])
    wait_until(lambda: counted() >= known + 30)
    assert counted() == known + 30


def wait_briefly(condition: Callable[[], bool]) -> bool:
    """Whether it comes true soon."""
    try:
        wait_until(condition, 2.0)
    except AssertionError:
        return False
    return True
