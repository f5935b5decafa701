"""Directors, ports and disks of a simulated PowerMax, in Unisphere's words."""

from __future__ import annotations

from delfin.testing.simulated.powermax.identity import Identity, Item
from delfin.testing.simulated.powermax.sizes import Sizes

# What the directors of an engine emulate, over and over.
_EMULATIONS = ("FA", "DF", "SE", "RF")
_CORES = 8
_SPEED = {"FA": "32", "SE": "25", "RF": "16", "DF": "N/A"}


def director_name(number: int) -> str:
    """FA-1D, DF-2D and so on: each engine has two boards."""
    slice_ = "DEFGHIJK"[number // 4 % 8]
    return f"{_EMULATIONS[number % len(_EMULATIONS)]}-{number % 4 + 1}{slice_}"


def directors(sizes: Sizes) -> list[str]:
    return [director_name(number) for number in range(sizes.directors)]


def is_front_end(director: str) -> bool:
    return director[:2] in {"FA", "SE"}


def port_keys(sizes: Sizes, director: str) -> list[dict[str, str]]:
    # Unisphere numbers the ports of a board from 4.
    return [{"directorId": director, "portId": str(4 + n)} for n in range(sizes.ports)]


def director(sizes: Sizes, name: str) -> Item:
    """The answer of '.../director/{id}'."""
    number = directors(sizes).index(name)
    return {
        "directorId": name,
        "availability": "Online",
        "num_of_cores": _CORES,
        "director_number": 33 + number,
        "director_slot_number": number % 4 + 1,
        "num_of_ports": sizes.ports,
    }


def port(identity: Identity, sizes: Sizes, director: str, port_id: str) -> Item:
    """The answer of '.../director/{id}/port/{id}'."""
    kind = director[:2]
    number = directors(sizes).index(director) * 32 + int(port_id)
    iscsi = kind == "SE"
    up = identity.mix("port", number) % 8 != 0
    told: Item = {
        "symmetrixPortKey": {"directorId": director, "portId": port_id},
        "director_status": "Online",
        "port_status": "ON" if up else "OFF",
        "type": "GigE" if iscsi else "FibreChannel (563)",
        "num_of_cores": _CORES,
        "negotiated_speed": _SPEED[kind] if up else "N/A",
        "max_speed": _SPEED[kind],
        "iscsi_target": iscsi,
    }
    if iscsi:
        told["identifier"] = identity.iqn(f"port{number}")
        told["ip_addresses"] = [f"10.20.{number // 250}.{number % 250 + 1}"]
        told["ipv4_netmask"] = "255.255.0.0"
    elif kind != "DF":
        told["identifier"] = identity.port_wwn(number)
    return {"symmetrixPort": told}


def disks(sizes: Sizes) -> list[str]:
    return [str(number) for number in range(sizes.disks)]


def failed(identity: Identity, disk: str) -> bool:
    return identity.mix("disk", int(disk)) % 11 == 0


def disk(disk: str) -> Item:
    return {
        "spindle_id": disk,
        "type": "SSD",
        "vendor": "FABRIKAM",
        "capacity": 1787.88,
    }
