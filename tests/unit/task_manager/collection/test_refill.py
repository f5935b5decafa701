"""An array that was away: one row says what is missing, it is left alone, and nothing is lost after."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from delfin import exception
from delfin.db import access_info, access_state
from delfin.db.alerts import Alert
from delfin.db.jobs import Job
from delfin.jobs.queue import DONE, FAILED, PARTIAL
from delfin.jobs.worker import Finished
from tests.unit.task_manager.collection.conftest import NewWorld
from tests.unit.task_manager.collection.world import AWAY, BEGIN, HOUR, MINUTE, World


def alerts(world: World) -> list[tuple[str | None, str]]:
    with world.bench.database.reader() as session:
        found = session.scalars(select(Alert).order_by(Alert.created_at))
        return [(row.alert_id, row.state) for row in found]


@pytest.mark.parametrize("seconds", [0, 3], ids=["at once", "after a while"])
@pytest.mark.parametrize("hours", [3, pytest.param(24, marks=pytest.mark.long)])
def test_an_array_that_was_away_is_left_alone_and_complete_afterwards(
    world: World, hours: int, seconds: int
) -> None:
    world.pass_by(5)
    world.array.trouble, world.array.patience = AWAY, 1000 * seconds
    world.array.tries.clear()
    world.pass_by(hours * 60)
    late = [
        two - one for one, two in zip(world.array.tries[3:], world.array.tries[4:], strict=False)
    ]
    assert min(late) >= 5 * MINUTE
    assert len(world.array.tries) <= hours * 12
    standing = world.standing()
    assert standing["error_code"] == "ConnectTimeout"
    assert standing["failures"] > 3
    assert standing["resources"][0]["lag"] >= hours * 3600
    world.array.trouble = None
    world.array.calls.clear()
    world.sink.batches.clear()
    assert world.collect_at_once().state == DONE
    first_end = world.array.calls[0][1]
    assert first_end == world.array.newest, "current data first"
    world.assert_whole(BEGIN, world.array.newest)
    assert not world.missing()
    assert not world.gaps()
    assert world.sink.repeated == 0
    refills = [batch for batch in world.sink.batches if batch.refill]
    assert max(refills[0].times) > max(refills[-1].times), "the newest first"


def test_refilling_takes_a_share_of_the_time_and_goes_on_with_the_next(world: World) -> None:
    world.bench.conf.set_override("refill_time", 10.0, "telemetry")
    world.pass_by(3)
    world.array.trouble = AWAY
    world.pass_by(90)
    world.array.trouble, world.array.takes = None, 4000
    world.collect_at_once()
    assert len(world.missing()) == 1
    assert len(world.array.calls) <= 10
    world.time.sleep(MINUTE)
    world.pass_by(5)
    assert not world.missing()
    world.assert_whole(BEGIN, world.array.newest - MINUTE)


def test_what_the_array_has_forgotten_is_one_gap_and_one_alert(new_world: NewWorld) -> None:
    world = new_world(retention=HOUR)
    world.pass_by(3)
    left = world.array.newest - MINUTE
    world.array.trouble = AWAY
    world.pass_by(150)
    world.array.trouble = None
    assert world.collect_at_once().state == DONE
    ((start, end),) = world.gaps()
    assert start == left
    assert end == world.array.newest - HOUR
    world.assert_whole(end, world.array.newest)
    assert alerts(world) == [("delfin.collection_gap", "open")]
    world.time.sleep(MINUTE)
    world.pass_by(1)
    assert alerts(world) == [("delfin.collection_gap", "cleared")]


def test_what_the_array_turns_out_not_to_have_is_one_gap_and_the_rest_is_read(
    world: World,
) -> None:
    """It has lost less than an hour ago what it promises to keep for days."""
    world.pass_by(3)
    left = world.array.newest - MINUTE
    world.array.trouble = AWAY
    world.pass_by(60)
    world.array.trouble = keeps_from(world.array.newest - 22 * MINUTE)
    world.array.calls.clear()
    assert world.collect_at_once().state == DONE
    assert world.gaps() == [(left, world.array.newest - 22 * MINUTE)]
    assert not world.missing()
    world.assert_whole(world.array.newest - 22 * MINUTE, world.array.newest)
    assert world.sink.repeated == 0
    assert len(world.array.calls) < 10, "nothing that is lost is asked for piece by piece"
    assert alerts(world) == [("delfin.collection_gap", "open")]


def test_a_first_collection_takes_what_a_new_array_has(world: World) -> None:
    kept = world.array.newest - 2 * MINUTE
    world.array.trouble = keeps_from(kept)
    assert world.collect().state == DONE
    world.assert_whole(kept, world.array.newest)
    ((_, end),) = world.gaps()
    assert end == kept


def test_a_moment_that_was_delivered_before_is_no_gap(world: World) -> None:
    """Windows are asked for with an overlap, which the array may have no more."""
    world.pass_by(3)
    world.array.trouble = keeps_from(world.array.newest - MINUTE)
    assert world.collect_at_once().state == DONE
    assert not world.gaps()
    world.assert_whole(BEGIN, world.array.newest)


def keeps_from(kept: int) -> Callable[[int, int], None]:
    def trouble(start: int, _end: int) -> None:
        if start < kept:
            raise exception.PerformanceNotKept(kept)

    return trouble


def test_a_gap_that_grows_is_one_record(world: World) -> None:
    world.array.retention = HOUR
    world.pass_by(3)
    world.bench.conf.set_override("refill_time", 0.0, "telemetry")
    world.array.trouble = AWAY
    world.pass_by(120)
    world.array.trouble = None
    world.collect_at_once()
    world.time.sleep(MINUTE)
    before = world.gaps()
    world.pass_by(5)
    ((start, end),) = world.gaps()
    assert start == before[0][0]
    assert end > before[0][1]
    assert alerts(world) == [("delfin.collection_gap", "open")]


def test_what_is_too_much_at_once_is_asked_for_in_smaller_pieces(world: World) -> None:
    def limited(start: int, end: int) -> None:
        if end - start > 3 * MINUTE:
            raise exception.StorageBackendException("too much")

    world.pass_by(3)
    world.array.trouble = AWAY
    world.pass_by(20)
    world.array.trouble = limited
    world.pass_by(40)
    world.assert_whole(BEGIN, world.array.newest - MINUTE)
    assert not world.gaps()


def test_a_time_that_cannot_be_read_does_not_keep_others_from_it(world: World) -> None:
    world.pass_by(3)
    left = world.array.newest
    world.array.trouble = AWAY
    world.pass_by(60)
    poison = left + 50 * MINUTE

    def poisoned(start: int, end: int) -> None:
        if start < poison <= end:
            raise exception.StorageBackendException("broken page")

    world.array.trouble = poisoned
    world.pass_by(40)
    lost = set(range(left + MINUTE, world.array.newest, MINUTE)) - set(world.sink.times())
    assert poison in lost
    assert len(lost) <= 3
    assert world.standing()["error_code"] == "StorageBackendException"


def test_one_type_of_resource_that_fails_stops_no_other(new_world: NewWorld) -> None:
    world = new_world(kinds=("volume", "port"))
    spoilt = [True]

    def no_ports(rows: list[object]) -> list[object]:
        if spoilt and rows and rows[0].labels["resource_type"] == "port":  # type: ignore[attr-defined]
            raise exception.StorageBackendException("no ports today")
        return rows

    world.array.spoil = no_ports
    assert world.collect().state == PARTIAL
    world.pass_by(20)
    assert world.missing("port") == []
    world.assert_whole(BEGIN, world.array.newest - MINUTE)
    spoilt.clear()
    world.pass_by(12)
    world.assert_whole(BEGIN, world.array.newest - 2 * MINUTE, kind="port")
    assert not world.gaps()


def test_failures_add_no_jobs(world: World) -> None:
    world.array.trouble = AWAY
    for _ in range(5):
        assert world.collect().state in {FAILED, PARTIAL}
        world.time.sleep(MINUTE)
    with world.bench.database.reader() as session:
        waiting = select(func.count()).select_from(Job).where(Job.state == "queued")
        assert session.scalar(waiting) == 0
    assert len(world.array.tries) == 3


def test_no_login_while_the_password_is_known_to_be_wrong(world: World) -> None:
    world.array.trouble = exception.InvalidUsernameOrPassword
    assert world.collect().result["error_code"] == "InvalidUsernameOrPassword"
    world.array.tries.clear()
    for _ in range(3):
        world.time.sleep(10 * MINUTE)
        finished = world.collect(at_once=True)
        assert finished.state == FAILED
        assert finished.result["error_code"] == "InvalidUsernameOrPassword"
    assert not world.array.tries


def test_a_password_that_was_found_wrong_elsewhere_shows_in_the_collection(world: World) -> None:
    world.array.trouble = AWAY
    world.collect()
    before = world.standing()
    with world.bench.database.writer() as session:
        known = access_info.get(session, world.storage_id)
        row = access_state.locked(session, world.storage_id)
        row.state, row.generation = access_state.CREDENTIALS_INVALID, known.generation
        row.error_code, row.reason = "InvalidUsernameOrPassword", "wrong password"
    world.time.sleep(10 * MINUTE)
    assert world.collect().state == FAILED
    after = world.standing()
    assert after["error_code"] == "InvalidUsernameOrPassword"
    assert after["error_msg"] == "wrong password"
    # The array was not asked.
    assert after["failures"] == before["failures"] == 1
    assert after["last_attempt"] == before["last_attempt"]


def test_a_job_that_was_given_up_counts_as_a_failure(world: World) -> None:
    lease = world.lease()
    told = {"error_code": "JobDeadlineExceeded", "error_msg": "It took longer than 600 s."}
    world.runner.write_epitaph(lease, Finished(FAILED, told))
    assert world.standing()["failures"] == 1
    assert world.standing()["error_code"] == "JobDeadlineExceeded"
