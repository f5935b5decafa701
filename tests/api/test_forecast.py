"""When pools will be full, over REST."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, insert, select

from delfin.db.base import utcnow
from delfin.db.capacity import WHOLE, CapacityDay
from delfin.inventory.block import StoragePool
from tests.api.client import Client
from tests.api.conftest import Stage


def grow(stage: Stage, storage_id: str, pool: str, used: range) -> None:
    """One figure a day, the last one yesterday's."""
    first = utcnow().date() - timedelta(days=len(used))
    rows = [
        {
            "storage_id": storage_id,
            "native_storage_pool_id": pool,
            "day": first + timedelta(days=place),
            "total_capacity": 10**12,
            "used_capacity": value,
            "free_capacity": 10**12 - value,
        }
        for place, value in enumerate(used)
    ]
    with stage.parts.database.writer() as session:
        session.execute(insert(CapacityDay), rows)


def forget_today(stage: Stage) -> None:
    """The synchronisation has written figures of the simulated array."""
    with stage.parts.database.writer() as session:
        session.execute(delete(CapacityDay))


def pools_of(stage: Stage) -> list[str]:
    with stage.parts.database.reader() as session:
        found = session.scalars(select(StoragePool.native_storage_pool_id))
        return sorted(found)


def test_a_growing_pool_has_days_and_the_others_have_none(
    stage: Stage, client: Client, body: Callable[..., dict[str, Any]]
) -> None:
    storage_id = stage.synced(body())
    forget_today(stage)
    pools = pools_of(stage)
    step = 10**9
    grow(stage, storage_id, pools[0], range(100 * step, 130 * step, step))
    grow(stage, storage_id, WHOLE, range(130 * step, 100 * step, -step))
    found = client.get(f"/v1/storages/{storage_id}/forecast").json["forecast"]
    assert [one["native_storage_pool_id"] for one in found] == [WHOLE, *pools]
    assert [one["state"] for one in found] == [
        "not_growing",
        "growing",
        *["too_little_data"] * (len(pools) - 1),
    ]
    growing = found[1]
    assert growing["growth_per_day"] == step
    # 129 of 1000 were in use yesterday.
    assert growing["days_to_full"] == growing["days_to_full_latest"] == 870.0
    assert growing["full_on"] == str(utcnow().date() + timedelta(days=870))
    assert growing["days"] == 30
    assert all(one["days_to_full"] is one["full_on"] is None for one in found if one != growing)


def test_the_window_may_be_shorter(
    stage: Stage, client: Client, body: Callable[..., dict[str, Any]]
) -> None:
    storage_id = stage.synced(body())
    forget_today(stage)
    grow(stage, storage_id, WHOLE, range(0, 30 * 10**9, 10**9))
    whole = client.get(f"/v1/storages/{storage_id}/forecast?days=14").json["forecast"][0]
    assert (whole["state"], whole["days"]) == ("growing", 13)


def test_a_new_storage_has_too_little_data(
    stage: Stage, client: Client, body: Callable[..., dict[str, Any]]
) -> None:
    storage_id = stage.synced(body())
    found = client.get(f"/v1/storages/{storage_id}/forecast").json["forecast"]
    assert {one["state"] for one in found} <= {"too_little_data", "full"}
    assert found[0]["days"] == 1


def test_what_is_wrong_is_named(
    stage: Stage, client: Client, body: Callable[..., dict[str, Any]]
) -> None:
    assert client.get("/v1/storages/nowhere/forecast").code == "StorageNotFound"
    storage_id = stage.register(body())
    reply = client.get(f"/v1/storages/{storage_id}/forecast?days=3")
    assert reply.status == 400
    assert "days: must be at least 7" in reply.message
