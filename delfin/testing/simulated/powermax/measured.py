"""What a simulated Unisphere has measured: keys and samples, the same for the same part and time.

It refuses what Unisphere refuses of volumes: more than an hour, or more than 10,000 of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from delfin.testing.simulated.powermax import hardware
from delfin.testing.simulated.powermax.block import group_name, groups_of, pool_name
from delfin.testing.simulated.powermax.identity import Identity, volume_id
from delfin.testing.simulated.powermax.sizes import Sizes

STEP_MS = 300_000
_DAY_MS = 24 * 3_600_000
KEPT_MS = 7 * _DAY_MS
# How busy a part of each category is.
_SCALE = {
    "Array": 400,
    "SRP": 200,
    "StorageGroup": 90,
    "FEDirector": 80,
    "BEDirector": 60,
    "Disk": 5,
    "Volume": 3,
}
# Of volumes, in one request.
_LONGEST_MS, _MOST_VOLUMES, _MOST_GROUPS = 3_600_000, 10_000, 100
_PARTS = ("srpId", "directorId", "portId", "diskId", "storageGroupId")
_RANGES: tuple[tuple[str, float, float], ...] = (
    # By the end of a metric's name: the least value, and how much it varies.
    ("ResponseTime", 0.2, 1.5),
    ("PercentBusy", 5, 70),
    ("AvgIOSize", 8, 56),
    ("AvgReadSize", 8, 56),
    ("AvgWriteSize", 8, 56),
    ("PercentHit", 60, 40),
    ("PercentReadHit", 50, 50),
    ("PercentWriteHit", 90, 10),
    ("MBs", 10, 90),
    ("MBReads", 6, 50),
    ("MBRead", 6, 50),
    ("MBWritten", 4, 40),
)


def latest(now_ms: int) -> int:
    return now_ms // STEP_MS * STEP_MS


class TooMuchError(Exception):
    """What a request asks for is over a limit, which the text says."""


def dates(now_ms: int) -> dict[str, int]:
    """Since when there are samples, and until when."""
    return {"firstAvailableDate": latest(now_ms) - KEPT_MS, "lastAvailableDate": latest(now_ms)}


def keys(
    sizes: Sizes, category: str, asked: Mapping[str, Any], now_ms: int
) -> tuple[str, list[dict[str, Any]]]:
    """The list's name and its keys, each with its dates.

    Raises KeyError for a category that the array lacks.
    """
    name, found = _keys(sizes, category, asked)
    now, before = dates(now_ms), dates(now_ms - _DAY_MS)
    gone = {"storageGroupId": _removed_group(sizes)}
    return name, [{**one, **(before if one == gone else now)} for one in found]


def _keys(
    sizes: Sizes, category: str, asked: Mapping[str, Any]
) -> tuple[str, list[dict[str, str]]]:
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
        "StorageGroup": (
            "storageGroupInfo",
            [{"storageGroupId": group_name(n)} for n in range(sizes.storage_groups)]
            + [{"storageGroupId": _removed_group(sizes)}],
        ),
        "Disk": ("diskInfo", [{"diskId": name} for name in hardware.disks(sizes)]),
    }
    if sizes.effective:
        del found["BEPort"]
    return found[category]


def samples(
    identity: Identity, category: str, asked: Mapping[str, Any], now_ms: int
) -> list[dict[str, Any]]:
    """One sample for each five minutes asked for, as far as they are kept."""
    part = "/".join(str(asked[n]) for n in _PARTS if n in asked)
    return _samples(identity, category, part, asked, now_ms)


def volumes(
    identity: Identity, sizes: Sizes, asked: Mapping[str, Any], now_ms: int
) -> list[dict[str, Any]]:
    """A row for each volume of the range or of the storage groups asked for, with its samples.

    Raises TooMuchError, and KeyError when no volumes are named.
    """
    if int(asked["endDate"]) - int(asked["startDate"]) > _LONGEST_MS:
        raise TooMuchError("The time range can not exceed 1 hour")
    if "volumeStartRange" in asked:
        first, last = (int(asked[f"volume{end}Range"], 16) for end in ("Start", "End"))
        numbers: Iterable[int] = range(max(first, 1) - 1, min(last, sizes.volumes))
    else:
        groups = set(asked["commaSeparatedStorageGroupList"].split(","))
        if len(groups) > _MOST_GROUPS:
            raise TooMuchError(f"At most {_MOST_GROUPS} storage groups can be specified")
        numbers = [n for n in range(sizes.volumes) if groups & set(groups_of(sizes, n))]
    chosen = list(numbers)
    if len(chosen) > _MOST_VOLUMES:
        raise TooMuchError(f"At most {_MOST_VOLUMES} volumes can be specified")
    return [
        {
            "volumeResult": _samples(identity, "Volume", volume_id(n), asked, now_ms),
            "volumeId": volume_id(n),
            "storageGroups": ",".join(groups_of(sizes, n)),
        }
        for n in chosen
    ]


def _removed_group(sizes: Sizes) -> str:
    """Removed a day ago; what was measured of it is still there, and so is its key."""
    return group_name(sizes.storage_groups)


def _samples(
    identity: Identity, category: str, part: str, asked: Mapping[str, Any], now_ms: int
) -> list[dict[str, Any]]:
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
