"""Paging passes over no row and shows none twice, whatever ties and nulls there are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from delfin import exception
from delfin.db.query import Listing, Page, find
from delfin.db.session import Database
from delfin.inventory.block import VOLUMES
from tests.unit.db.stored import add_storage

START = datetime(2026, 1, 2, 3, 4, 5, 678901, UTC)


def fill(database: Database) -> str:
    """Thirty volumes, ten a creation time, names with ties and nulls."""
    with database.writer() as session:
        storage_id = add_storage(session)
        session.execute(
            insert(VOLUMES.table),
            [
                {
                    "id": f"id-{i:02}",
                    "storage_id": storage_id,
                    "native_volume_id": f"n{i}",
                    "name": [None, "db_1", "DB_1", "db%1", "log"][i % 5],
                    "total_capacity": None if i % 7 == 0 else i % 4,
                    "compressed": [None, True, False][i % 3],
                    "created_at": START + timedelta(seconds=i // 10),
                }
                for i in range(30)
            ],
        )
    return storage_id


def listing(database: Database, **asked: Any) -> Listing:
    with database.reader() as session:
        return find(session, VOLUMES.columns, Page(**asked), missing=VOLUMES.missing)


SORTS = [
    (("created_at", "desc"),),
    (("created_at", "asc"),),
    (("name", "asc"),),
    (("name", "desc"), ("total_capacity", "asc")),
    (("total_capacity", "desc"),),
    (("compressed", "asc"),),
    (("compressed", "desc"), ("name", "asc")),
    (("id", "asc"),),
]


@pytest.mark.parametrize("sort", SORTS, ids=str)
def test_pages_by_marker_are_the_whole_listing(database: Database, sort: Any) -> None:
    fill(database)
    whole = [row["id"] for row in listing(database, sort=sort).rows]
    assert len(set(whole)) == 30
    paged: list[str] = []
    marker = None
    while page := listing(database, sort=sort, limit=7, marker=marker).rows:
        paged += [row["id"] for row in page]
        marker = paged[-1]
    assert paged == whole


def test_nulls_are_smallest_on_every_engine(database: Database) -> None:
    fill(database)
    rising = [r["name"] for r in listing(database, sort=(("name", "asc"),)).rows]
    falling = [r["name"] for r in listing(database, sort=(("name", "desc"),)).rows]
    assert rising[:6] == [None] * 6
    assert falling[-6:] == [None] * 6


def test_offset_counts_from_the_marker(database: Database) -> None:
    fill(database)
    whole = [row["id"] for row in listing(database).rows]
    page = listing(database, marker=whole[4], offset=3, limit=2)
    assert [row["id"] for row in page.rows] == whole[8:10]


def test_total_counts_all_pages(database: Database) -> None:
    fill(database)
    assert listing(database, limit=2, filters={"name": "log"}).total == 6
    assert listing(database, limit=0) == Listing([], 30)


def test_exact_filter_minds_case(database: Database) -> None:
    fill(database)
    assert {r["name"] for r in listing(database, filters={"name": "db_1"}).rows} == {"db_1"}


def test_contains_filter_takes_wildcards_for_letters_and_ignores_case(database: Database) -> None:
    fill(database)
    assert {r["name"] for r in listing(database, filters={"name~": "b_"}).rows} == {"db_1", "DB_1"}
    assert {r["name"] for r in listing(database, filters={"name~": "%"}).rows} == {"db%1"}


def test_unknown_marker_is_refused(database: Database) -> None:
    fill(database)
    for limit in (10, 0):
        with pytest.raises(exception.VolumeNotFound):
            listing(database, marker="nobody", limit=limit)


def test_times_come_back_as_they_went_in(database: Database) -> None:
    fill(database)
    assert listing(database, sort=(("created_at", "asc"),)).rows[0]["created_at"] == START
