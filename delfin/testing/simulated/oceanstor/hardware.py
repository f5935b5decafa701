"""Controllers, ports and disks of a simulated OceanStor."""

from __future__ import annotations

from delfin.testing.simulated.oceanstor.parts import (
    LINK_DOWN,
    LINK_UP,
    NORMAL,
    OFFLINE,
    ONLINE,
    Item,
    State,
    pick,
)

_DISK_SECTORS = 7_680_000_000_000 // 520


def controller_id(number: int) -> str:
    return f"{number // 2}{'AB'[number % 2]}"


def controller(state: State, number: int) -> Item:
    return {
        "ID": controller_id(number),
        "TYPE": 207,
        "NAME": "AB"[number % 2],
        "LOCATION": f"CTE{number // 2}.{'AB'[number % 2]}",
        "HEALTHSTATUS": NORMAL,
        "RUNNINGSTATUS": ONLINE,
        "CPUINFO": "Kunpeng920 48 Cores 2.6GHz",
        "CPUUSAGE": str(10 + state.names.mix("cpu", number) % 60),
        "MEMORYSIZE": "524288",
        "SOFTVER": state.firmware.point or state.firmware.product,
        "ISMASTER": "true" if number == 0 else "false",
    }


def _port(state: State, kind: str, kind_number: int, number: int) -> Item:
    up = state.names.mix(kind, number) % 6 != 0
    owner = pick(range(state.sizes.controllers), number) or 0
    return {
        # Ids of ports of all kinds are drawn from one set of numbers.
        "ID": str(kind_number * 65536 + number),
        "TYPE": kind_number,
        "NAME": f"P{number % 4}",
        "LOCATION": f"CTE{owner // 2}.{'AB'[owner % 2]}.IOM{number // 4}.P{number % 4}",
        "HEALTHSTATUS": NORMAL,
        "RUNNINGSTATUS": LINK_UP if up else LINK_DOWN,
        "PARENTID": f"{controller_id(owner)}.{number // 4}",
        "PARENTTYPE": 209,
    }


def fc_port(state: State, number: int) -> Item:
    made = _port(state, "fc", 212, number)
    up = made["RUNNINGSTATUS"] == LINK_UP
    return {
        **made,
        "LOGICTYPE": "0",
        "WWN": state.names.port_wwn(number),
        "RUNSPEED": "32000" if up else "-1",
        "MAXSPEED": "32000",
        "MAXSUPPORTSPEED": "32000",
    }


def eth_port(state: State, number: int) -> Item:
    made = _port(state, "eth", 213, number)
    up = made["RUNNINGSTATUS"] == LINK_UP
    return {
        **made,
        "LOGICTYPE": "2" if number % 3 == 2 else "0",
        "MACADDRESS": state.names.mac(number),
        "SPEED": "25000" if up else "-1",
        "maxSpeed": "25000",
        "IPV4ADDR": state.names.ipv4(20, number),
        "IPV4MASK": "255.255.0.0",
        "IPV6ADDR": "",
        "IPV6MASK": "0",
        "MTU": "1500",
    }


def sas_port(state: State, number: int) -> Item:
    made = _port(state, "sas", 214, number)
    up = made["RUNNINGSTATUS"] == LINK_UP
    return {
        **made,
        "LOGICTYPE": "1",
        "WWN": state.names.port_wwn(1000 + number),
        "RUNSPEED": "12000" if up else "-1",
        "MAXSPEED": "12000",
    }


def bond_port(state: State, number: int) -> Item:
    made = _port(state, "bond", 235, number)
    return {
        **{name: made[name] for name in ("ID", "TYPE", "HEALTHSTATUS", "RUNNINGSTATUS")},
        "NAME": f"bond{number}",
        "MTU": "9000",
        "PORTIDLIST": "[]",
    }


def logical_port(state: State, number: int) -> Item:
    return {
        "ID": str(279 * 65536 + number),
        "TYPE": 279,
        "NAME": f"lif{number + 1:02d}",
        "ROLE": "1" if number == 0 else "2",
        "RUNNINGSTATUS": LINK_UP,
        "HOMEPORTID": eth_port(state, 0)["ID"] if state.sizes.eth_ports else "",
        "IPV4ADDR": state.names.ipv4(21, number),
        "IPV4MASK": "255.255.0.0",
        "IPV6ADDR": "",
        "IPV6MASK": "",
    }


def disk(state: State, number: int) -> Item:
    spare = number % 24 == 23
    failing = state.names.mix("disk", number) % 97 == 0
    return {
        "ID": str(134234112 + number),
        "TYPE": 10,
        "LOCATION": f"DAE{number // 24:03d}.{number % 24}",
        "HEALTHSTATUS": "3" if failing else NORMAL,
        "RUNNINGSTATUS": OFFLINE if number % 499 == 498 else ONLINE,
        "DISKTYPE": "14" if number % 2 == 0 else "3",
        "LOGICTYPE": "3" if spare else "2",
        "MANUFACTURER": "HUAWEI",
        "MODEL": "HSSD-D7294DL7T6E",
        "FIRMWAREVER": "1060",
        "SERIALNUMBER": state.names.disk_serial(number),
        "SPEEDRPM": "0",
        "SECTORS": str(_DISK_SECTORS),
        "SECTORSIZE": "520",
        "HEALTHMARK": "255" if number % 3 == 0 else str(100 - state.names.mix("life", number) % 9),
        "POOLID": "" if spare else str(pick(range(state.sizes.pools), number)),
    }
