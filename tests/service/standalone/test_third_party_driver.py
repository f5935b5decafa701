"""A package written for SODA Delfin 1.x, installed beside delfin, works without a change."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from delfin.inventory.access import HOST_GROUPS, MASKING_VIEWS, VOLUME_GROUPS
from delfin.inventory.block import POOLS, VOLUMES
from tests.service.standalone import third_party
from tests.service.standalone.conftest import Start

pytestmark = pytest.mark.service
PASSWORD = "Aur0ra-of-the-cellar"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return third_party.install(tmp_path_factory.mktemp("acme"))


@pytest.fixture
def aurora() -> Iterator[Any]:
    with third_party.simulator()(username="monitor1", password=PASSWORD) as array:
        yield array


def test_it_registers_syncs_and_logs_out(site: Path, aurora: Any, start: Start) -> None:
    delfin = start(PYTHONPATH=str(site))
    rest = {
        "host": aurora.host,
        "port": aurora.port,
        "username": "monitor1",
        "password": PASSWORD,
    }
    made = delfin.rest.post("/v1/storages", {"vendor": "acme", "model": "aurora", "rest": rest})
    assert made.status == 201, made
    assert made.json["serial_number"] == "AUR-00812"
    storage_id = made.json["id"]
    storage = delfin.rest.until(storage_id, "done")
    assert storage["total_capacity"] == (2048 + 4096) << 30
    counts = {kind.key: n for kind, n in _totals(delfin, storage_id).items()}
    assert counts == {
        "storage_pools": 2,
        "volumes": 5,
        "storage_host_groups": 1,
        "volume_groups": 1,
        "masking_views": 1,
    }
    # The list form and the dictionary form are the same to whoever asks over REST.
    (hosts,) = delfin.rest.rows(HOST_GROUPS, storage_id)
    assert sorted(hosts["storage_hosts"]) == ["1", "2"]
    (volumes,) = delfin.rest.rows(VOLUME_GROUPS, storage_id)
    assert sorted(volumes["volumes"]) == ["10", "11", "12"]
    found = delfin.rest.get(f"/v1/storages/{storage_id}/capabilities")
    assert "volume" in str(found.json)
    # Once more, over the session that is open.
    logins = aurora.sessions.logins
    delfin.rest.sync(storage_id)
    assert aurora.sessions.logins == logins
    delfin.stop()
    assert aurora.sessions.open == 0
    assert PASSWORD not in delfin.log.read_text()


def _totals(delfin: Any, storage_id: str) -> dict[Any, int]:
    kinds = (POOLS, VOLUMES, HOST_GROUPS, VOLUME_GROUPS, MASKING_VIEWS)
    return {kind: delfin.rest.total(kind, storage_id) for kind in kinds}


def test_its_own_tests_pass(site: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error", "tests"],
        cwd=site.parent / "source",
        env={**os.environ, "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    assert " passed" in done.stdout
