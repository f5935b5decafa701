"""Storages are divided among the members; never do two take themselves for the owner of one."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from delfin.coordination.membership import Membership
from delfin.coordination.ring import Ring
from tests.service.coordination.conftest import Join, MakeConf
from tests.service.coordination.network import Network
from tests.service.coordination.redis_process import RedisProcess
from tests.service.coordination.storages import storage_ids
from tests.waiting import during, wait_until

pytestmark = pytest.mark.service

IDS = storage_ids(200)


@dataclass
class Node:
    membership: Membership
    ring: Ring


Start = Callable[..., Node]


@pytest.fixture
def start(join: Join) -> Start:
    def node(address: str = "", *, weight: int = 1) -> Node:
        rings: list[Ring] = []
        membership = join(address, weight=weight, prepare=lambda one: rings.append(Ring(one)))
        return Node(membership, rings[0])

    return node


def owned(nodes: list[Node]) -> int:
    """How many storages have an owner; fails when one has two."""
    total = 0
    for storage_id in IDS:
        # Asked one after the other: only who says so before and after is surely an owner now.
        owners = [node for node in nodes if node.ring.mine(storage_id)]
        if len(owners) > 1:
            owners = [node for node in owners if node.ring.mine(storage_id)]
        assert len(owners) < 2, f"{len(owners)} owners of {storage_id}"
        total += len(owners)
    return total


def divided(nodes: list[Node], among: int) -> bool:
    everything = owned(nodes) == len(IDS)
    return everything and sum(any(node.ring.mine(i) for i in IDS) for node in nodes) == among


def wait_until_divided(nodes: list[Node], among: int, longest: float = 30) -> float:
    began = time.monotonic()
    wait_until(lambda: divided(nodes, among), longest)
    return time.monotonic() - began


def test_three_divide_the_storages_and_one_that_leaves_leaves_them_to_the_others(
    start: Start,
) -> None:
    nodes = [start() for _ in range(3)]
    wait_until_divided(nodes, 3)
    owners = {i: nodes[0].ring.owner_of(i) for i in IDS}
    assert all(node.ring.owner_of(i) == owners[i] for node in nodes for i in IDS)
    nodes[2].membership.stop()
    wait_until_divided(nodes, 2)


def test_a_fourth_that_joins_takes_from_each_and_nobody_is_owned_twice(start: Start) -> None:
    nodes = [start() for _ in range(3)]
    wait_until_divided(nodes, 3)
    before = {i: nodes[0].ring.owner_of(i) for i in IDS}
    nodes.append(start())
    wait_until_divided(nodes, 4)
    moved = [i for i in IDS if nodes[0].ring.owner_of(i) != before[i]]
    assert all(nodes[0].ring.owner_of(i) == nodes[3].membership.me for i in moved)


def test_a_server_that_restarts_empty_never_makes_two_owners(
    server: RedisProcess, start: Start
) -> None:
    nodes = [start() for _ in range(3)]
    wait_until_divided(nodes, 3)
    for _ in range(3):
        server.restart_empty()
        for _ in during(nodes[0].membership.pace.settle):
            owned(nodes)
        assert wait_until_divided(nodes, 3) < 10


def test_a_partitioned_node_stops_owning_before_others_take_over(
    network: Network, start: Start
) -> None:
    nodes = [start(), start(), start(network.address)]
    wait_until_divided(nodes, 3)
    network.cut()
    wait_until_divided(nodes, 2)
    assert not any(nodes[2].ring.mine(i) for i in IDS)
    network.mend()
    wait_until_divided(nodes, 3)


def test_while_the_server_is_away_nobody_is_sure_and_the_last_owners_are_known(
    server: RedisProcess, start: Start
) -> None:
    nodes = [start(), start()]
    wait_until_divided(nodes, 2)
    owners = {i: nodes[0].ring.owner_of(i) for i in IDS}
    server.kill()
    wait_until(lambda: owned(nodes) == 0)
    assert {i: nodes[1].ring.owner_of(i) for i in IDS} == owners
    server.start()
    wait_until_divided(nodes, 2)


def test_a_heavier_node_owns_more(start: Start) -> None:
    light, heavy = start(), start(weight=3)
    wait_until_divided([light, heavy], 2)
    share = sum(heavy.ring.mine(i) for i in IDS) / len(IDS)
    assert 0.65 < share < 0.85


def test_without_a_server_everything_is_mine(make_conf: MakeConf) -> None:
    membership = Membership(make_conf(backend_type="file"), "task")
    ring = Ring(membership)
    assert all(ring.mine(i) for i in IDS)
    assert ring.owner_of(IDS[0]) == membership.me
