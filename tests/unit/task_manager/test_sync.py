"""A sync stores what the array says, under that array, and a failure deletes nothing."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from delfin import exception
from delfin.db import storages
from delfin.db.capacity import WHOLE, CapacityDay
from delfin.inventory.block import VOLUMES
from delfin.inventory.catalog import KINDS
from delfin.inventory.hardware import DISKS
from delfin.inventory.schema import METADATA
from delfin.jobs.queue import DONE, FAILED, PARTIAL, LeaseLostError
from delfin.jobs.worker import StoppedError
from tests.unit.conftest import Bench
from tests.unit.scripted import Script


def volumes(count: int, **more: Any) -> list[dict[str, Any]]:
    return [{"native_volume_id": str(i), "name": f"v{i}", **more} for i in range(count)]


def script_with(count: int, serial_number: str = "SN1") -> Script:
    script = Script(serial_number)
    script.listings["list_volumes"] = volumes(count)
    script.listings["list_storage_pools"] = [
        {"native_storage_pool_id": "p", "total_capacity": 10, "used_capacity": 4}
    ]
    return script


def test_sync_stores_what_the_array_says(bench: Bench) -> None:
    script = script_with(3)
    storage_id = bench.register(script)
    script.storage |= {"firmware_version": "2", "total_capacity": 10}
    finished = bench.sync(storage_id)
    assert finished.state == DONE
    assert finished.result["rows"] == {"storage_pools": 1, "volumes": 3}
    assert set(bench.rows(VOLUMES, storage_id)) == {"0", "1", "2"}
    with bench.database.reader() as session:
        storage = storages.get(session, storage_id)
        assert (storage.firmware_version, storage.total_capacity) == ("2", 10)
        assert storage.last_sync is not None
        assert storage.last_sync["result"] == DONE


def test_not_supported_is_told_from_empty(bench: Bench) -> None:
    script = script_with(0)
    storage_id = bench.register(script)
    finished = bench.sync(storage_id)
    assert "disks" in finished.result["unsupported_kinds"]
    assert bench.kind_state(DISKS, storage_id).supported is False
    assert bench.kind_state(DISKS, storage_id).row_count is None
    assert bench.kind_state(VOLUMES, storage_id).supported is True
    assert bench.kind_state(VOLUMES, storage_id).row_count == 0


def test_second_sync_of_a_driver_with_unknown_fields_works(bench: Bench) -> None:
    script = script_with(2)
    script.listings["list_volumes"] = volumes(2, free_capacit=1)
    storage_id = bench.register(script)
    for _ in range(2):
        assert bench.sync(storage_id).state == DONE
    assert bench.kind_state(VOLUMES, storage_id).notes == {"unknown field free_capacit dropped": 2}


@pytest.mark.parametrize(
    "fault", [exception.InvalidResults("x"), KeyError("x"), None, [None], {"volumes": []}], ids=str
)
def test_a_failed_listing_keeps_its_rows_and_other_kinds_go_on(bench: Bench, fault: Any) -> None:
    script = script_with(3)
    storage_id = bench.register(script)
    bench.sync(storage_id)
    script.listings["list_volumes"] = fault if fault is not None else lambda: None
    script.listings["list_disks"] = [{"native_disk_id": "d"}]
    finished = bench.sync(storage_id)
    assert finished.state == PARTIAL
    assert [failed["kind"] for failed in finished.result["failed_kinds"]] == ["volumes"]
    assert finished.retry == {"kinds": ["volumes"]}
    assert len(bench.rows(VOLUMES, storage_id)) == 3
    assert len(bench.rows(DISKS, storage_id)) == 1
    state = bench.kind_state(VOLUMES, storage_id)
    assert state.error_code is not None
    assert state.last_success is not None
    assert state.last_success < state.last_attempt


def test_a_drivers_bug_is_not_told_to_users_in_its_own_words(bench: Bench) -> None:
    script = script_with(1)
    script.listings["list_volumes"] = KeyError("pa55word")
    storage_id = bench.register(script)
    failed = bench.sync(storage_id).result["failed_kinds"]
    assert "pa55word" not in str(failed)
    assert "KeyError" in str(failed)


def test_a_suddenly_empty_listing_needs_a_second_reading(bench: Bench) -> None:
    bench.conf.set_override("doubt_time", 3600.0, "sync")
    script = script_with(3)
    storage_id = bench.register(script)
    bench.sync(storage_id)
    script.listings["list_volumes"] = []
    for _ in range(2):
        finished = bench.sync(storage_id)
        assert finished.state == PARTIAL
        assert "second reading" in finished.result["failed_kinds"][0]["error_msg"]
        assert finished.retry == {"kinds": ["volumes"]}
        assert len(bench.rows(VOLUMES, storage_id)) == 3
    assert bench.kind_state(VOLUMES, storage_id).doubted_rows == 0
    bench.conf.set_override("doubt_time", 0.0, "sync")
    assert bench.sync(storage_id).state == DONE
    assert bench.rows(VOLUMES, storage_id) == {}


def test_a_much_shorter_listing_is_doubted_and_a_full_one_clears_the_doubt(bench: Bench) -> None:
    bench.conf.set_override("doubt_time", 0.0, "sync")
    script = script_with(20)
    storage_id = bench.register(script)
    bench.sync(storage_id)
    script.listings["list_volumes"] = volumes(9)
    assert bench.sync(storage_id).state == PARTIAL
    script.listings["list_volumes"] = volumes(19)
    assert bench.sync(storage_id).state == DONE
    script.listings["list_volumes"] = volumes(9)
    assert bench.sync(storage_id).state == PARTIAL
    assert len(bench.rows(VOLUMES, storage_id)) == 19
    assert bench.sync(storage_id).state == DONE
    assert len(bench.rows(VOLUMES, storage_id)) == 9


def test_another_array_at_the_address_is_not_stored_under_this_one(bench: Bench) -> None:
    script = script_with(2)
    storage_id = bench.register(script)
    script.storage = {"name": "intruder", "serial_number": "SN666"}
    finished = bench.sync(storage_id)
    assert finished.state == FAILED
    assert finished.result["error_code"] == "StorageSerialNumberMismatch"
    assert finished.retry is None
    assert bench.rows(VOLUMES, storage_id) == {}


def test_two_arrays_of_a_model_never_mix(bench: Bench) -> None:
    first, second = bench.register(script_with(2)), bench.register(script_with(5, "SN2"))
    for storage_id in (first, second, first):
        bench.sync(storage_id)
    assert len(bench.rows(VOLUMES, first)) == 2
    assert len(bench.rows(VOLUMES, second)) == 5
    with bench.database.reader() as session:
        serials = {storages.get(session, i).serial_number for i in (first, second)}
    assert serials == {"SN1", "SN2"}


def test_an_unreachable_array_is_asked_once_not_fifteen_times(bench: Bench) -> None:
    script = script_with(1)
    script.listings["list_storage_pools"] = exception.ConnectTimeout
    storage_id = bench.register(script)
    finished = bench.sync(storage_id)
    assert finished.state == FAILED
    assert len(finished.result["failed_kinds"]) == len(KINDS)
    assert script.asked["list_volumes"] == 0
    assert finished.retry is not None


def test_wrong_password_is_tried_once_and_not_again(bench: Bench) -> None:
    script = script_with(1)

    def refuse(_access: Any) -> None:
        raise exception.InvalidUsernameOrPassword

    storage_id = bench.register(script)
    script.login = refuse
    for _ in range(3):
        finished = bench.sync(storage_id)
        assert finished.state == FAILED
        assert finished.result["error_code"] == "InvalidUsernameOrPassword"
        assert finished.retry is None
    assert script.asked["login"] == 1


def test_a_retry_reads_only_what_had_failed(bench: Bench) -> None:
    script = script_with(2)
    storage_id = bench.register(script)
    lease = bench.lease(storage_id)
    bench.queue.put_back(lease, 0, result={}, payload={"kinds": ["volumes"]})
    again = bench.queue.lease("bench")
    assert again is not None
    assert bench.run(again).result["rows"] == {"volumes": 2}
    assert script.asked["list_storage_pools"] == 0


def test_a_storage_deleted_during_the_sync_gets_no_more_rows(bench: Bench) -> None:
    script = script_with(2)
    storage_id = bench.register(script)

    def delete_meanwhile() -> list[dict[str, Any]]:
        with bench.database.writer() as session:
            storages.bury(session, storage_id)
        return volumes(2)

    script.listings["list_volumes"] = delete_meanwhile
    with pytest.raises(LeaseLostError):
        bench.sync(storage_id)
    assert bench.rows(VOLUMES, storage_id) == {}


def test_a_sync_cancelled_while_it_reads_writes_nothing_more(bench: Bench) -> None:
    script = script_with(2)
    storage_id = bench.register(script)
    lease = bench.lease(storage_id)

    def cancel_meanwhile() -> list[dict[str, Any]]:
        with bench.database.writer() as session:
            bench.board.clear(session, lease.job_id)
        return volumes(2)

    script.listings["list_volumes"] = cancel_meanwhile
    with pytest.raises(LeaseLostError):
        bench.run(lease)
    assert bench.rows(VOLUMES, storage_id) == {}


def test_a_stopping_worker_gives_up_between_two_kinds(bench: Bench) -> None:
    script = script_with(1)
    storage_id = bench.register(script)

    def stop_meanwhile() -> list[Any]:
        bench.stopping.set()
        return []

    script.listings["list_storage_pools"] = stop_meanwhile
    with pytest.raises(StoppedError):
        bench.run(bench.lease(storage_id))
    assert script.asked["list_volumes"] == 0


def test_capacity_is_kept_once_a_day_per_array_and_pool(bench: Bench) -> None:
    script = script_with(0)
    storage_id = bench.register(script)
    script.storage |= {"total_capacity": 100, "used_capacity": 1}
    bench.sync(storage_id)
    script.storage |= {"used_capacity": 2}
    bench.sync(storage_id)
    with bench.database.reader() as session:
        days = session.scalars(
            select(CapacityDay).order_by(CapacityDay.native_storage_pool_id)
        ).all()
        assert [(d.native_storage_pool_id, d.total_capacity, d.used_capacity) for d in days] == [
            (WHOLE, 100, 2),
            ("p", 10, 4),
        ]


def test_removal_leaves_no_row_behind_and_no_session(bench: Bench) -> None:
    script, other_script = script_with(3), script_with(1, "SN2")
    script.listings["list_port_groups"] = {
        "port_groups": [{"native_port_group_id": "g"}],
        "port_grp_port_rels": [{"native_port_group_id": "g", "native_port_id": "p"}],
    }
    storage_id, other = bench.register(script), bench.register(other_script)
    bench.sync(storage_id)
    bench.sync(other)
    assert script.open_sessions == 1
    assert bench.remove(storage_id).state == DONE
    assert (script.open_sessions, script.asked["login"]) == (0, 1)
    with bench.database.reader() as session:
        for table in METADATA.sorted_tables:
            column = table.c.get("storage_id", table.c.get("id"))
            if column is None:
                # It names no storage, so nothing of one is left in it.
                continue
            assert storage_id not in set(session.scalars(select(column))), table.name
    assert len(bench.rows(VOLUMES, other)) == 1


def test_a_removal_whose_driver_fails_finishes_all_the_same(bench: Bench) -> None:
    script = script_with(1)
    storage_id = bench.register(script)
    bench.sync(storage_id)
    with bench.arrays.sessions.using(_context(), storage_id) as driver:
        driver.close_connection = None  # type: ignore[attr-defined]
        driver.delete_storage = None  # type: ignore[method-assign, assignment]
    assert bench.remove(storage_id).state == DONE


def _context() -> Any:
    from delfin.context import get_admin_context

    return get_admin_context()
