"""What a simulated Unisphere has measured: keys and samples, the same for the same part and time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from delfin.testing.simulated.powermax import hardware
from delfin.testing.simulated.powermax.block import pool_name
from delfin.testing.simulated.powermax.identity import Identity
from delfin.testing.simulated.powermax.sizes import Sizes

STEP_MS = 300_000
KEPT_MS = 7 * 24 * 3_600_000
# How busy a part of each category is.
_SCALE = {"Array": 400, "SRP": 200, "FEDirector": 80, "BEDirector": 60, "Disk": 5}
_RANGES: tuple[tuple[str, float, float], ...] = (
    # By the end of a metric's name: the least value, and how much it varies.
    ("ResponseTime", 0.2, 1.5),
    ("PercentBusy", 5, 70),
    ("AvgIOSize", 8, 56),
    ("MBs", 10, 90),
    ("MBReads", 6, 50),
    ("MBRead", 6, 50),
    ("MBWritten", 4, 40),
)


def latest(now_ms: int) -> int:
    return now_ms // STEP_MS * STEP_MS


def keys(sizes: Sizes, category: str, asked: Mapping[str, Any]) -> tuple[str, list[dict[str, str]]]:
    """The list's name and its keys; raises KeyError for a category that the array lacks."""
    front = [name for name in hardware.directors(sizes) if hardware.is_front_end(name)]
    back = [name for name in hardware.directors(sizes) if name.startswith("DF")]
    within = str(asked.get("directorId", ""))
    ports = [{"portId": key["portId"]} for key in hardware.port_keys(sizes, within)]
    found = {
        "SRP": ("srpInfo", [{"srpId": pool_name(n)} for n in range(sizes.pools)]),
        "FEDirector": ("feDirectorInfo", [{"directorId": name} for name in front]),
        "BEDirector": ("beDirectorInfo", [{"directorId": name} for name in back]),
        "FEPort": ("fePortInfo", ports if within in front else []),
        "BEPort": ("bePortInfo", ports if within in back else []),
        "Disk": ("diskInfo", [{"diskId": name} for name in hardware.disks(sizes)]),
    }
    if sizes.effective:
        del found["BEPort"]
    return found[category]


def samples(
    identity: Identity, category: str, asked: Mapping[str, Any], now_ms: int
) -> list[dict[str, Any]]:
    """One sample for each five minutes asked for, as far as they are kept."""
    part = "/".join(str(asked.get(n, "")) for n in ("srpId", "directorId", "portId", "diskId"))
    first = max(int(asked["startDate"]), now_ms - KEPT_MS)
    begin = -(-first // STEP_MS) * STEP_MS
    times = range(begin, min(int(asked["endDate"]), latest(now_ms)) + 1, STEP_MS)
    return [_sample(identity, category, part, list(asked["metrics"]), time) for time in times]


def _sample(
    identity: Identity, category: str, part: str, metrics: list[str], time_ms: int
) -> dict[str, Any]:
    dice = identity.mix(f"{category}/{part}", time_ms // STEP_MS)
    told: dict[str, Any] = {name: _value(name, category, dice) for name in metrics}
    # The whole is what its parts make.
    for whole, *made in (
        ("HostIOs", "HostReads", "HostWrites"),
        ("IOs", "Reads", "Writes"),
        ("IOs", "DiskReads", "DiskWrites"),
        ("HostMBs", "HostMBReads", "HostMBWritten"),
        ("MBs", "MBRead", "MBWritten"),
        ("MBs", "MBReads", "MBWritten"),
    ):
        if whole in told and all(name in told for name in made):
            told[whole] = round(sum(told[name] for name in made), 4)
    return {**told, "timestamp": time_ms}


def _value(name: str, category: str, dice: int) -> float:
    turn = (dice >> (len(name) % 8)) % 1000 / 1000
    for end, least, range_ in _RANGES:
        if name.endswith(end):
            return round(least + range_ * turn, 4)
    return round(_SCALE.get(category, 20) * (0.5 + turn), 4)
