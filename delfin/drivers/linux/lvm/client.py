"""Conversation with a Linux host: run a command, tell refusal from emptiness, parse the answer."""

from __future__ import annotations

import json
from typing import Any

from oslo_log import log

from delfin import exception
from delfin.drivers.kit.tables import listed
from delfin.drivers.linux.lvm import commands, parsers
from delfin.drivers.linux.lvm.commands import Command
from delfin.drivers.utils.ssh_client import SSHPool
from delfin.drivers.utils.ssh_output import CommandResult

LOG = log.getLogger(__name__)

Record = dict[str, Any]

_TIMEOUT = 100
# LVM leaves out the devices that it may not open, and calls that a success.
_SILENTLY_REFUSED = ("non-root user",)
_REFUSED = (*_SILENTLY_REFUSED, "ermission denied", "Operation not permitted")
_SHOWN = 200


class HostClient:
    """One SSH connection to a host, made at the first command and again when it broke."""

    def __init__(self, *, sudo: bool, **access_info: Any) -> None:
        """Take the access info; nothing is sent yet. Raises InvalidInput without `ssh`."""
        self.pool = SSHPool(max_size=1, **access_info)
        self.sudo = sudo
        self._told = False

    def close(self) -> None:
        self.pool.close()

    def ask(self, command: Command) -> str:
        """What the command prints.

        Raises NotAuthorized when the account may not have the answer, StorageBackendException
        when the tool is missing or fails, and the connection errors of `SSHPool.run`.
        """
        result = self.pool.run(command.line(sudo=self.sudo), timeout=_TIMEOUT)
        said = result.stderr.strip()
        if result.exit_status == 0 and not any(words in said for words in _SILENTLY_REFUSED):
            return result.stdout
        raise self._failure(command, result, said)

    def _failure(
        self, command: Command, result: CommandResult, said: str
    ) -> exception.DelfinException:
        # sudo ends with 1 when it refuses, and warns of other things under the same name.
        by_sudo = self.sudo and result.exit_status == 1 and "sudo: " in said
        if by_sudo or any(words in said for words in _REFUSED):
            return exception.NotAuthorized(
                message=f"'{command.tool}' was refused on the host; it needs {command.right}:"
                f" {said[:_SHOWN]}"
            )
        if result.exit_status == 127 and "sudo: " in said:
            return exception.StorageBackendException("'sudo' is not on the host")
        if result.exit_status == 127:
            return exception.StorageBackendException(f"'{command.tool}' is not on the host")
        return exception.StorageBackendException(
            f"'{command.tool}' ended with status {result.exit_status}: {said[:_SHOWN]}"
        )

    def _json(self, command: Command) -> Any:
        try:
            return json.loads(self.ask(command))
        except ValueError as error:
            raise exception.InvalidResults(f"'{command.tool}' did not answer in JSON") from error

    def lvm(self) -> list[Record]:
        """Per volume group `{"vg": [..], "pv": [..], "lv": [..]}`; see `commands.LVM`."""
        return parsers.lvm_groups(self._json(commands.LVM))

    def lvm_if_allowed(self) -> list[Record] | None:
        """As `lvm`, or None where the account may not read it: for rows that only refer to it."""
        try:
            return self.lvm()
        except exception.NotAuthorized as error:
            if not self._told:
                LOG.warning("Rows of %s lack what LVM knows: %s", self.pool.ssh_host, error)
                self._told = True
            return None

    def block_devices(self) -> list[Record]:
        """The tree of lsblk: devices with `children`."""
        return listed(self._json(commands.BLOCK_DEVICES), "blockdevices")

    def smart(self) -> dict[str, Record]:
        """What smartctl says, by kernel name; nothing for disks that cannot be asked."""
        return parsers.smart(self.ask(commands.SMART))

    def mounts(self) -> list[Record]:
        return listed(self._json(commands.MOUNTS), "filesystems")

    def nfs_exports(self) -> list[str]:
        """Exported paths, each once."""
        return parsers.nfs_paths(self.ask(commands.NFS_EXPORTS))

    def smb_shares(self) -> list[Record]:
        """`{"name": .., "path": .., "printable": ..}` per section of smb.conf."""
        return parsers.smb_sections(self.ask(commands.SMB_SHARES))

    def interfaces(self) -> list[Record]:
        """What `ip address` says per interface, with `speed` (Mbit/s, text) where known."""
        speeds = parsers.files(self.ask(commands.LINK_SPEEDS))
        found: list[Record] = self._json(commands.ADDRESSES)
        for interface in found:
            interface["speed"] = speeds.get(f"/sys/class/net/{interface.get('ifname')}/speed")
        return found

    def target(self) -> parsers.Tree:
        """The kernel target's configfs; empty when the kernel has no target loaded."""
        return parsers.tree(self.ask(commands.TARGET))

    def facts(self) -> dict[str, str]:
        """Contents of the small files that tell about the host, by path."""
        return parsers.files(self.ask(commands.FACTS))
