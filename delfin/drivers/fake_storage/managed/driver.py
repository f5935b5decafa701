"""The driver 'fake_storage fake_manager': a manager with several fake arrays, over one session.

Also the worked example of 'shares_manager_session'.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from delfin import exception
from delfin.drivers.driver import StorageDriver
from delfin.drivers.fake_storage.client import Client
from delfin.drivers.fake_storage.driver import FakeStorageDriver


class _Through:
    """The part of a client that is about one array of its manager."""

    def __init__(self, manager: Client, serial: str) -> None:
        self._manager = manager
        self._root = f"/arrays/{serial}"

    def get(self, path: str) -> dict[str, Any]:
        return self._manager.get(self._root + path)

    def delete(self, path: str) -> None:
        self._manager.delete(self._root + path)

    def items(self, collection: str, query: str = "") -> Iterator[dict[str, Any]]:
        return self._manager.items(f"{self._root[1:]}/{collection}", query)


class _OneArray(FakeStorageDriver):
    """One array, on a session that is not its own."""

    def __init__(self, storage_id: str, client: Any) -> None:
        StorageDriver.__init__(self, storage_id=storage_id)
        self.client = client


def _by_storage(method: Callable[..., Any]) -> Any:
    """The same method, for the array that the context names."""

    def call(self: FakeManagerDriver, context: Any, *arguments: Any) -> Any:
        return method(self.array(context.storage_id), context, *arguments)

    call.__name__ = method.__name__
    return call


class FakeManagerDriver(StorageDriver):
    """Needs 'rest' of the manager, and in 'storage_name' the serial number of the array."""

    shares_manager_session = True

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._client = Client(**kwargs)
        self._arrays: dict[str, _OneArray] = {}
        self.add_storage(kwargs)
        self._client.sign_in()

    def add_storage(self, kwargs: dict[str, Any]) -> None:
        serial = kwargs.get("storage_name")
        if not serial:
            raise exception.InvalidInput("storage_name is missing: which array of the manager?")
        storage_id = str(kwargs["storage_id"])
        self._arrays[storage_id] = _OneArray(storage_id, _Through(self._client, serial))

    def delete_storage(self, context: Any) -> None:
        self._arrays.pop(context.storage_id, None)

    def array(self, storage_id: str) -> _OneArray:
        found = self._arrays.get(storage_id)
        if found is None:
            raise exception.StorageNotFound(storage_id)
        return found

    def reset_connection(self, context: Any, **kwargs: Any) -> None:  # noqa: ARG002 - the contract
        self._client.reset(kwargs.get("verify", False))

    def close_connection(self) -> None:
        self._client.sign_out()

    get_storage = _by_storage(FakeStorageDriver.get_storage)
    list_storage_pools = _by_storage(FakeStorageDriver.list_storage_pools)
    list_volumes = _by_storage(FakeStorageDriver.list_volumes)
    list_controllers = _by_storage(FakeStorageDriver.list_controllers)
    list_ports = _by_storage(FakeStorageDriver.list_ports)
    list_disks = _by_storage(FakeStorageDriver.list_disks)
    list_filesystems = _by_storage(FakeStorageDriver.list_filesystems)
    list_qtrees = _by_storage(FakeStorageDriver.list_qtrees)
    list_quotas = _by_storage(FakeStorageDriver.list_quotas)
    list_shares = _by_storage(FakeStorageDriver.list_shares)
    list_storage_host_initiators = _by_storage(FakeStorageDriver.list_storage_host_initiators)
    list_storage_hosts = _by_storage(FakeStorageDriver.list_storage_hosts)
    list_storage_host_groups = _by_storage(FakeStorageDriver.list_storage_host_groups)
    list_port_groups = _by_storage(FakeStorageDriver.list_port_groups)
    list_volume_groups = _by_storage(FakeStorageDriver.list_volume_groups)
    list_masking_views = _by_storage(FakeStorageDriver.list_masking_views)
    list_alerts = _by_storage(FakeStorageDriver.list_alerts)
    clear_alert = _by_storage(FakeStorageDriver.clear_alert)
    add_trap_config = _by_storage(FakeStorageDriver.add_trap_config)
    remove_trap_config = _by_storage(FakeStorageDriver.remove_trap_config)
    collect_perf_metrics = _by_storage(FakeStorageDriver.collect_perf_metrics)
    get_latest_perf_timestamp = _by_storage(FakeStorageDriver.get_latest_perf_timestamp)
    parse_alert = staticmethod(FakeStorageDriver.parse_alert)
    get_capabilities = staticmethod(FakeStorageDriver.get_capabilities)
