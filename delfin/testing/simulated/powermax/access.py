"""Hosts, initiators, groups and masking views of a simulated PowerMax, in Unisphere's words."""

from __future__ import annotations

from delfin.testing.simulated.powermax.block import group_name, pool_name
from delfin.testing.simulated.powermax.hardware import directors, is_front_end, port_keys
from delfin.testing.simulated.powermax.identity import Identity, Item
from delfin.testing.simulated.powermax.sizes import Sizes


def host_name(number: int) -> str:
    return f"esx-{number + 1:04d}"


def names(sizes: Sizes) -> dict[str, list[str]]:
    """The names that each listing of 'sloprovisioning' has."""
    return {
        "host": [host_name(n) for n in range(sizes.hosts)],
        "hostgroup": [f"cluster-{n + 1:03d}" for n in range(sizes.host_groups)],
        "portgroup": [f"ports-{n + 1:03d}-PG" for n in range(sizes.port_groups)],
        "storagegroup": [group_name(n) for n in range(sizes.storage_groups)],
        "maskingview": [f"view-{n + 1:04d}-MV" for n in range(sizes.masking_views)],
    }


def paths(identity: Identity, sizes: Sizes) -> dict[str, Item]:
    """Every initiator through every port that it came by; each host has two initiators."""
    front = [name for name in directors(sizes) if is_front_end(name)]
    found: dict[str, Item] = {}
    for number in range(sizes.hosts * 2):
        owner, turn = number % sizes.hosts, number // sizes.hosts
        iscsi = owner % 4 == 3
        name = identity.iqn(f"{host_name(owner)}.{turn}") if iscsi else identity.host_wwn(number)
        fitting = [one for one in front if one.startswith("SE") == iscsi]
        for place, director in enumerate(fitting):
            key = port_keys(sizes, director)[turn % max(sizes.ports, 1)]
            path = f"{director}:{int(key['portId']):03d}:{name}"
            found[path] = {
                "initiatorId": path,
                "alias": f"{host_name(owner)}/p{turn}",
                "host": host_name(owner),
                # The way through the first port is cut, so a reader must look at the others.
                "logged_in": place > 0 or identity.mix("login", number) % 3 != 0,
                "on_fabric": True,
                "initiator": name,
            }
    return found


def initiators_of(found: dict[str, Item], host: str) -> list[str]:
    return sorted({str(path["initiator"]) for path in found.values() if path["host"] == host})


def one(identity: Identity, sizes: Sizes, kind: str, name: str) -> Item:
    """The answer for one object of 'sloprovisioning' that has a name; raises ValueError."""
    known = names(sizes)
    number = known[kind].index(name)
    if kind == "host":
        return {
            "hostId": name,
            "type": "iSCSI" if number % 4 == 3 else "Fibre",
            "initiator": initiators_of(paths(identity, sizes), name),
        }
    if kind == "hostgroup":
        hosts = known["host"][number :: sizes.host_groups]
        return {"hostGroupId": name, "host": [{"hostId": host} for host in hosts]}
    if kind == "portgroup":
        front = [one for one in directors(sizes) if is_front_end(one)]
        keys = [key for one in front for key in port_keys(sizes, one)]
        return {"portGroupId": name, "symmetrixPortKey": keys[number :: sizes.port_groups]}
    if kind == "storagegroup":
        pool = pool_name(number % max(sizes.pools, 1))
        return {"storageGroupId": name, "srp": pool, "slo": "Diamond", "type": "Standalone"}
    grouped = number % 2 == 1 and sizes.host_groups
    side = (
        {"hostGroupId": known["hostgroup"][number % sizes.host_groups]}
        if grouped
        else {"hostId": known["host"][number % sizes.hosts]}
    )
    return {
        "maskingViewId": name,
        **side,
        "portGroupId": known["portgroup"][number % sizes.port_groups],
        "storageGroupId": known["storagegroup"][number % sizes.storage_groups],
    }
