"""Gauges of everything that there is: valid for promtool, and made once for several scrapers."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from delfin.db.base import utcnow
from delfin.db.reports import Report
from delfin.db.storages import Storage
from delfin.exporter.estate import page
from delfin.exporter.estate.page import EstatePage
from delfin.inventory.block import Volume
from tests.api.client import Client
from tests.api.conftest import Stage

Body = Callable[..., dict[str, Any]]
Found = dict[str, list[tuple[dict[str, str], float]]]
ODD = 'quote " backslash \\ line\nfeed \N{SNOWMAN} \0'


def scraped(client: Client) -> Found:
    reply = client.get("/v1/prometheus/estate")
    assert reply.status == 200
    assert reply.headers["content-type"] == page.CONTENT_TYPE
    return parsed(reply.raw.decode())


def parsed(text: str) -> Found:
    return {
        family.name: [(dict(one.labels), one.value) for one in family.samples]
        for family in text_string_to_metric_families(text)
    }


def test_capacities_states_and_topology_are_there(stage: Stage, client: Client, body: Body) -> None:
    storage_id = stage.synced(body())
    found = scraped(client)
    ((info, one),) = found["delfin_storage_info"]
    assert (info["storage_id"], info["vendor"], one) == (storage_id, "fake_vendor", 1)
    listed = client.get(f"/v1/volumes?storage_id={storage_id}").json["volumes"]
    volumes = {row["native_volume_id"]: row for row in listed}
    assert len(found["delfin_volume_info"]) == len(volumes) == 7
    for labels, _ in found["delfin_volume_info"]:
        row = volumes[labels["resource_id"]]
        assert labels["native_storage_pool_id"] == row["native_storage_pool_id"]
        assert labels["resource_name"] == row["name"]
    for labels, value in found["delfin_volume_used_capacity_bytes"]:
        assert value == volumes[labels["resource_id"]]["used_capacity"]
    assert {labels["status"] for labels, _ in found["delfin_volume_status"]} == {
        row["status"] for row in listed
    }
    assert found["delfin_storage_last_sync_ok"][0][1] in {0, 1}
    assert found["delfin_storage_access"][0][0]["state"] == "ok"


def test_pools_that_nobody_looks_after_are_unknown_here_as_in_listings(
    stage: Stage, client: Client, body: Body
) -> None:
    stage.parts.conf.set_override("max_age", 0.0, "prometheus_estate")
    storage_id = stage.synced(body())
    assert {of["status"] for of, _ in scraped(client)["delfin_storage_pool_status"]} == {"normal"}
    with stage.parts.database.writer() as session:
        at = utcnow() - timedelta(seconds=500)
        session.add(Report(storage_id=storage_id, reported_at=at, lease=1000, valid_until=1))
    listed = client.get(f"/v1/storage-pools?storage_id={storage_id}").json["storage_pools"]
    assert {pool["status"] for pool in listed} == {"unknown"}
    found = scraped(client)
    assert {of["status"] for of, _ in found["delfin_storage_pool_status"]} == {"unknown"}
    ((labels, since),) = found["delfin_storage_report_age_seconds"]
    assert labels["storage_id"] == storage_id
    assert 500 <= since < 560
    assert found["delfin_storage_report_lease_seconds"] == [(labels, 1)]


def test_an_array_that_never_reported_is_as_old_as_the_first_question(
    stage: Stage, client: Client, body: Body
) -> None:
    stage.parts.conf.set_override("max_age", 0.0, "prometheus_estate")
    storage_id = stage.synced(body())
    assert "delfin_storage_report_age_seconds" not in scraped(client), "nobody has asked it"
    with stage.parts.database.writer() as session:
        since = int(utcnow().timestamp() * 1000) - 700_000
        session.add(Report(storage_id=storage_id, lease=150_000, valid_until=since + 150_000))
    ((_, age),) = scraped(client)["delfin_storage_report_age_seconds"]
    assert 700 <= age < 760


def test_every_family_is_known_and_promtool_finds_no_fault(
    stage: Stage, client: Client, body: Body
) -> None:
    storage_id = stage.synced(body())
    with stage.parts.database.writer() as session:
        session.get_one(Storage, storage_id).name = ODD.replace("\0", "")
        for volume in session.query(Volume).filter_by(storage_id=storage_id):
            volume.name = ODD.replace("\0", "")
    text = client.get("/v1/prometheus/estate").raw
    assert parsed(text.decode()).keys() <= page.names(stage.parts.conf).keys()
    checked = subprocess.run(
        ["promtool", "check", "metrics"], input=text, capture_output=True, check=False
    )
    # It would have capacity in another place of the name; nothing else may be wrong.
    assert checked.returncode == 0, checked.stdout + checked.stderr
    names = {labels["resource_name"] for labels, _ in scraped(client)["delfin_volume_info"]}
    assert names == {ODD.replace("\0", "")}


def test_the_page_is_made_once_for_all_who_ask_in_time(stage: Stage, body: Body) -> None:
    stage.synced(body())
    now = [0.0]
    made = EstatePage(stage.parts.conf, stage.parts.database, lambda: now[0])
    first = made.text()
    now[0] = 29.0
    assert made.text() is first
    now[0] = 31.0
    assert made.text() is not first


def test_a_removed_storage_is_gone_from_the_next_page(
    stage: Stage, client: Client, body: Body
) -> None:
    storage_id = stage.synced(body())
    stage.parts.conf.set_override("max_age", 0.0, "prometheus_estate")
    assert "delfin_volume_info" in scraped(client)
    client.delete(f"/v1/storages/{storage_id}")
    assert "delfin_volume_info" not in scraped(client)
    stage.run_jobs()
    assert "delfin_storage_info" not in scraped(client)


def test_a_kind_that_nobody_knows_is_told_and_left_out(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.parts.conf.set_override("kinds", ["volumes", "clouds"], "prometheus_estate")
    EstatePage(stage.parts.conf, stage.parts.database).text()
    assert "there is no clouds" in caplog.text
