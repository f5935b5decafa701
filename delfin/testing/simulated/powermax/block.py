"""The array, its pools and its volumes, in Unisphere's words."""

from __future__ import annotations

from delfin.testing.simulated.powermax.identity import Identity, Item, data_volume_id, volume_id
from delfin.testing.simulated.powermax.sizes import Sizes

CYLINDER_MB = 1.875
_SIZES_GB = (10, 20, 50, 64, 100, 200, 512, 1024)


def cylinders(identity: Identity, number: int) -> int:
    size = _SIZES_GB[identity.mix("volume", number) % len(_SIZES_GB)]
    return -(-size * 1024 * 8 // 15)


def volume_mb(identity: Identity, number: int) -> float:
    return cylinders(identity, number) * CYLINDER_MB


def allocated_percent(identity: Identity, number: int) -> int:
    return 5 + identity.mix("used", number) % 90


def pool_name(number: int) -> str:
    return f"SRP_{number + 1}"


def pool_of(sizes: Sizes, number: int) -> str:
    """A volume takes the pool of its storage group, so that groups are of one pool each."""
    groups = max(sizes.storage_groups, 1)
    return pool_name(number % groups % max(sizes.pools, 1))


def groups_of(sizes: Sizes, number: int) -> list[str]:
    return [group_name(number % sizes.storage_groups)] if sizes.storage_groups else []


def group_name(number: int) -> str:
    return f"app-{number + 1:04d}-SG"


def _status(identity: Identity, number: int) -> str:
    """Now and then a volume is the copy of another array's, or not ready."""
    return {0: "Not Ready", 1: "Write Disabled"}.get(identity.mix("state", number) % 97, "Ready")


def volume(identity: Identity, sizes: Sizes, number: int) -> Item:
    """The answer of 'sloprovisioning/symmetrix/{id}/volume/{id}'."""
    size_mb = volume_mb(identity, number)
    named = {"volume_identifier": f"db-{number + 1:06d}"} if number % 8 else {}
    return {
        "volumeId": volume_id(number),
        "type": "TDEV",
        "emulation": "FBA",
        "ssid": "FFFFFFFF",
        "allocated_percent": allocated_percent(identity, number),
        "cap_gb": round(size_mb / 1024, 2),
        "cap_mb": size_mb,
        "cap_cyl": cylinders(identity, number),
        "status": _status(identity, number),
        **named,
        "wwn": identity.volume_wwn(number),
        "num_of_storage_groups": len(groups_of(sizes, number)),
        "storageGroupId": groups_of(sizes, number),
        "snapvx_source": False,
        "snapvx_target": False,
    }


def volume_v1(identity: Identity, sizes: Sizes, number: int) -> Item:
    """One of 'rest/v1/systems/{id}/volumes', with all of its attributes."""
    told = volume(identity, sizes, number)
    size_gb = volume_mb(identity, number) / 1024
    return {
        "id": told["volumeId"],
        "identifier": told.get("volume_identifier"),
        "type": told["type"],
        "status": told["status"],
        "wwn": told["wwn"],
        "effective_wwn": told["wwn"],
        "cap_gb": told["cap_gb"],
        "cap_mb": told["cap_mb"],
        "cap_cyl": told["cap_cyl"],
        "storage_groups": [{"id": name} for name in groups_of(sizes, number)],
        "srp": {"id": pool_of(sizes, number)},
        "effective_used_capacity_gb": round(size_gb * allocated_percent(identity, number) / 100, 2),
        "data_reduction_enabled": number % 3 != 0,
    }


def data_volume(number: int) -> Item:
    """The same of what a pool is made of."""
    return {
        "id": data_volume_id(number),
        "type": "TDAT",
        "status": "Ready",
        "cap_mb": 8192.0,
        "storage_groups": [],
    }


class Space:
    """Capacities in TB that add up from the volumes."""

    def __init__(self, identity: Identity, sizes: Sizes) -> None:
        self.subscribed = dict.fromkeys(map(pool_name, range(sizes.pools)), 0.0)
        self.used = dict(self.subscribed)
        for number in range(sizes.volumes if sizes.pools else 0):
            size = volume_mb(identity, number) / 2**20
            pool = pool_of(sizes, number)
            self.subscribed[pool] += size
            self.used[pool] += size * allocated_percent(identity, number) / 100
        self.total = {pool: round(used * 1.25 + 10, 2) for pool, used in self.used.items()}


def pool(space: Space, sizes: Sizes, name: str) -> Item:
    total, used = space.total[name], round(space.used[name], 2)
    subscribed = round(space.subscribed[name], 2)
    usable = {
        "subscribed_total_tb": subscribed,
        "subscribed_allocated_tb": used,
        "usable_used_tb": used,
        "usable_total_tb": total,
    }
    effective = {
        "provisioned": {"provisioned_tb": subscribed, "effective_capacity_tb": total},
        "effective": {"used_tb": used, "total_tb": total, "free_tb": round(total - used, 2)},
    }
    return {
        "srpId": name,
        "num_of_disk_groups": 1,
        "emulation": "FBA",
        "reserved_cap_percent": 10,
        **({"fba_srp_capacity": effective} if sizes.effective else {"srp_capacity": usable}),
        "service_levels": ["Diamond", "Gold", "Optimized"],
    }


def capacity(identity: Identity, space: Space, sizes: Sizes) -> Item:
    """The answer of 'sloprovisioning/symmetrix/{id}'."""
    total = round(sum(space.total.values()), 2)
    usable = {
        "system_capacity": {
            "subscribed_total_tb": round(sum(space.subscribed.values()), 2),
            "usable_used_tb": round(sum(space.used.values()), 2),
            "usable_total_tb": total,
        }
    }
    return {
        "symmetrixId": identity.array_id,
        "device_count": sizes.volumes + sizes.data_volumes,
        "host_visible_device_count": sizes.volumes,
        "local": True,
        **({} if sizes.effective else usable),
        "disk_group_total_capacity_gb": round(total * 1024 * 1.25, 2),
    }
