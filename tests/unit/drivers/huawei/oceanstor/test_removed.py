"""A group, view or file system that is removed while its members are read takes no other with it."""

from __future__ import annotations

from typing import Any

import pytest

from delfin import exception
from delfin.drivers.huawei.oceanstor.driver import OceanStorDriver
from delfin.testing.simulated.oceanstor import OceanStor, api
from delfin.testing.simulated.server import Answer, Request
from tests.unit.drivers.huawei.oceanstor.conftest import Connect, Meanwhile

# What is listed, where its members are, the method, and where in its answer the id of the parent is.
PARENTS = [
    ("hostgroup", "host/associate", "list_storage_host_groups", "native_storage_host_group_id"),
    ("lungroup", "lun/associate", "list_volume_groups", "native_volume_group_id"),
    ("portgroup", "fc_port/associate", "list_port_groups", "native_port_group_id"),
    ("portgroup", "eth_port/associate", "list_port_groups", "native_port_group_id"),
    ("mappingview", "lungroup/associate", "list_masking_views", "native_masking_view_id"),
    ("filesystem", "QUOTATREE", "list_qtrees", "native_filesystem_id"),
]


@pytest.fixture
def array() -> Any:
    """V5: its mapping views do not tell their groups."""
    with OceanStor(release="V5") as array:
        yield array


def ids(driver: OceanStorDriver, lister: str, column: str) -> set[str]:
    told = getattr(driver, lister)(None)
    lists = told.values() if isinstance(told, dict) else [told]
    return {row[column] for rows in lists for row in rows}


@pytest.mark.parametrize(("parents", "members", "lister", "column"), PARENTS)
def test_what_is_removed_after_it_was_listed_is_left_out(
    array: OceanStor,
    driver: OceanStorDriver,
    meanwhile: Meanwhile,
    parents: str,
    members: str,
    lister: str,
    column: str,
) -> None:
    before = ids(driver, lister, column)
    meanwhile(parents, 1, lambda: array.gone.add((parents, 1)))
    assert ids(driver, lister, column) == before - {"1"}
    assert array.counters.by_endpoint[members]


@pytest.mark.parametrize(("parents", "members", "lister", "column"), PARENTS)
@pytest.mark.parametrize("code", [api.GONE["portgroup"], api.WRONG_PARAMETER])
def test_what_is_refused_and_listed_still_is_an_error(
    array: OceanStor,
    driver: OceanStorDriver,
    monkeypatch: pytest.MonkeyPatch,
    parents: str,
    members: str,
    lister: str,
    column: str,
    code: int,
) -> None:
    answer = array.answer

    def refusing(asked: Request) -> Answer:
        if array.endpoint(asked) == members:
            return api.Refusal(code).answer
        return answer(asked)

    monkeypatch.setattr(array, "answer", refusing)
    before = array.counters.by_endpoint[parents]
    with pytest.raises(exception.DelfinException, match=r"not exist|parameter"):
        ids(driver, lister, column)
    # Each listing is counted, too.
    assert array.counters.by_endpoint[parents] - before == 4


def test_another_error_ends_the_listing_at_once(array: OceanStor, connect: Connect) -> None:
    driver = connect(array)
    array.faults.order("server_error", "host/associate")
    with pytest.raises(exception.StorageBackendException, match="500"):
        driver.list_storage_host_groups(None)
    assert array.counters.by_endpoint["hostgroup"] == 2
