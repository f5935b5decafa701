"""The performance files of a simulated OceanStor's controllers; the form is that of perf_file.py."""

from __future__ import annotations

import datetime as dt
import io
import json
import struct
import tarfile
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from delfin.testing.simulated.oceanstor import samples
from delfin.testing.simulated.oceanstor.data import Array
from delfin.testing.simulated.oceanstor.parts import Item
from delfin.testing.simulated.sftp import File

FOLDER = "/OSM/coffer_data/perf/perf_files/"
# Seconds between two moments, of one file, and for which files are kept.
STEP, LENGTH, KEPT = 60, 900, 86_400
KINDS = (216, 11, 207, 212, 213, 10)
# Sizes in bytes here, as KenGuru66/monitoring_VM_Grafana saw them.
SIZES = (24, 27)
# Percentages that are never beyond 100.
HITS = (93, 95)
# What two controllers serve together, and what a mean of each of them is a mean of.
SHARED = (216, 11)
MEANS = {24: 25, 93: 25, 27: 28, 95: 28, 78: 22, 370: 22}


def files(
    array: Callable[[], Array], controller: int, clock_ms: Callable[[], int]
) -> Mapping[str, File]:
    """What lies in a controller's folder now, by path: of all times that are over."""
    now = clock_ms() // 1000
    last = now // LENGTH * LENGTH
    return {
        _path(array(), controller, start): File(
            start + LENGTH, partial(_packed, array, controller, start)
        )
        for start in range(last - KEPT, last, LENGTH)
    }


def _path(array: Array, controller: int, start: int) -> str:
    written = dt.datetime.fromtimestamp(start, dt.UTC).strftime("%Y%m%d%H%M%S")
    serial = array.state.names.serial
    return f"{FOLDER}PerfData_OceanStor_SN_{serial}_SP{controller}_0_{written}.tgz"


def _packed(array: Callable[[], Array], controller: int, start: int) -> bytes:
    content = _content(array(), controller, start)
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz", compresslevel=1) as archive:
        member = tarfile.TarInfo("PerfData.dat")
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def _content(array: Array, controller: int, start: int) -> bytes:
    indicators = _indicators(array)
    things = {kind: list(_of_controller(array, kind, controller)) for kind in KINDS}
    told = {
        "CtrlID": str(controller),
        "Archive": str(STEP),
        "StartTime": f"{start} ",
        "EndTime": f"{start + LENGTH} ",
        "Map": {
            str(kind): {
                "IDs": [one["ID"] for one in found],
                "Names": [one.get("NAME") or one.get("LOCATION", "") for one in found],
                "DataTypes": indicators,
            }
            for kind, found in things.items()
            if found
        },
    }
    text = json.dumps(told).encode()
    values = [
        value
        for at in range(start, start + LENGTH, STEP)
        for kind, found in things.items()
        for one in found
        for value in _values(array, kind, one["ID"], controller, at)
    ]
    head = struct.pack("<32si256s41si", b"", 1, array.state.names.serial.encode(), b"OceanStor", 4)
    return b"".join(
        (head, struct.pack("<ii", 0, len(text) + 8), text, struct.pack(f"<{len(values)}i", *values))
    )


def _indicators(array: Array) -> list[int]:
    return [*(22, 25, 28, 21, 23, 26, 24, 27, 93, 95, 68), array.state.firmware.latency[0]]


def _of_controller(array: Array, kind: int, controller: int) -> Iterator[Item]:
    """A controller is measured by itself, what is shared by the first two, all else by one."""
    count = max(array.state.sizes.controllers, 1)
    for number, one in enumerate(array.of_kind(kind)):
        if controller < 2 if kind in SHARED else number % count == controller:
            yield one


def _values(array: Array, kind: int, identity: str, controller: int, at: int) -> Iterator[int]:
    """In the order of the indicators; of two thirds of the requests, or of one, if shared."""
    indicators = _indicators(array)
    told = samples.sample(array.state, kind, identity, indicators, at)["indicator_values"]
    whole = dict(zip(indicators, told, strict=True))
    is_shared = kind in SHARED and array.state.sizes.controllers > 1
    for indicator, value in whole.items():
        part = value
        if is_shared and indicator in MEANS:
            room = min(value / 10, 100 - value) if indicator in HITS else value / 10
            part += _apart(room, whole[MEANS[indicator]], controller)
        elif is_shared:
            part = _share(value, controller)
        yield round(part * (1024 if indicator in SIZES else 1))


def _share(value: float, controller: int) -> int:
    third = round(value) // 3
    return third if controller else round(value) - third


def _apart(room: float, served: float, controller: int) -> float:
    """How far a controller's mean is from that of both, by what each has served."""
    first, second = _share(served, 0), _share(served, 1)
    if not second:
        return 0
    return -room if controller else room * second / first
