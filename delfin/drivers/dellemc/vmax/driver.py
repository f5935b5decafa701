"""The drivers 'dellemc vmax' and 'dellemc pmax': arrays behind a Unisphere for PowerMax."""

# ruff: noqa: ARG002, ARG004 - the contract fixes the arguments

from __future__ import annotations

from contextlib import suppress
from typing import Any

from delfin import exception
from delfin.common import constants
from delfin.drivers.dellemc.vmax import alerts, fields, performance
from delfin.drivers.dellemc.vmax.array import Array
from delfin.drivers.dellemc.vmax.client import BULK_SINCE, Unisphere
from delfin.drivers.dellemc.vmax.metrics import METRICS
from delfin.drivers.driver import Row, StorageDriver


class VmaxDriver(StorageDriver):
    """Arrays behind one Unisphere, over one account of it; any thread may call at any time.

    Needs the access type 'rest', and in 'storage_name' the id of the array (twelve digits) when
    the Unisphere manages more than one.
    """

    shares_manager_session = True

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.client = Unisphere(**kwargs)
        self._arrays: dict[str | None, Array] = {}
        try:
            self.client.sign_in()
            self.add_storage(kwargs)
        except BaseException:
            self.client.sign_out()
            raise

    def add_storage(self, kwargs: dict[str, Any]) -> None:
        """Raises InvalidInput when the Unisphere does not manage the array, or which is unclear."""
        array_id = self._array_id(str(kwargs.get("storage_name") or ""))
        self._arrays[kwargs.get("storage_id")] = Array(self.client, array_id)

    def delete_storage(self, context: Any) -> None:
        self._arrays.pop(context.storage_id, None)

    def reset_connection(self, context: Any, **kwargs: Any) -> None:
        self.client.reset(kwargs.get("verify", False))

    def close_connection(self) -> None:
        self.client.sign_out()

    def get_storage(self, context: Any) -> Row:
        array, version = self._array(context), self.client.version
        try:
            told = array.system()
        except exception.ComponentNotFound:
            # Unisphere may have been upgraded.
            if self.client.version_now() == version:
                raise
            told = array.system()
        old = not self.client.at_least(BULK_SINCE)
        return fields.storage_map(told, old=old).values(told)

    def list_storage_pools(self, context: Any) -> list[Row]:
        storage_id, array = self._about(context)
        return [fields.pool_map(one).row(storage_id, one) for one in array.pools()]

    def list_volumes(self, context: Any) -> list[Row]:
        storage_id, array = self._about(context)
        whole, single = array.volumes()
        rows = fields.VOLUME_V1.rows(storage_id, whole)
        return rows + fields.VOLUME.rows(storage_id, single)

    def list_controllers(self, context: Any) -> list[Row]:
        storage_id, array = self._about(context)
        return fields.CONTROLLER.rows(storage_id, array.directors())

    def list_ports(self, context: Any) -> list[Row]:
        storage_id, array = self._about(context)
        return fields.PORT.rows(storage_id, array.ports())

    def list_disks(self, context: Any) -> list[Row]:
        storage_id, array = self._about(context)
        return fields.DISK.rows(storage_id, array.disks())

    def list_storage_host_initiators(self, context: Any) -> list[Row]:
        storage_id, array = self._about(context)
        return fields.INITIATOR.rows(storage_id, array.initiators())

    def list_storage_hosts(self, context: Any) -> list[Row]:
        storage_id, array = self._about(context)
        return fields.HOST.rows(storage_id, array.hosts())

    def list_storage_host_groups(self, context: Any) -> dict[str, list[Row]]:
        storage_id, array = self._about(context)
        return fields.HOST_GROUPS.lists(storage_id, array.host_groups())

    def list_port_groups(self, context: Any) -> dict[str, list[Row]]:
        storage_id, array = self._about(context)
        return fields.PORT_GROUPS.lists(storage_id, map(fields.port_group, array.port_groups()))

    def list_volume_groups(self, context: Any) -> dict[str, list[Row]]:
        storage_id, array = self._about(context)
        return fields.VOLUME_GROUPS.lists(storage_id, array.volume_groups())

    def list_masking_views(self, context: Any) -> list[Row]:
        storage_id, array = self._about(context)
        return fields.MASKING_VIEW.rows(storage_id, array.masking_views())

    def list_alerts(self, context: Any, query_para: dict[str, Any] | None = None) -> list[Row]:
        return alerts.LISTED.listed(self._array(context).alerts(), query_para)

    @staticmethod
    def parse_alert(context: Any, alert: dict[str, str]) -> Row | None:
        """With the 'serial_number' of the array that the trap is about, as far as it tells."""
        return alerts.from_trap(alert)

    def clear_alert(self, context: Any, sequence_number: str) -> None:
        """Also good when the Unisphere has no such alert: then nothing is left to clear."""
        with suppress(exception.ComponentNotFound):
            self._array(context).delete_alert(str(sequence_number))

    def acknowledge_alert(self, context: Any, sequence_number: str) -> None:
        """Also good when the Unisphere has no such alert: then nobody waits for that."""
        with suppress(exception.ComponentNotFound):
            self._array(context).acknowledge_alert(str(sequence_number))

    def add_trap_config(self, context: Any, trap_config: dict[str, Any]) -> None:
        """Raises NotImplementedError: the receivers of traps are set in Unisphere, by hand."""
        raise NotImplementedError

    def remove_trap_config(self, context: Any, trap_config: dict[str, Any]) -> None:
        """Raises NotImplementedError, as 'add_trap_config'."""
        raise NotImplementedError

    @staticmethod
    def get_capabilities(context: Any, filters: dict[str, Any] | None = None) -> dict[str, Any]:
        return {**METRICS.capabilities(), "features": list(fields.FEATURES)}

    def collect_perf_metrics(
        self,
        context: Any,
        storage_id: str,
        resource_metrics: dict[str, Any],
        start_time: int,
        end_time: int,
    ) -> list[constants.metric_struct]:
        """One value for each five minutes in the closed interval.

        Raises NotImplementedError when all that is asked for is what this Unisphere does not measure.
        """
        array = self._array(context)
        return METRICS.collect(
            storage_id,
            resource_metrics,
            start_time,
            end_time,
            lambda measured: performance.parts(array, measured, start_time, end_time),
        )

    def get_latest_perf_timestamp(self, context: Any) -> int | None:
        """Up to when there are samples of all that is measured, not only of the array itself."""
        return performance.complete_until(self._array(context))

    # --- which array ---

    def _about(self, context: Any) -> tuple[str | None, Array]:
        """The storage that a call is about: its id, and its array."""
        storage_id = getattr(context, "storage_id", None) or self.storage_id
        array = self._arrays.get(storage_id)
        if array is None:
            raise exception.StorageNotFound(storage_id)
        return storage_id, array

    def _array(self, context: Any) -> Array:
        return self._about(context)[1]

    def _array_id(self, named: str) -> str:
        known = [str(one) for one in self.client.ids("symmetrixId", "system", "symmetrix")]
        if named:
            if named not in known:
                raise exception.InvalidInput(
                    "storage_name is not the id of an array of this Unisphere"
                )
            return named
        # Arrays at the other end of a replication are listed as well.
        local = [one for one in known if self._is_local(one)]
        if len(local) != 1:
            raise exception.InvalidInput(
                f"storage_name is missing: the Unisphere manages {len(local)} arrays"
            )
        return local[0]

    def _is_local(self, array_id: str) -> bool:
        return self.client.one("system", "symmetrix", array_id).get("local") is True
