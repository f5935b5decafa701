"""Owners of storages: evenly, stable, and nobody sure of what is not settled."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType
from uuid import UUID

import pytest
from oslo_config import cfg

from delfin.conf import coordination
from delfin.coordination.membership import Member, Membership, Snapshot
from delfin.coordination.pace import Pace
from delfin.coordination.ring import Ring

IDS = [
    str(UUID(int=number * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128)) for number in range(1000)
]


@pytest.fixture
def membership(tmp_path: Path) -> Membership:
    """Not started: what it sees is said by the story."""
    conf = cfg.ConfigOpts()
    conf([])
    coordination.register(conf)
    conf.register_opt(cfg.StrOpt("state_path", default=str(tmp_path)))
    conf.set_override("backend_type", "redis", "coordination")
    return Membership(conf, "task")


def member(number: int, weight: int = 1) -> Member:
    return Member(f"node-{number}:{number}:{number:032x}", f"node-{number}", number, weight)


class Clock:
    """The monotonic clock of the ring, set by the story."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("delfin.coordination.ring.time", clock)
    return clock


def see(membership: Membership, members: list[Member], read_at: float) -> None:
    found = MappingProxyType({one.id: one for one in members})
    membership._seen(Snapshot(found, read_at))


def see_for(membership: Membership, clock: Clock, members: list[Member], seconds: float) -> None:
    """They are seen from now on, at every interval, for so long."""
    end = clock.now + seconds
    see(membership, members, clock.now)
    while clock.now < end:
        clock.now += membership.pace.interval
        see(membership, members, clock.now)


def owners(ring: Ring) -> list[str]:
    return [owner.id for owner in map(ring.owner_of, IDS) if owner is not None]


@pytest.mark.parametrize("seed", range(5))
def test_a_fourth_node_takes_its_quarter_and_five_percent_at_most(
    membership: Membership, seed: int
) -> None:
    ring = Ring(membership)
    nodes = [member(seed * 10 + number) for number in range(4)]
    see(membership, nodes[:3], 1.0)
    before = owners(ring)
    see(membership, nodes, 2.0)
    after = owners(ring)
    moved = [new for old, new in zip(before, after, strict=True) if old != new]
    assert set(moved) == {nodes[3].id}
    assert len(moved) <= 0.30 * len(IDS)
    assert all(0.2 < after.count(node.id) / len(IDS) < 0.3 for node in nodes)


def test_shares_follow_the_weights(membership: Membership) -> None:
    ring = Ring(membership)
    nodes = [member(1), member(2, weight=3), member(3, weight=4)]
    see(membership, nodes, 2.0)
    shares = [owners(ring).count(node.id) / len(IDS) for node in nodes]
    assert shares == pytest.approx([1 / 8, 3 / 8, 1 / 2], abs=0.05)


def test_nobody_owns_anything_before_somebody_was_seen(membership: Membership) -> None:
    ring = Ring(membership)
    assert ring.owner_of(IDS[0]) is None
    assert not ring.mine(IDS[0])


def test_a_newcomer_is_sure_only_when_the_others_must_know(
    membership: Membership, clock: Clock
) -> None:
    ring = Ring(membership)
    pace = membership.pace
    see_for(membership, clock, [membership.me], pace.settle - pace.interval)
    assert not any(ring.mine(i) for i in IDS)
    see_for(membership, clock, [membership.me], pace.interval * 2)
    assert all(ring.mine(i) for i in IDS)


def test_what_is_lost_is_given_up_at_once_and_what_is_gained_counts_later(
    membership: Membership, clock: Clock
) -> None:
    ring = Ring(membership)
    pace = membership.pace
    see_for(membership, clock, [membership.me, member(1)], pace.settle * 2)
    before = {i for i in IDS if ring.mine(i)}
    see(membership, [membership.me, member(2)], clock.now)
    after = {i for i in IDS if ring.mine(i)}
    assert after == {i for i in before if ring.owner_of(i) == membership.me}
    assert after < before
    see_for(membership, clock, [membership.me, member(2)], pace.settle / 2)
    assert {i for i in IDS if ring.mine(i)} == after
    see_for(membership, clock, [membership.me, member(2)], pace.settle)
    assert {i for i in IDS if ring.mine(i)} > after


def test_storages_with_one_account_have_one_owner(membership: Membership, clock: Clock) -> None:
    managed = {storage_id: f"manager-{n % 10}" for n, storage_id in enumerate(IDS[:200])}
    ring = Ring(membership, lambda storage_id: managed.get(storage_id, storage_id))
    members = [membership.me, member(1), member(2)]
    see_for(membership, clock, members, membership.pace.settle)
    by_manager: dict[str, set[str]] = {}
    for storage_id, manager in managed.items():
        owner = ring.owner_of(storage_id)
        assert owner is not None
        by_manager.setdefault(manager, set()).add(owner.id)
        assert ring.mine(storage_id) == (owner == membership.me) != ring.elsewhere(storage_id)
    assert [len(found) for found in by_manager.values()] == [1] * 10
    assert len(set.union(*by_manager.values())) == 3
    assert ring.count_owned(IDS) == sum(ring.owner_of(i) == membership.me for i in IDS)


def test_who_cannot_see_the_others_is_sure_of_nothing(membership: Membership, clock: Clock) -> None:
    ring = Ring(membership)
    pace = membership.pace
    see_for(membership, clock, [membership.me], pace.settle * 2)
    clock.now += pace.fresh
    assert all(ring.mine(i) for i in IDS)
    clock.now += pace.interval
    assert not any(ring.mine(i) for i in IDS)
    assert ring.owner_of(IDS[0]) == membership.me
    # The first looks after a gap: others may have taken over.
    see_for(membership, clock, [membership.me], pace.settle / 2)
    assert not any(ring.mine(i) for i in IDS)
    see_for(membership, clock, [membership.me], pace.settle)
    assert all(ring.mine(i) for i in IDS)


def test_claims_end_before_others_begin() -> None:
    for expiration in (1, 15, 100):
        pace = Pace.of(expiration)
        assert pace.interval * 2 < pace.fresh < pace.settle < pace.expiration
        assert pace.expiration + pace.settle + pace.interval < expiration + 11
