"""The contract between delfin and one storage array, for everyone who writes a driver."""

# ruff: noqa: ARG002, B027 - many defaults do nothing, and that is the contract

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

Row = dict[str, Any]


class StorageDriver(ABC):
    """One registered array.

    The framework calls every method with positional arguments. Errors leave a driver as
    `delfin.exception` classes; `NotImplementedError` means that the array has no such thing.
    Rows are dicts with the columns of `delfin.inventory`; capacities are bytes, speeds bit/s,
    times epoch milliseconds. A driver may have a `close_connection()` that logs out: the
    framework calls it when a session ends. One that reads files over SFTP which are no text may have
    a static `file_parts(content)` for recordings of them: see `delfin.drivers.kit.parts`.

    The framework enters an object with one call at a time, in any thread, unless the class says
    with `concurrent_calls` that more are safe: a number, or True for as many as the operator
    allows. A call that takes too long is ended: its sockets are shut down, its child processes
    killed, and what it returns in spite of that is not believed.
    """

    # One object may serve several arrays behind one manager, over one login. It gets the access
    # info of the first as keywords and of every further one through `add_storage`; each call is
    # about the array of `context.storage_id`, and `delete_storage` gives one up. Calls take turns.
    shares_manager_session: ClassVar[bool] = False
    concurrent_calls: ClassVar[int | bool] = 1
    # Kinds that no array of this driver has, by their plural ('qtrees'): they are never listed. It
    # is the same as a NotImplementedError of the lister, said before anybody asks.
    unsupported_kinds: ClassVar[frozenset[str]] = frozenset()
    # False for arrays that send no traps and answer no SNMP: nobody is alarmed by their silence.
    has_snmp_agent: ClassVar[bool] = True
    # True where the capabilities depend on the access types: these are told in any case then.
    capabilities_by_access: ClassVar[bool] = False

    def __init__(self, **kwargs: Any) -> None:
        """Take the access info as keywords.

        `storage_id`, `vendor`, `model`, `verify` (False or the path of a CA directory) and, where
        given, `storage_name`, `rest`, `ssh`, `cli`, `smis` (dicts; `password` is cipher text for
        `delfin.cryptor.decode`) and `extra_attributes`.
        """
        self.storage_id: str | None = kwargs.get("storage_id")

    def delete_storage(self, context: Any) -> None:
        """Give up what the driver keeps for this array; called before the array is removed."""

    def add_storage(self, kwargs: dict[str, Any]) -> None:
        """Serve one more array, given its access info, with this object."""

    @abstractmethod
    def reset_connection(self, context: Any, **kwargs: Any) -> None:
        """Log in anew; `kwargs["verify"]` replaces the TLS setting."""

    @abstractmethod
    def get_storage(self, context: Any) -> Row:
        """The array itself; `serial_number` tells it from every other array."""

    @abstractmethod
    def list_storage_pools(self, context: Any) -> list[Row]: ...

    @abstractmethod
    def list_volumes(self, context: Any) -> list[Row]: ...

    def list_controllers(self, context: Any) -> list[Row]:
        raise NotImplementedError

    def list_ports(self, context: Any) -> list[Row]:
        raise NotImplementedError

    def list_disks(self, context: Any) -> list[Row]:
        raise NotImplementedError

    def list_filesystems(self, context: Any) -> list[Row]:
        raise NotImplementedError

    def list_qtrees(self, context: Any) -> list[Row]:
        raise NotImplementedError

    def list_quotas(self, context: Any) -> list[Row]:
        raise NotImplementedError

    def list_shares(self, context: Any) -> list[Row]:
        raise NotImplementedError

    def list_storage_host_initiators(self, context: Any) -> list[Row]:
        raise NotImplementedError

    def list_storage_hosts(self, context: Any) -> list[Row]:
        raise NotImplementedError

    def list_masking_views(self, context: Any) -> list[Row]:
        raise NotImplementedError

    def list_storage_host_groups(self, context: Any) -> dict[str, list[Row]]:
        """`storage_host_groups` and, for the members, `storage_host_grp_host_rels`."""
        raise NotImplementedError

    def list_port_groups(self, context: Any) -> dict[str, list[Row]]:
        """`port_groups` and, for the members, `port_grp_port_rels`."""
        raise NotImplementedError

    def list_volume_groups(self, context: Any) -> dict[str, list[Row]]:
        """`volume_groups` and, for the members, `vol_grp_vol_rels`."""
        raise NotImplementedError

    @abstractmethod
    def list_alerts(self, context: Any, query_para: dict[str, Any] | None = None) -> list[Row]:
        """The alerts the array holds, inside `begin_time`..`end_time` (ms) where given."""

    @staticmethod
    def parse_alert(context: Any, alert: dict[str, str]) -> Row | None:
        """The alert a trap stands for, or None for a trap that is none.

        `alert` maps dotted OIDs, without a leading dot, to text. Called on the class. Raise
        `IncompleteTrapInformation` when the alerts have to be listed to know more.
        """

    @abstractmethod
    def clear_alert(self, context: Any, sequence_number: str) -> Any:
        """Clear the alert that the array knows by this number."""

    def acknowledge_alert(self, context: Any, sequence_number: str) -> Any:
        """Tell the array that somebody has taken up the alert it knows by this number.

        No part of SODA's SDK. Good as well when it has no such alert any more, or has been told.
        """
        raise NotImplementedError

    @abstractmethod
    def add_trap_config(self, context: Any, trap_config: dict[str, Any]) -> Any:
        """Make the array send its traps to us."""

    @abstractmethod
    def remove_trap_config(self, context: Any, trap_config: dict[str, Any]) -> Any:
        """Make the array stop sending us its traps."""

    def collect_perf_metrics(
        self,
        context: Any,
        storage_id: str,
        resource_metrics: dict[str, Any],
        start_time: int,
        end_time: int,
    ) -> Any:
        """A flat list of `constants.metric_struct` for the times (ms) asked for.

        `resource_metrics` is that part of the capabilities which is wanted:
        `{resource type: {metric name: {"unit": ..., "description": ...}}}`. delfin asks for one type
        at a time; NotImplementedError says that this array does not measure it after all.
        PerformanceNotKept, before the first series, says up to where the array has nothing of the
        type any more: delfin asks again for what is after that, and tells the rest as lost.
        """

    @staticmethod
    def get_capabilities(context: Any, filters: dict[str, Any] | None = None) -> Any:
        """What the arrays can do, or None: `is_historic`, `resource_metrics`, and where known lists
        of words: `protocols` (as of ports and shares: fc, iscsi, nvme-of, nfs, cifs) and `features`
        (thin_provisioning, compression, deduplication, snapshots, replication, encryption, tiering).

        'filters' holds what is known of the array: its `firmware_version`, and under `access` the
        access types that it was registered with, such as `["rest", "ssh"]`. It is None while the
        firmware is unknown; with `capabilities_by_access` only the `firmware_version` is then.
        """

    def get_alert_sources(self, context: Any) -> list[dict[str, str]]:
        """The addresses traps come from, as `{"host": address}`."""
        return []

    def get_latest_perf_timestamp(self, context: Any) -> int | None:
        """The array's clock at its newest performance data, in ms, or None when unknown.

        What was measured before that and comes later is lost: where types of resources come at
        different times, it is the time of the slowest.
        """
