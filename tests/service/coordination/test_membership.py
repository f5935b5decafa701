"""Members of a group find one another, and find back after whatever happened."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable

import pytest
from oslo_config import cfg

from delfin.coordination.membership import Membership, Snapshot
from tests.service.coordination.conftest import EXPIRATION, Join, MakeConf
from tests.service.coordination.network import Network
from tests.service.coordination.redis_process import RedisProcess
from tests.waiting import wait_until

pytestmark = pytest.mark.service


def see_each_other(memberships: Iterable[Membership]) -> bool:
    """Each has just seen exactly these."""
    everybody = list(memberships)
    ids = {one.me.id for one in everybody}
    return all(
        set(one.members().members) == ids and one.members().age < one.pace.fresh
        for one in everybody
    )


def test_members_find_one_another_and_know_what_each_can_carry(join: Join) -> None:
    here, there = join(), join(weight=3)
    wait_until(lambda: see_each_other([here, there]))
    assert here.members().members[there.me.id] == there.me
    assert there.me.weight == 3


def test_two_processes_of_one_host_name_and_number_are_two_members(
    join: Join, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As two containers have them.
    monkeypatch.setattr("socket.gethostname", lambda: "delfin")
    monkeypatch.setattr("os.getpid", lambda: 1)
    here, there = join(), join()
    assert here.me.node == there.me.node == "delfin"
    wait_until(lambda: see_each_other([here, there]))


def test_who_leaves_is_gone_at_once(join: Join) -> None:
    here, there = join(), join()
    wait_until(lambda: see_each_other([here, there]))
    began = time.monotonic()
    there.stop()
    wait_until(lambda: see_each_other([here]))
    assert time.monotonic() - began < EXPIRATION


def test_who_is_silent_is_gone_when_its_time_is_over(network: Network, join: Join) -> None:
    here, there = join(), join(network.address)
    wait_until(lambda: see_each_other([here, there]))
    network.cut()
    wait_until(lambda: see_each_other([here]))
    assert set(there.members().members) == {here.me.id, there.me.id}
    assert there.members().age > there.pace.fresh
    network.mend()
    wait_until(lambda: see_each_other([here, there]))


def test_a_server_that_restarts_empty_has_its_members_back_within_seconds(
    server: RedisProcess, join: Join
) -> None:
    members = [join() for _ in range(3)]
    wait_until(lambda: see_each_other(members))
    server.restart_empty()
    wait_until(lambda: see_each_other(members), 5)


def test_a_frozen_server_is_waited_for_without_anybody_noticing(
    server: RedisProcess, join: Join, caplog: pytest.LogCaptureFixture
) -> None:
    members = [join(), join()]
    wait_until(lambda: see_each_other(members))
    server.freeze()
    wait_until(lambda: all(one.members().age > EXPIRATION * 2 for one in members))
    began = time.monotonic()
    for one in members * 50:
        assert len(one.members().members) == 2
    assert time.monotonic() - began < 0.5
    server.thaw()
    wait_until(lambda: see_each_other(members), 5)
    assert caplog.text.count("cannot be reached") == len(members)


def test_a_server_that_comes_late_is_joined(server: RedisProcess, join: Join) -> None:
    server.kill()
    member = join()
    wait_until(lambda: not member._reach.here and member._reach._here is not None)
    assert not member.members().members
    server.start()
    wait_until(lambda: see_each_other([member]))


def test_whoever_asks_is_told_of_changes_alone(join: Join) -> None:
    changes: list[Snapshot] = []
    reads: list[Snapshot] = []

    def listen(membership: Membership) -> None:
        membership.on_change(changes.append)
        membership.on_read(reads.append)

    here = join(prepare=listen)
    wait_until(lambda: see_each_other([here]))
    there = join()
    wait_until(lambda: see_each_other([here, there]))
    there.stop()
    wait_until(lambda: see_each_other([here]))
    many = len(reads) + 5
    wait_until(lambda: len(reads) >= many)
    assert [len(one.members) for one in changes] == [1, 2, 1]


def test_a_listener_that_fails_ends_nothing(join: Join, caplog: pytest.LogCaptureFixture) -> None:
    def fail(_snapshot: Snapshot) -> None:
        raise RuntimeError("it failed")

    here = join(prepare=lambda membership: membership.on_read(fail))
    wait_until(lambda: see_each_other([here]))
    there = join()
    wait_until(lambda: see_each_other([here, there]))
    assert "it failed" in caplog.text


def test_what_a_stranger_writes_about_itself_does_no_harm(server: RedisProcess, join: Join) -> None:
    here = join()
    wait_until(lambda: see_each_other([here]))
    with server.client() as client:
        client.set("delfin_beats:stranger", "x")
        # msgpack: {"weight": 2**62, "node": "x"}, and a bare number.
        client.hset(
            "delfin_group:task",
            "stranger",
            b"\x82\xa6weight\xcf" + (2**62).to_bytes(8) + b"\xa4node\xa1x",
        )
        client.set("delfin_beats:other", "x")
        client.hset("delfin_group:task", "other", b"\x07")
    found = wait_until(lambda: here.members().members if len(here.members().members) == 3 else None)
    assert (found["stranger"].weight, found["other"].weight) == (100, 1)


def test_without_a_server_one_is_alone(make_conf: MakeConf) -> None:
    threads = threading.active_count()
    member = Membership(make_conf(backend_type="file"), "task")
    member.start()
    assert see_each_other([member])
    assert threading.active_count() == threads
    member.stop()
    member.wait()


@pytest.mark.parametrize("weight", [0, -1, 101])
def test_a_weight_that_makes_no_sense_is_refused(conf: cfg.ConfigOpts, weight: int) -> None:
    with pytest.raises(ValueError, match="weight"):
        Membership(conf, "task", weight=weight)


def test_stopping_does_not_wait_for_a_dead_server(network: Network, join: Join) -> None:
    member = join(network.address)
    wait_until(lambda: see_each_other([member]))
    network.cut()
    began = time.monotonic()
    member.stop()
    member.wait()
    assert time.monotonic() - began < 2.5
