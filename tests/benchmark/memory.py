"""How much memory a sync of N volumes takes at its peak.

    python -m tests.benchmark.memory [--engine sqlite] [--volumes 100000] [--write PAGE]

Each figure is of a process of its own: the highest resident set (VmHWM of /proc/self/status) while
the work runs, less the resident set just before it, after a sync of ten volumes has loaded
everything. The array answers from memory, so the list that the driver hands over is counted too.
"""

from __future__ import annotations

import gc
import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TypeVar

from delfin.drivers import intake
from delfin.inventory.block import VOLUMES
from tests.benchmark import page, rig
from tests.conftest import make_conf
from tests.unit.conftest import Bench
from tests.unit.scripted import Script, ScriptedDriver

T = TypeVar("T")

_HEAD = ("engine", "first sync, MiB", "unchanged, MiB", "10 % changed, MiB")


def measure(engine: str, volumes: int) -> list[float]:
    """Growth in MiB of a first sync, one without a change, and one with every tenth changed."""
    with rig.new_bench(engine) as bench:
        storage_id = bench.register(rig.array())
        at = (bench.conf.state_path, bench.database.url, storage_id, volumes)
        return [in_new_process(_grown_by_sync, *at, written) for written in (0, 0, 1)]


def in_new_process(function: Callable[..., T], *given: object) -> T:
    """What the function returns in a process that has done nothing before."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(function, *given).result()


def _grown_by_sync(state_path: str, url: str, storage_id: str, volumes: int, written: int) -> float:
    script = rig.array()
    with rig.bench(make_conf(Path(state_path), url)) as bench:
        # The parent has registered the first array, here only its script is wanted.
        ScriptedDriver.scripts[1] = script
        _load_everything(bench)
        script.listings[VOLUMES.lister] = lambda: rig.volumes(volumes, written=written)
        return grown(lambda: _sync(bench, storage_id, volumes))


def _load_everything(bench: Bench) -> None:
    small = Script("small")
    small.listings[VOLUMES.lister] = rig.volumes(10)
    storage_id = bench.register(small)
    _sync(bench, storage_id, 10)
    _sync(bench, storage_id, 10)
    bench.remove(storage_id)


def _sync(bench: Bench, storage_id: str, volumes: int) -> None:
    finished = bench.sync(storage_id)
    if finished.result["rows"] != {VOLUMES.key: volumes}:
        raise RuntimeError(f"the sync did not work: {finished}")


def _grown_by_report(volumes: int) -> float:
    return grown(lambda: rig.volumes(volumes))


def _grown_by_intake(volumes: int) -> float:
    report = rig.volumes(volumes)
    return grown(lambda: intake.tidy(VOLUMES, report))


def grown(work: Callable[[], object]) -> float:
    """MiB that the resident set grows by, at its highest, while the work runs."""
    gc.collect()
    # Makes the highest value so far the present one.
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before = _status("VmRSS")
    kept = work()
    peak = _status("VmHWM")
    del kept
    return peak - before


def _status(name: str) -> float:
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"/proc/self/status does not tell {name}")


def main() -> None:
    parser = page.arguments(__doc__)
    parser.add_argument("--volumes", type=int, default=100_000)
    options = parser.parse_args()
    rows = []
    for engine in options.engine or rig.ENGINES:
        grown = measure(engine, options.volumes)
        rows.append((rig.ENGINES[engine], *(f"{figure:.0f}" for figure in grown)))
        page.progress(" ".join(rows[-1]))
    report = in_new_process(_grown_by_report, options.volumes)
    tidied = in_new_process(_grown_by_intake, options.volumes)
    told = (
        f"{options.volumes:,} volumes. Of this the driver's list takes {report:.0f} MiB and the "
        f"tidied rows {tidied:.0f} MiB."
    )
    page.show("memory", f"{page.table(_HEAD, rows)}\n\n{told}", options.write)


if __name__ == "__main__":
    main()
