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
        round(value * (1024 if indicator in SIZES else 1))
        for at in range(start, start + LENGTH, STEP)
        for kind, found in things.items()
        for one in found
        for indicator, value in zip(
            indicators,
            samples.sample(array.state, kind, one["ID"], indicators, at)["indicator_values"],
            strict=True,
        )
    ]
    head = struct.pack("<32si256s41si", b"", 1, array.state.names.serial.encode(), b"OceanStor", 4)
    return b"".join(
        (head, struct.pack("<ii", 0, len(text) + 8), text, struct.pack(f"<{len(values)}i", *values))
    )


def _indicators(array: Array) -> list[int]:
    return [*(22, 25, 28, 21, 23, 26, 24, 27, 93, 95, 68), array.state.firmware.latency[0]]


def _of_controller(array: Array, kind: int, controller: int) -> Iterator[Item]:
    """Every thing is measured by one controller, and a controller by itself."""
    count = max(array.state.sizes.controllers, 1)
    for number, one in enumerate(array.of_kind(kind)):
        if number % count == controller:
            yield one
