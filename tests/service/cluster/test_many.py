"""A thousand arrays at once."""

from __future__ import annotations

import time

import pytest

from delfin.testing.simulated.fake_storage import FakeStorage
from tests.service.cluster.cluster import Cluster
from tests.service.cluster.stocked import stock

pytestmark = pytest.mark.service

MANY = 1000
QUICKLY = 1.0


@pytest.mark.parametrize("cluster", ["postgresql", "mariadb"], indirect=True)
def test_a_synchronisation_of_all_is_asked_for_in_no_time(
    cluster: Cluster, array: FakeStorage
) -> None:
    api = cluster.api("a")
    api.until_ready()
    stock(cluster, array, [f"MANY{number}" for number in range(MANY)])
    for _ in range(2):
        began = time.monotonic()
        assert api.rest.post("/v1/storages/sync").status == 202
        assert time.monotonic() - began < QUICKLY
    assert cluster.values("SELECT count(*) FROM jobs WHERE state = 'queued'") == [MANY]
