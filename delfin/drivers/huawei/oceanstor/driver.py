"""The driver 'huawei oceanstor': OceanStor V3, V5, V6 and Dorado over their REST interface."""

# ruff: noqa: ARG002, ARG004 - the contract fixes the arguments

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from itertools import chain
from typing import Any, ClassVar

from delfin import exception
from delfin.common import constants
from delfin.drivers.driver import Row, StorageDriver
from delfin.drivers.huawei.oceanstor import metrics, recorded
from delfin.drivers.huawei.oceanstor.alerts import LISTED, TRAPPED, UNRECOVERED
from delfin.drivers.huawei.oceanstor.client import Client
from delfin.drivers.huawei.oceanstor.fields import access, block, files, hardware, ports, words
from delfin.drivers.huawei.oceanstor.history import History
from delfin.drivers.huawei.oceanstor.names import Names
from delfin.drivers.huawei.oceanstor.ranges import Record
from delfin.drivers.huawei.oceanstor.realtime import Realtime
from delfin.drivers.huawei.oceanstor.releases import RELEASES, Release, release_of
from delfin.drivers.kit.mapping import RowMap
from delfin.drivers.kit.metrics import Measured

# What every array can do; files only those that are unified, tiers only those with spinning disks.
ABILITIES = {
    "protocols": [constants.PortType.FC, constants.PortType.ISCSI],
    "features": [
        *("thin_provisioning", "compression", "deduplication"),
        *("snapshots", "replication"),
    ],
}


class OceanStorDriver(StorageDriver):
    """One session from construction to 'close_connection', for all threads.

    Needs the access type 'rest'; the port is 8088 unless somebody changed it. With 'ssh' it
    reads performance from the array's files, which are kept, in place of its last samples; where
    they refuse the password, there is no session. A kind
    whose interface the array does not have raises NotImplementedError.
    """

    # The session, and what is remembered, are guarded; an array has a session for 32 users.
    concurrent_calls: ClassVar[int | bool] = 4
    # Files are read over SSH.
    capabilities_by_access = True
    file_parts = staticmethod(recorded.parts)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.client = Client(**kwargs)
        self._names = Names(self.client.rows)
        self._realtime = Realtime(self.client, self._names)
        self._history = History(**kwargs) if kwargs.get("ssh") else None
        self._release: Release | None = None
        # Collections that the array answered for; none of them is an interface that it lacks.
        self._answered: set[str] = set()
        self._sign_in()

    def reset_connection(self, context: Any, **kwargs: Any) -> None:
        # It may come back with other firmware.
        self._release = None
        self._answered.clear()
        self._names.forget()
        self._realtime.forget()
        self.client.reset(kwargs.get("verify", False))

    def close_connection(self) -> None:
        self.client.sign_out()

    def get_storage(self, context: Any) -> Row:
        return block.STORAGE.values({"ID": self.client.device, **self._system()})

    def list_storage_pools(self, context: Any) -> list[Row]:
        return self.release.pool.rows(self.storage_id, self.client.rows("storagepool"))

    def list_volumes(self, context: Any) -> list[Row]:
        return self.release.volume.rows(self.storage_id, self.client.rows("lun"))

    def list_controllers(self, context: Any) -> list[Row]:
        return hardware.CONTROLLER.rows(self.storage_id, self.client.rows("controller"))

    def list_ports(self, context: Any) -> list[Row]:
        return self._of_several(ports.PORTS)

    def list_disks(self, context: Any) -> list[Row]:
        return hardware.DISK.rows(self.storage_id, self.client.rows("disk"))

    def list_filesystems(self, context: Any) -> list[Row]:
        return files.FILESYSTEM.rows(self.storage_id, self.client.rows("filesystem"))

    def list_qtrees(self, context: Any) -> list[Row]:
        """DTrees are listed for each file system: one request for each."""

        def dtrees(filesystem: Record) -> list[Record]:
            return self.client.rows(f"QUOTATREE?PARENTID={filesystem['ID']}")

        found = (
            {**dtree, "filesystem": filesystem["NAME"]}
            for filesystem, own in self.client.about_each("filesystem", dtrees)
            for dtree in own
        )
        return files.QTREE.rows(self.storage_id, found)

    def list_quotas(self, context: Any) -> list[Row]:
        return files.QUOTA.rows(self.storage_id, self.client.rows("FS_QUOTA"))

    def list_shares(self, context: Any) -> list[Row]:
        return self._of_several(files.SHARES)

    def list_storage_host_initiators(self, context: Any) -> list[Row]:
        return self._of_several(access.INITIATORS)

    def list_storage_hosts(self, context: Any) -> list[Row]:
        return access.HOST.rows(self.storage_id, self.client.rows("host"))

    def list_storage_host_groups(self, context: Any) -> dict[str, list[Row]]:
        return self._groups(access.HOST_GROUPS)

    def list_port_groups(self, context: Any) -> dict[str, list[Row]]:
        return self._groups(access.PORT_GROUPS)

    def list_volume_groups(self, context: Any) -> dict[str, list[Row]]:
        return self._groups(access.LUN_GROUPS)

    def list_masking_views(self, context: Any) -> list[Row]:
        views = self.client.about_each("mappingview", self._groups_of)
        found = ({**groups, **view} for view, groups in views)
        return access.MASKING_VIEW.rows(self.storage_id, found)

    def list_alerts(self, context: Any, query_para: dict[str, Any] | None = None) -> list[Row]:
        """What is wrong now; for a time range also what was, from the array's history."""
        asked = query_para or {}
        begin, end = asked.get("begin_time"), asked.get("end_time")
        if begin is None or end is None:
            return LISTED.listed(self.client.rows("alarm/currentalarm"), query_para)
        span = f"filter=startTime:[{int(begin) // 1000},{int(end) // 1000}]"
        found: dict[Any, Record] = {}
        for place in ("alarm/historyalarm", "alarm/currentalarm"):
            found.update({one.get("sequence"): one for one in self.client.rows(f"{place}?{span}")})
        return LISTED.listed(found.values(), query_para)

    @staticmethod
    def parse_alert(context: Any, alert: dict[str, str]) -> Row | None:
        return TRAPPED.from_trap(alert)

    def clear_alert(self, context: Any, sequence_number: str) -> None:
        """Also good when the array has no such alarm: then nothing is left to clear."""
        number = str(sequence_number)
        if not (number.isascii() and number.isdecimal()):
            return
        found = self.client.rows(f"alarm/historyalarm?filter=sequence::{number}")
        if any(str(one.get("alarmStatus")) == UNRECOVERED for one in found):
            self.client.remove(f"/alarm/currentalarm?sequence={number}")

    def add_trap_config(self, context: Any, trap_config: dict[str, Any]) -> None:
        """Traps are set up at the array: docs/guide/huawei-oceanstor.md."""
        raise NotImplementedError

    def remove_trap_config(self, context: Any, trap_config: dict[str, Any]) -> None:
        raise NotImplementedError

    @staticmethod
    def get_capabilities(context: Any, filters: dict[str, Any] | None = None) -> dict[str, Any]:
        """All releases measure the same, under other numbers; files of it may be in reach."""
        statistics = RELEASES[-1].statistics
        has_files = "ssh" in ((filters or {}).get("access") or ())
        measured = statistics.kept if has_files else statistics.last
        return {**measured.capabilities(), **ABILITIES}

    def collect_perf_metrics(
        self,
        context: Any,
        storage_id: str,
        resource_metrics: dict[str, Any],
        start_time: int,
        end_time: int,
    ) -> list[constants.metric_struct]:
        """What the array wrote into its files or, without a way to them, its last samples.

        These count when they are of the window or up to two minutes newer. Raises
        StorageBackendException when files are missing that may still come, or be found,
        PerformanceNotKept when they are there no more, and InvalidUsernameOrPassword when one of
        the hosts refuses the account.
        """
        statistics, history = self.release.statistics, self._history
        start, end = int(start_time), int(end_time)
        asked = (storage_id, resource_metrics, start, end)
        if history is None:

            def last(measured: Measured) -> Iterator[Record]:
                kind = measured.resource_type
                return self._realtime.parts(kind, statistics.indicators(kind), end)

            return statistics.last.collect(*asked, last)
        controllers = self._controllers()

        def fetch(measured: Measured) -> Iterator[Record]:
            indicators = set(map(str, statistics.indicators(measured.resource_type)))
            for collection, kind in metrics.ASKED[measured.resource_type].types.items():
                found = history.samples(kind, indicators, start, end, controllers)
                names = self._names.of(collection, found.keys())
                yield from metrics.kept_parts(found, names)

        return statistics.kept.collect(*asked, fetch)

    def get_latest_perf_timestamp(self, context: Any) -> int:
        """How far files go; else the array's clock.

        That is "Interface for Querying the Equipment UTC Time", REST V5.
        """
        if self._history is not None:
            return self._history.newest(self._controllers())
        return int(self.client.one("/system_utc_time")["CMO_SYS_UTC_TIME"]) * 1000

    # --- inside ---

    def _sign_in(self) -> None:
        """Both ways in are tried while delfin minds how often a password is."""
        self.client.sign_in()
        if self._history is not None:
            with ExitStack() as undone:
                undone.callback(self.client.sign_out)
                self._history.sign_in()
                undone.pop_all()

    @property
    def release(self) -> Release:
        """What the array's firmware is read with; found out once a session."""
        known = self._release
        if known is None:
            known = self._release = release_of(str(self._system().get("PRODUCTVERSION") or ""))
        return known

    def _system(self) -> Record:
        return self.client.one("/system/")

    def _of_several(self, maps: Mapping[str, RowMap]) -> list[Row]:
        """The rows of several collections; NotImplementedError when the array has none of them.

        Raises InvalidResults when it had one of them before: its rows are not deleted.
        """
        made: list[Row] = []
        absent = 0
        for collection, rows in maps.items():
            try:
                found = self.client.rows(collection)
            except NotImplementedError:
                if collection in self._answered:
                    text = f"{collection}: the array lost the interface"
                    raise exception.InvalidResults(text) from None
                absent += 1
                continue
            self._answered.add(collection)
            made += rows.rows(self.storage_id, found)
        if absent == len(maps):
            raise NotImplementedError
        return made

    def _groups(self, group: access.Group) -> dict[str, list[Row]]:
        """Members are listed for each group: one request for each kind of member."""

        def members(one: Record) -> list[Record]:
            identity = str(one["ID"])
            places = (self.client.associated(at, group.kind, identity) for at in group.members)
            return list(chain.from_iterable(places))

        every = self.client.about_each(group.collection, members)
        records = ({**one, "members": own} for one, own in every)
        return group.map.lists(self.storage_id, records)

    def _groups_of(self, view: Record) -> Record:
        """The groups of a view that it does not tell itself."""
        found: Record = {}
        for member, place in access.VIEW_GROUPS.items():
            if member not in view:
                groups = self.client.associated(place, access.VIEW, str(view["ID"]))
                found[member] = next((one["ID"] for one in groups), None)
        return found

    def _controllers(self) -> int:
        """How many are running: each writes files of its own."""
        every = self.client.rows("controller")
        running = [one for one in every if str(one.get("RUNNINGSTATUS")) == words.ONLINE]
        return len(running or every)
