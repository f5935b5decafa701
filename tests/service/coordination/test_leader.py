"""One leads; another one does as soon as it does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from delfin.coordination.leader import Leadership
from tests.service.coordination.conftest import MakeConf, Stand
from tests.service.coordination.network import Network
from tests.service.coordination.redis_process import RedisProcess
from tests.waiting import during, wait_until

pytestmark = pytest.mark.service


def leaders(candidates: list[Leadership]) -> list[Leadership]:
    """Those who say so twice, so that they do at the same moment; fails when they are two."""
    found = [one for one in candidates if one.leading()]
    if len(found) > 1:
        found = [one for one in found if one.leading()]
    assert len(found) < 2
    return found


def the_leader(candidates: list[Leadership], longest: float = 30) -> Leadership:
    return wait_until(lambda: leaders(candidates), longest)[0]


def test_one_of_three_leads_and_goes_on_leading(stand: Stand) -> None:
    candidates = [stand() for _ in range(3)]
    leader = the_leader(candidates)
    for _ in during(leader._pace.expiration * 2):
        assert leaders(candidates) == [leader]


def test_a_leader_that_resigns_is_followed(stand: Stand) -> None:
    candidates = [stand() for _ in range(3)]
    leader = the_leader(candidates)
    leader.stop()
    leader.wait(10)
    assert not leader.leading()
    assert the_leader(candidates, 5) is not leader


def test_a_server_that_restarts_empty_has_one_leader_again(
    server: RedisProcess, stand: Stand
) -> None:
    candidates = [stand() for _ in range(3)]
    the_leader(candidates)
    for _ in range(3):
        server.restart_empty()
        for _ in during(candidates[0]._pace.settle * 2):
            leaders(candidates)
        the_leader(candidates, 10)


def test_a_leader_that_lost_its_lock_knows(server: RedisProcess, stand: Stand) -> None:
    leader = stand()
    the_leader([leader])
    with server.client() as client:
        # What another process would have put there, in the moment after an empty restart.
        client.set("delfin_leader-task_lock", "somebody else")
    wait_until(lambda: not leader.leading())
    with server.client() as client:
        client.delete("delfin_leader-task_lock")
    the_leader([leader])


def test_a_partitioned_leader_stops_leading_before_another_one_does(
    network: Network, stand: Stand
) -> None:
    leader = stand(network.address)
    the_leader([leader])
    candidates = [leader, stand(), stand()]
    network.cut()
    wait_until(lambda: not leaders(candidates))
    assert the_leader(candidates) is not leader
    network.mend()
    for _ in during(leader._pace.expiration):
        assert leaders(candidates) != [leader]


def test_without_the_server_nobody_leads(server: RedisProcess, stand: Stand) -> None:
    candidates = [stand(), stand()]
    the_leader(candidates)
    server.kill()
    wait_until(lambda: not leaders(candidates))
    server.start()
    the_leader(candidates)


# tooz leaves the closing of a file whose lock it did not get to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_on_files_one_process_of_the_node_leads(make_conf: MakeConf, tmp_path: Path) -> None:
    conf = make_conf(backend_type="file")
    candidates = [Leadership(conf, "task") for _ in range(2)]
    for one in candidates:
        one.start()
    leader = the_leader(candidates)
    leader.stop()
    leader.wait(10)
    follower = the_leader(candidates)
    assert follower is not leader
    follower.stop()
    follower.wait(10)
