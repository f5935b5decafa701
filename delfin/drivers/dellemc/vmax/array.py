"""What one array behind a Unisphere has, as records in the Unisphere's own words.

Most listings of Unisphere are names only, so each object is asked for by itself. The calls are
those of "sloprovisioning" and "system" in Dell's OpenAPI document "PowerMax" 10.3. The attributes of
enhanced calls are those of PyU4V 10.4 (constants, VOLUMES_METADATA), which names those within others
with a dot (volumes, get_volumes_details).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import count
from typing import Any
from urllib.parse import quote

from delfin import exception
from delfin.drivers.dellemc.vmax.client import Unisphere
from delfin.drivers.kit.rule import required_in

Record = dict[str, Any]

_SLO, _SYSTEM = "sloprovisioning", "system"
_VOLUME = ("id", "identifier", "type", "status", "wwn", "effective_wwn", "cap_mb", "srp", "srp.id")
_USE = ("effective_used_capacity_gb", "data_reduction_enabled")
_GROUPS = ("storage_groups", "storage_groups.id")
# Data volumes are what pools are made of; no host sees them. The filter is one of those in Dell's
# provider for Terraform 1.0, powermax_volume; Dell's info module for Ansible leaves them out as well.
_NO_DATA_VOLUMES = "data_volume=false"


class Array:
    """The part of a Unisphere that is about one array, by its id of twelve digits."""

    def __init__(self, unisphere: Unisphere, array_id: str) -> None:
        self.unisphere = unisphere
        self.id = array_id

    # --- the array and its capacity ---

    def system(self) -> Record:
        """What it is ('system'), and what it holds ('slo' and the records of its 'pools')."""
        slo = self._slo()
        told = "usable_total_tb" in (slo.get("system_capacity") or {})
        return {
            "system": self._system(),
            "slo": slo,
            # PowerMax 2500 and 8500 tell their capacity by pool only.
            "pools": [] if told else self.pools(),
        }

    def pools(self) -> list[Record]:
        return self._each("srpId", "srp")

    def volumes(self) -> tuple[list[Record], list[Record]]:
        """The volumes in the words of enhanced calls, and those that they did not tell, one by one.

        The latter have their pool as 'pool'. What the array lists is what there is: enhanced calls
        answer from another place, which may be a moment behind.
        """
        listed = self.volume_ids()
        bulk = self.unisphere.bulk(self.id, "volumes", *_VOLUME, *_USE)
        told = {str(one.get("id")): one for one in bulk or []}
        whole = [told[name] for name in listed if name in told]
        missing = [name for name in listed if name not in told]
        if not missing:
            return whole, []
        pool = self._pool_of_groups()
        single = self.unisphere.each(partial(self._slo, "volume"), missing, self.volume_ids)
        return whole, [{**one, "pool": pool(one.get("storageGroupId"))} for one in single.values()]

    def volume_ids(self, query: str = "", least: int | None = None) -> list[str]:
        """Of all volumes, or of those that the query chooses; or of the first of them, 'least'.

        Without those that the array keeps its data in.
        """
        path = (_SLO, "symmetrix", self.id, "volume")
        chosen = f"?{_NO_DATA_VOLUMES}{query and '&'}{query}"
        found = self.unisphere.listed(*path, query=chosen, least=least)
        return [str(required_in(one, "volumeId")) for one in found]

    def _pool_of_groups(self) -> Any:
        """Tells the pool of a volume: Unisphere names it for storage groups only."""
        names = self._names("srpId", "srp")
        if len(names) == 1:
            return lambda _groups: names[0]
        pools = {str(required_in(one, "storageGroupId")): one.get("srp") for one in self.groups()}

        def found(groups: Any) -> Any:
            return next((pools[one] for one in groups or [] if pools.get(one) in names), None)

        return found

    # --- hardware ---

    def directors(self) -> Iterator[Record]:
        """Each with its name as 'id'."""
        found = self.unisphere.each(self._director, self._directors(), self._directors)
        for name, one in found.items():
            yield {**one, "id": name}

    def ports(self) -> list[Record]:
        found = self.unisphere.each(self._port, self._port_keys(), self._port_keys)
        return list(found.values())

    def disks(self) -> Iterator[Record]:
        """Each with 'failed', which is a filter of the listing.

        Raises NotImplementedError for Unisphere 9.0, which has no call for them.
        """
        try:
            failed = set(self._disk_ids("?failed=true"))
        except exception.ComponentNotFound as error:
            if self.unisphere.at_least("91"):
                raise
            raise NotImplementedError from error
        ask = partial(self._system, "disk")
        found = self.unisphere.each(ask, self._disk_ids(), self._disk_ids)
        for name, one in found.items():
            yield {**one, "failed": name in failed}

    # --- who sees what ---

    def hosts(self) -> list[Record]:
        return self._each("hostId", "host")

    def initiators(self) -> Iterator[Record]:
        """One record for each name, though the array lists it once for each port it came through.

        It is of a port where the initiator is logged in, if there is any. The first path of each
        is asked for, then the second of those that are not logged in there, and so on.
        """
        listing = partial(self._names, "initiatorId", "initiator")
        paths: dict[str, list[str]] = {}
        for path in listing():
            paths.setdefault(initiator_name(path), []).append(path)
        records: dict[str, Record] = {}
        for turn in count():
            asked = {
                own[turn]: name
                for name, own in paths.items()
                if len(own) > turn and records.get(name, {}).get("logged_in") is not True
            }
            if not asked:
                break
            found = self.unisphere.each(partial(self._slo, "initiator"), asked, listing)
            records |= {asked[path]: record for path, record in found.items()}
        for name in paths:
            if name in records:
                yield {**records[name], "name": name}

    def host_groups(self) -> list[Record]:
        return self._each("hostGroupId", "hostgroup")

    def port_groups(self) -> list[Record]:
        return self._each("portGroupId", "portgroup")

    def groups(self) -> list[Record]:
        return self._each("storageGroupId", "storagegroup")

    def volume_groups(self) -> list[Record]:
        """Storage groups, each with the ids of its volumes as 'volumes'.

        From the enhanced call only when it tells every volume that the array lists: it may be
        behind, and a volume that it leaves out would leave its groups.
        """
        names = self._group_ids()
        members: dict[str, list[str]] = {name: [] for name in names}
        bulk = self.unisphere.bulk(self.id, "volumes", "id", *_GROUPS)
        told = {str(one.get("id")): one for one in bulk or []}
        listed = [] if bulk is None else self.volume_ids()
        if bulk is None or not told.keys() >= set(listed):
            members = self.unisphere.each(self._volumes_in, names, self._group_ids)
        else:
            for volume in listed:
                for group in told[volume].get("storage_groups") or []:
                    members.get(str(required_in(group, "id")), []).append(volume)
        return [{"storageGroupId": name, "volumes": own} for name, own in members.items()]

    def masking_views(self) -> list[Record]:
        return self._each("maskingViewId", "maskingview")

    # --- alerts ---

    def alerts(self) -> list[Record]:
        ask = partial(self.unisphere.one, _SYSTEM, "alert")
        found = self.unisphere.each(ask, self._alert_ids(), self._alert_ids)
        return [one for one in found.values() if self._is_own(one)]

    def delete_alert(self, alert_id: str) -> None:
        """Raises ComponentNotFound for an alert that is gone, or is not this array's.

        The Unisphere would delete those of all its arrays, so the alert is looked at before.
        """
        self._own_alert(alert_id)
        self.unisphere.remove(_SYSTEM, "alert", alert_id)

    def acknowledge_alert(self, alert_id: str) -> None:
        """Raises as 'delete_alert'; one that is acknowledged, or has ended, stays as it is.

        The parameter is that of PyU4V 10.1, acknowledge_alert; it is the only change that there is.
        """
        if self._own_alert(alert_id).get("state") == "NEW":
            self.unisphere.edit(_SYSTEM, "alert", alert_id, editAlertActionParam="ACKNOWLEDGE")

    def _own_alert(self, alert_id: str) -> Record:
        found = self.unisphere.one(_SYSTEM, "alert", alert_id)
        if str(found.get("alertId")) != alert_id or not self._is_own(found):
            raise exception.ComponentNotFound(alert_id)
        return found

    def _alert_ids(self) -> list[str]:
        names = self.unisphere.ids("alertId", _SYSTEM, "alert", query=f"?array={self.id}")
        return list(map(str, names))

    def _is_own(self, alert: Record) -> bool:
        return str(alert.get("array")) == self.id

    # --- inside ---

    def _slo(self, *parts: str) -> Record:
        return self.unisphere.one(_SLO, "symmetrix", self.id, *parts)

    def _system(self, *parts: str) -> Record:
        return self.unisphere.one(_SYSTEM, "symmetrix", self.id, *parts)

    def _names(self, key: str, kind: str) -> list[str]:
        return list(map(str, self.unisphere.ids(key, _SLO, "symmetrix", self.id, kind)))

    def _each(self, key: str, kind: str) -> list[Record]:
        listing = partial(self._names, key, kind)
        return list(self.unisphere.each(partial(self._slo, kind), listing(), listing).values())

    def _system_ids(self, key: str, *parts: str, query: str = "") -> list[Any]:
        return self.unisphere.ids(key, _SYSTEM, "symmetrix", self.id, *parts, query=query)

    def _disk_ids(self, query: str = "") -> list[str]:
        return list(map(str, self._system_ids("disk_ids", "disk", query=query)))

    def _director(self, name: str) -> Record:
        """Its 'availability' and 'num_of_cores', by its first port where it does not say itself.

        The object is that of Checkmk's plug-in unisphere_powermax, director.
        """
        found = self._system("director", name)
        if found.get("availability") is not None:
            return found
        port = next((self._port((name, port)) for port in self._ports_of(name)), {})
        cores = {"num_of_cores": port.get("num_of_cores")}
        return {**cores, **found, "availability": port.get("director_status")}

    def _directors(self) -> list[str]:
        return list(map(str, self._system_ids("directorId", "director")))

    def _ports_of(self, director: str) -> list[str]:
        keys = self._system_ids("symmetrixPortKey", "director", director, "port")
        return [str(required_in(key, "portId")) for key in keys]

    def _port_keys(self) -> list[tuple[str, str]]:
        found = self.unisphere.each(self._ports_of, self._directors(), self._directors)
        return [(name, port) for name, ports in found.items() for port in ports]

    def _port(self, key: tuple[str, str]) -> Record:
        director, name = key
        port = self._system("director", director, "port", name).get("symmetrixPort")
        if not isinstance(port, dict):
            raise exception.InvalidResults(f"{self.id}: a port without 'symmetrixPort'")
        return port

    def _group_ids(self) -> list[str]:
        return self._names("storageGroupId", "storagegroup")

    def _volumes_in(self, group: str) -> list[str]:
        return self.volume_ids(f"storageGroupId={quote(group, safe='')}")


def initiator_name(path: str) -> str:
    """The world wide or iSCSI name in the id of an initiator.

    >>> initiator_name("FA-1D:4:10000000c9873cae"), initiator_name("SE-4E:0:iqn.1993-08.org:01:a")
    ('10000000c9873cae', 'iqn.1993-08.org:01:a')
    >>> initiator_name("10000000c9873cae")
    '10000000c9873cae'
    """
    director, _, rest = path.partition(":")
    port, _, name = rest.partition(":")
    return name if name and "-" in director and port.isdecimal() else path
