"""What a driver gets from its base class."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from delfin.drivers.driver import StorageDriver

ABSTRACT = {
    "reset_connection",
    "get_storage",
    "list_storage_pools",
    "list_volumes",
    "list_alerts",
    "clear_alert",
    "add_trap_config",
    "remove_trap_config",
}
UNSUPPORTED = [
    "list_controllers",
    "list_ports",
    "list_disks",
    "list_filesystems",
    "list_qtrees",
    "list_quotas",
    "list_shares",
    "list_storage_host_initiators",
    "list_storage_hosts",
    "list_storage_host_groups",
    "list_port_groups",
    "list_volume_groups",
    "list_masking_views",
]
# Positional arguments after `self`, for those methods that take more than the context.
ARGUMENTS = {
    "reset_connection": ["context", "kwargs"],
    "list_alerts": ["context", "query_para"],
    "parse_alert": ["context", "alert"],
    "clear_alert": ["context", "sequence_number"],
    "acknowledge_alert": ["context", "sequence_number"],
    "add_trap_config": ["context", "trap_config"],
    "remove_trap_config": ["context", "trap_config"],
    "collect_perf_metrics": [
        "context",
        "storage_id",
        "resource_metrics",
        "start_time",
        "end_time",
    ],
    "get_capabilities": ["context", "filters"],
    "add_storage": ["kwargs"],
}


class Least(StorageDriver):
    """The least a driver must write."""

    def reset_connection(self, context: Any, **kwargs: Any) -> None: ...

    def get_storage(self, context: Any) -> dict[str, Any]:
        return {}

    def list_storage_pools(self, context: Any) -> list[dict[str, Any]]:
        return []

    def list_volumes(self, context: Any) -> list[dict[str, Any]]:
        return []

    def list_alerts(self, context: Any, query_para: Any = None) -> list[dict[str, Any]]:
        return []

    def clear_alert(self, context: Any, sequence_number: str) -> None: ...

    def add_trap_config(self, context: Any, trap_config: Any) -> None: ...

    def remove_trap_config(self, context: Any, trap_config: Any) -> None: ...


def test_these_methods_must_be_written() -> None:
    assert StorageDriver.__abstractmethods__ == ABSTRACT


def test_access_info_arrives_as_keywords() -> None:
    driver = Least(storage_id="s1", vendor="v", rest={}, anything=1)
    assert vars(driver) == {"storage_id": "s1"}
    assert Least().storage_id is None


@pytest.mark.parametrize("method", UNSUPPORTED)
def test_other_listings_are_unsupported_until_written(method: str) -> None:
    with pytest.raises(NotImplementedError):
        getattr(Least(), method)(None)


def test_defaults_that_do_nothing() -> None:
    driver = Least(storage_id="s1")
    assert driver.get_alert_sources(None) == []
    for nothing in (
        Least.parse_alert(None, {}),
        Least.get_capabilities(None),
        driver.collect_perf_metrics(None, "s1", {}, 0, 1),
        driver.get_latest_perf_timestamp(None),
        driver.delete_storage(None),  # type: ignore[func-returns-value]
        driver.add_storage({}),  # type: ignore[func-returns-value]
    ):
        assert nothing is None


@pytest.mark.parametrize("method", sorted({*ABSTRACT, *UNSUPPORTED, *ARGUMENTS}))
def test_arguments_have_their_places(method: str) -> None:
    function = getattr(StorageDriver, method)
    names = [name for name in inspect.signature(function).parameters if name != "self"]
    assert names == ARGUMENTS.get(method, ["context"])
