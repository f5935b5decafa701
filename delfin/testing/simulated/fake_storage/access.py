"""Hosts, initiators, groups and masking views of a fake array, in the array's own words."""

from __future__ import annotations

from delfin.testing.simulated.fake_storage.hardware import is_host_port
from delfin.testing.simulated.fake_storage.parts import Item, State, ident, pick

_SYSTEMS = ("LINUX", "ESX", "WINDOWS", "AIX")
_LARGEST_GROUP = 32


def _host_label(number: int) -> str:
    return f"{_SYSTEMS[number % len(_SYSTEMS)].lower()}{number + 1:04d}"


def host(state: State, number: int) -> Item:
    return {
        "id": ident("H", number, 4),
        "label": _host_label(number),
        "os": _SYSTEMS[number % len(_SYSTEMS)],
        "address": state.names.ipv4(30, number),
        "health": "DEGRADED" if state.names.mix("host", number) % 23 == 0 else "OK",
        "comment": "",
    }


def initiator(state: State, number: int) -> Item:
    owner = pick(range(state.sizes.hosts), number)
    # Every fourth host is on iSCSI; a host has all its initiators on one protocol.
    on_iscsi = owner is not None and owner % 4 == 3
    label = _host_label(owner) if owner is not None else f"unknown{number:04d}"
    turn = number // max(state.sizes.hosts, 1)
    return {
        "id": ident("I", number, 5),
        "label": f"{label}-{turn}",
        "alias": f"{label}_p{turn}",
        "protocol": "ISCSI" if on_iscsi else "FC",
        "wwn": state.names.iqn(f"{label}.{turn}") if on_iscsi else state.names.host_wwn(number),
        "login": "OUT" if state.names.mix("initiator", number) % 11 == 0 else "IN",
        "host": ident("H", owner, 4),
    }


def host_group(state: State, number: int) -> Item:
    hosts = range(number, state.sizes.hosts, state.sizes.host_groups)
    return _group("HG", number, "cluster", [ident("H", h, 4) for h in hosts[:_LARGEST_GROUP]])


def port_group(state: State, number: int) -> Item:
    ports = [n for n in range(state.sizes.ports) if is_host_port(n)]
    chosen = ports[number :: state.sizes.port_groups][:_LARGEST_GROUP]
    return _group("NG", number, "ports", [ident("N", n) for n in chosen])


def volume_group(state: State, number: int, present: set[int]) -> Item:
    """The group's volumes have fixed numbers: a removed volume leaves its group."""
    most = max(state.sizes.volumes // (2 * state.sizes.volume_groups), 1)
    size = min(most, _LARGEST_GROUP)
    numbers = range(number * size, (number + 1) * size)
    return _group("VG", number, "app", [ident("V", n, 6) for n in numbers if n in present])


def _group(prefix: str, number: int, stem: str, members: list[str | None]) -> Item:
    return {
        "id": ident(prefix, number, 4),
        "label": f"{stem}-{number + 1:04d}",
        "comment": "",
        "members": members,
    }


def masking_views(state: State, present: set[int]) -> list[Item]:
    """Every view that still has what it shows: a removed volume takes its view along."""
    views = (_masking_view(state, n, present) for n in range(state.sizes.masking_views))
    return [view for view in views if view["volume"] or view["volume_group"]]


def _masking_view(state: State, number: int, present: set[int]) -> Item:
    sizes = state.sizes
    alone = number % 5 == 4 or not sizes.volume_groups
    volume = pick(range(sizes.volumes), number * 7) if alone else None
    group = None if alone else pick(range(sizes.volume_groups), number)
    to_host = number % 3 == 2 or not sizes.host_groups
    return {
        "id": ident("M", number, 4),
        "label": f"view-{number + 1:04d}",
        "comment": "",
        "host": ident("H", pick(range(sizes.hosts), number), 4) if to_host else None,
        "host_group": None if to_host else ident("HG", pick(range(sizes.host_groups), number), 4),
        "volume": ident("V", volume, 6) if volume in present else None,
        "volume_group": ident("VG", group, 4),
        "port_group": ident("NG", pick(range(sizes.port_groups), number), 4),
    }
