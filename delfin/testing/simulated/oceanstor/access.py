"""Hosts, initiators, groups and mapping views of a simulated OceanStor."""

from __future__ import annotations

from delfin.testing.simulated.oceanstor.parts import NORMAL, OFFLINE, ONLINE, Item, State, pick

_SYSTEMS = (("linux", "0"), ("esx", "7"), ("windows", "1"), ("aix", "4"))


def host(state: State, number: int) -> Item:
    label, system = _SYSTEMS[number % len(_SYSTEMS)]
    return {
        "ID": str(number),
        "TYPE": 21,
        "NAME": f"{label}{number + 1:04d}",
        "DESCRIPTION": "",
        "HEALTHSTATUS": "17" if state.names.mix("host", number) % 23 == 0 else NORMAL,
        "RUNNINGSTATUS": NORMAL,
        "OPERATIONSYSTEM": system,
        "IP": state.names.ipv4(30, number),
        "ISADD2HOSTGROUP": "true",
    }


def _initiator(state: State, number: int, identity: str, kind: int) -> Item:
    owner = pick(range(state.sizes.hosts), number)
    return {
        "ID": identity,
        "TYPE": kind,
        "NAME": "" if number % 3 == 0 else f"hba{number:03d}",
        "HEALTHSTATUS": NORMAL,
        "RUNNINGSTATUS": OFFLINE if state.names.mix("login", number) % 9 == 0 else ONLINE,
        "ISFREE": "true" if owner is None else "false",
        "PARENTID": "" if owner is None else str(owner),
        "PARENTTYPE": 21,
        "OPERATIONSYSTEM": "255",
    }


def fc_initiator(state: State, number: int) -> Item:
    return _initiator(state, number, state.names.host_wwn(number), 223)


def iscsi_initiator(state: State, number: int) -> Item:
    return _initiator(state, number, state.names.iqn(f"host{number}"), 222)


def _group(kind: int, label: str, number: int) -> Item:
    name = f"{label}_{number + 1:03d}"
    return {"ID": str(number), "TYPE": kind, "NAME": name, "DESCRIPTION": ""}


def host_group(state: State, number: int) -> Item:
    del state
    return _group(14, "HostGroup", number)


def lun_group(state: State, number: int) -> Item:
    del state
    return _group(256, "LUNGroup", number)


def port_group(state: State, number: int) -> Item:
    del state
    return _group(257, "PortGroup", number)


def view_groups(state: State, number: int) -> dict[str, int | None]:
    """The numbers of a view's groups; every third view goes through any port."""
    ports = None if number % 3 == 2 else pick(range(state.sizes.port_groups), number)
    return {
        "HOSTGROUPID": pick(range(state.sizes.host_groups), number),
        "LUNGROUPID": pick(range(state.sizes.lun_groups), number),
        "PORTGROUPID": ports,
    }


def mapping_view(state: State, number: int) -> Item:
    told = {}
    if state.firmware.views_tell_groups:
        groups = view_groups(state, number).items()
        told = {name: "" if group is None else str(group) for name, group in groups}
    return {
        "ID": str(number),
        "TYPE": 245,
        "NAME": f"MappingView_{number + 1:03d}",
        "DESCRIPTION": "",
        "HEALTHSTATUS": NORMAL,
        "RUNNINGSTATUS": ONLINE,
        **told,
    }
