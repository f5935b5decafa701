"""Linux hosts with LVM, over SSH: volume groups, disks, file systems, shares and LIO targets."""

# ruff: noqa: ARG002 - the SDK hands every call a context

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from delfin import exception
from delfin.drivers.driver import Row, StorageDriver
from delfin.drivers.kit.mapping import RowMap
from delfin.drivers.linux.lvm.client import HostClient
from delfin.drivers.linux.lvm.fields import (
    disks,
    filesystems,
    host,
    network,
    target,
    volumes,
)

_YES, _NO = {"true", "yes", "1"}, {"false", "no", "0", ""}


class LvmDriver(StorageDriver):
    """A host that is read with its own tools; nothing is installed there, nothing changed.

    `extra_attributes` may hold `sudo`: with "true", tools that need root run under `sudo -n`.
    Nothing is sent before the first call. Raises InvalidInput for access info without `ssh`.
    """

    has_snmp_agent = False

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.client = HostClient(**{**kwargs, "sudo": _sudo(kwargs.get("extra_attributes"))})

    def reset_connection(self, context: Any, **kwargs: Any) -> None:
        """Log out; the next call logs in."""
        self.client.close()

    def close_connection(self) -> None:
        self.client.close()

    def get_storage(self, context: Any) -> Row:
        groups, tree = self.client.lvm_if_allowed(), self.client.block_devices()
        return host.ARRAY.values(host.array(self.client.facts(), groups, tree))

    def list_storage_pools(self, context: Any) -> list[Row]:
        return self._rows(volumes.POOL, volumes.pools(self.client.lvm()))

    def list_volumes(self, context: Any) -> list[Row]:
        return self._rows(volumes.VOLUME, volumes.volumes(self.client.lvm()))

    def list_controllers(self, context: Any) -> list[Row]:
        return self._rows(host.CONTROLLER, [host.host(self.client.facts())])

    def list_disks(self, context: Any) -> list[Row]:
        tree, groups = self.client.block_devices(), self.client.lvm_if_allowed()
        return self._rows(disks.DISK, disks.disks(tree, self.client.smart(), groups))

    def list_ports(self, context: Any) -> list[Row]:
        found = self.client.interfaces()
        portals = network.portals(self.client.target(), found)
        return [
            *self._rows(network.INTERFACE, network.interfaces(found)),
            *self._rows(network.PORTAL, portals),
        ]

    def list_filesystems(self, context: Any) -> list[Row]:
        return self._rows(filesystems.FILESYSTEM, self._filesystems())

    def list_shares(self, context: Any) -> list[Row]:
        mounted = self._filesystems()
        nfs = filesystems.nfs_shares(self.client.nfs_exports(), mounted)
        smb = filesystems.smb_shares(self.client.smb_shares(), mounted)
        return self._rows(filesystems.SHARE, [*nfs, *smb])

    def list_storage_host_initiators(self, context: Any) -> list[Row]:
        return self._rows(target.INITIATOR, target.initiators(self.client.target()))

    def list_storage_hosts(self, context: Any) -> list[Row]:
        return self._rows(target.HOST, target.initiators(self.client.target()))

    def list_masking_views(self, context: Any) -> list[Row]:
        tree = self.client.target()
        found = volumes.volumes(self.client.lvm())
        return self._rows(target.MASKING_VIEW, target.masking_views(tree, found))

    def list_alerts(self, context: Any, query_para: Mapping[str, Any] | None = None) -> list[Row]:
        raise NotImplementedError

    def clear_alert(self, context: Any, sequence_number: Any) -> None:
        raise NotImplementedError

    def add_trap_config(self, context: Any, trap_config: Any) -> None:
        raise NotImplementedError

    def remove_trap_config(self, context: Any, trap_config: Any) -> None:
        raise NotImplementedError

    def _filesystems(self) -> list[dict[str, Any]]:
        return list(filesystems.filesystems(self.client.mounts(), self.client.lvm_if_allowed()))

    def _rows(self, fields: RowMap, records: Iterable[Mapping[str, Any]]) -> list[Row]:
        try:
            return fields.rows(self.storage_id or "", records)
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            # A tool answered in the right format but not with what its manual says.
            raise exception.InvalidResults(
                f"a field is missing or of the wrong kind: {error!r}"
            ) from error


def _sudo(extra_attributes: Mapping[str, Any] | None) -> bool:
    wish = str((extra_attributes or {}).get("sudo", "")).lower()
    if wish not in _YES | _NO:
        raise exception.InvalidInput("extra_attributes.sudo is neither true nor false")
    return wish in _YES
