"""The driver 'fake_storage fake_driver', for arrays that delfin.testing simulates."""

# ruff: noqa: ARG002, ARG004 - the contract fixes the arguments

from __future__ import annotations

from typing import Any

from delfin.common import constants
from delfin.drivers.driver import Row, StorageDriver
from delfin.drivers.fake_storage import fields
from delfin.drivers.fake_storage.alerts import ALERTS
from delfin.drivers.fake_storage.client import Client
from delfin.drivers.fake_storage.metrics import METRICS
from delfin.exception import ComponentNotFound

MINUTE_MS = 60_000


class FakeStorageDriver(StorageDriver):
    """One session from construction to 'close_connection'.

    Needs the access type 'rest'. 'extra_attributes' go to the array, which takes its sizes and
    its serial number from them. A kind that the array lacks raises NotImplementedError.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.client = Client(**kwargs)
        self.client.sign_in()

    def reset_connection(self, context: Any, **kwargs: Any) -> None:
        self.client.reset(kwargs.get("verify", False))

    def close_connection(self) -> None:
        self.client.sign_out()

    def get_storage(self, context: Any) -> Row:
        return fields.STORAGE.values(self.client.get("/system"))

    def list_storage_pools(self, context: Any) -> list[Row]:
        return fields.POOL.rows(self.storage_id, self.client.items("pools"))

    def list_volumes(self, context: Any) -> list[Row]:
        return fields.VOLUME.rows(self.storage_id, self.client.items("volumes"))

    def list_controllers(self, context: Any) -> list[Row]:
        return fields.CONTROLLER.rows(self.storage_id, self.client.items("controllers"))

    def list_ports(self, context: Any) -> list[Row]:
        return fields.PORT.rows(self.storage_id, self.client.items("ports"))

    def list_disks(self, context: Any) -> list[Row]:
        return fields.DISK.rows(self.storage_id, self.client.items("disks"))

    def list_filesystems(self, context: Any) -> list[Row]:
        return fields.FILESYSTEM.rows(self.storage_id, self.client.items("filesystems"))

    def list_qtrees(self, context: Any) -> list[Row]:
        return fields.QTREE.rows(self.storage_id, self.client.items("qtrees"))

    def list_quotas(self, context: Any) -> list[Row]:
        return fields.QUOTA.rows(self.storage_id, self.client.items("quotas"))

    def list_shares(self, context: Any) -> list[Row]:
        return fields.SHARE.rows(self.storage_id, self.client.items("shares"))

    def list_storage_host_initiators(self, context: Any) -> list[Row]:
        return fields.INITIATOR.rows(self.storage_id, self.client.items("initiators"))

    def list_storage_hosts(self, context: Any) -> list[Row]:
        return fields.HOST.rows(self.storage_id, self.client.items("hosts"))

    def list_storage_host_groups(self, context: Any) -> dict[str, list[Row]]:
        return fields.HOST_GROUPS.lists(self.storage_id, self.client.items("host_groups"))

    def list_port_groups(self, context: Any) -> dict[str, list[Row]]:
        return fields.PORT_GROUPS.lists(self.storage_id, self.client.items("port_groups"))

    def list_volume_groups(self, context: Any) -> dict[str, list[Row]]:
        return fields.VOLUME_GROUPS.lists(self.storage_id, self.client.items("volume_groups"))

    def list_masking_views(self, context: Any) -> list[Row]:
        return fields.MASKING_VIEW.rows(self.storage_id, self.client.items("masking_views"))

    def list_alerts(self, context: Any, query_para: dict[str, Any] | None = None) -> list[Row]:
        return ALERTS.listed(self.client.items("events"), query_para)

    @staticmethod
    def parse_alert(context: Any, alert: dict[str, str]) -> Row | None:
        return ALERTS.from_trap(alert)

    def clear_alert(self, context: Any, sequence_number: str) -> None:
        """Also good when the array has no such event: then nothing is left to clear."""
        number = str(sequence_number)
        if not (number.isascii() and number.isdecimal()):
            return
        try:
            self.client.delete(f"/events/{number}")
        except ComponentNotFound:
            return

    def add_trap_config(self, context: Any, trap_config: dict[str, Any]) -> None:
        """The simulated array sends no traps."""

    def remove_trap_config(self, context: Any, trap_config: dict[str, Any]) -> None:
        """The simulated array sends no traps."""

    @staticmethod
    def get_capabilities(context: Any, filters: dict[str, Any] | None = None) -> dict[str, Any]:
        return {**METRICS.capabilities(), **fields.ABILITIES}

    def collect_perf_metrics(
        self,
        context: Any,
        storage_id: str,
        resource_metrics: dict[str, Any],
        start_time: int,
        end_time: int,
    ) -> list[constants.metric_struct]:
        """One value a minute in the closed interval; the array keeps 24 hours."""
        window = f"begin_ms={int(start_time)}&end_ms={int(end_time)}"
        return METRICS.collect(
            storage_id,
            resource_metrics,
            start_time,
            end_time,
            lambda measured: self.client.items(f"statistics/{measured.source}", window),
        )

    def get_latest_perf_timestamp(self, context: Any) -> int:
        """The array's clock, back to the last whole minute."""
        return int(self.client.get("/system")["clock_ms"]) // MINUTE_MS * MINUTE_MS
