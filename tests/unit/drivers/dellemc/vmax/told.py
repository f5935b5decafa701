"""What a Unisphere tells in these stories: traps of its event daemon, and rows of its alerts."""

from __future__ import annotations

from typing import Any

from delfin.drivers.dellemc.vmax.alerts import LISTED
from delfin.drivers.kit.alerts import TRAP_OID
from delfin.testing.simulated.powermax.simulator import ARRAY

FC = "1.3.6.1.3.94.1"
UNIT = ".16.0.80.9.114.0.0.0.0.0.0.0.0.0.0.0.7"
_OIDS = {
    "name": "6.1.20",
    "time": "11.1.4",
    "severity": "11.1.6",
    "sort": "11.1.7",
    "text": "11.1.9",
}


def trap(**variables: str) -> dict[str, str]:
    """An eccUnitEventTrap; the variables by name."""
    told = {f"{FC}.{_OIDS[name]}{UNIT}": value for name, value in variables.items()}
    return {TRAP_OID: "1.3.6.1.4.1.1139.3.0.4", "transport_address": "192.0.2.7", **told}


def alert(**told: str) -> dict[str, Any]:
    """A listed alert of the array, as its row."""
    event = {"type": "ARRAY", "alertId": "1", "created_date_milliseconds": 1, "array": ARRAY}
    return LISTED.listed([{**event, **told}])[0]
