"""Controllers, ports and disks of a fake array, in the array's own words."""

from __future__ import annotations

from delfin.testing.simulated.fake_storage.block import Space
from delfin.testing.simulated.fake_storage.parts import FIRMWARE, Item, State, ident, pick

GBIT = 10**9
# What a slot holds, repeated over the slots: protocol, role, speed in Gbit/s.
_SLOTS = (
    ("FC", "HOST", 32),
    ("FC", "HOST", 32),
    ("ISCSI", "HOST", 25),
    ("FC", "HOST", 32),
    ("SAS", "DRIVES", 24),
    ("ETH", "MGMT", 1),
)
_DRIVES = (
    ("SSD", "Fabrikam", "FX-2400", 0),
    ("NLSAS", "Contoso", "CN-7200", 7200),
)


def controller(state: State, number: int) -> Item:
    letter = chr(ord("A") + number % 26)
    return {
        "id": ident("C", number),
        "label": f"CTL-{letter}{number // 26 or ''}",
        "health": "OK",
        "place": f"enclosure {number // 2}, bay {letter}",
        "firmware": FIRMWARE,
        "cpu": "Fabrikam FP-9 24-core 2.4 GHz",
        "cpus": 2,
        "memory_mib": 256 * 1024,
        "address": state.names.ipv4(10, number),
    }


def is_host_port(number: int) -> bool:
    return _SLOTS[number % len(_SLOTS)][1] == "HOST"


def port(state: State, number: int) -> Item:
    protocol, role, gbit = _SLOTS[number % len(_SLOTS)]
    on_ip = protocol in {"ISCSI", "ETH"}
    up = state.names.mix("port", number) % 8 != 0
    names = state.names
    return {
        "id": ident("N", number),
        "label": f"{protocol.lower()}-{number:03d}",
        "protocol": protocol,
        "role": role,
        "link": "UP" if up else "DOWN",
        "health": "OK",
        "place": f"slot {number // 4}, port {number % 4}",
        "controller": ident("C", pick(range(state.sizes.controllers), number)),
        "speed_bps": gbit * GBIT if up else 0,
        "max_speed_bps": gbit * GBIT,
        "wwn": names.iqn(f"port{number}") if protocol == "ISCSI" else _wwn(state, protocol, number),
        "mac": names.mac(number) if on_ip else None,
        "ipv4": {"address": names.ipv4(20, number), "mask": "255.255.0.0"} if on_ip else None,
        "ipv6": {"address": names.ipv6(number), "prefix": "64"} if on_ip else None,
    }


def _wwn(state: State, protocol: str, number: int) -> str | None:
    return state.names.port_wwn(number) if protocol in {"FC", "SAS"} else None


def disk(state: State, space: Space, number: int) -> Item:
    pool = pick(range(state.sizes.pools), number)
    media, maker, model, rpm = _DRIVES[(pool or 0) % 2]
    spare = number % 24 == 23
    failing = state.names.mix("disk", number) % 97 == 0
    return {
        "id": ident("D", number, 5),
        "label": f"disk {number // 24}.{number % 24}",
        "media": media,
        "role": "SPARE" if spare else "MEMBER",
        "health": "FAILING" if failing else "OK",
        "place": f"enclosure {number // 24}, slot {number % 24}",
        "group": None if spare else ident("P", pool),
        "serial": state.names.disk_serial(number),
        "maker": maker,
        "model": model,
        "firmware": "A104",
        "rpm": rpm,
        "size_mib": space.disk,
        "life_left": 12 if failing else 100 - state.names.mix("life", number) % 9,
    }
