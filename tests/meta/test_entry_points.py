"""What setup.cfg registers is what the tree holds, and all of it loads."""

from __future__ import annotations

import configparser
import subprocess
import sys
from collections.abc import Iterable, Mapping
from importlib.metadata import EntryPoint, entry_points

import pytest

from delfin.drivers.driver import StorageDriver
from tests.meta.project import ROOT, files

DRIVERS = "delfin.storage.drivers"


def declared() -> dict[str, dict[str, str]]:
    """Group to name to `module:attribute`, as setup.cfg says."""
    parser = configparser.ConfigParser(delimiters=("=",), interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read(ROOT / "setup.cfg")
    return {
        group: dict(
            (part.strip() for part in line.split("=", 1))  # type: ignore[misc]
            for line in lines.strip().splitlines()
        )
        for group, lines in parser["options.entry_points"].items()
    }


def driver_modules(paths: Iterable[str]) -> set[str]:
    """Every `driver.py` of a vendor folder, as a dotted module name."""
    return {
        path.removesuffix(".py").replace("/", ".")
        for path in paths
        if path.startswith("delfin/drivers/")
        and path.endswith("/driver.py")
        and path != "delfin/drivers/driver.py"
    }


def findings(registered: Mapping[str, str], modules: set[str]) -> list[str]:
    """Driver folders without an entry point, and entry points without a folder."""
    named = {target.partition(":")[0] for target in registered.values()}
    found = [f"{module} has no entry point in setup.cfg: {DRIVERS}" for module in modules - named]
    found += [f"setup.cfg: {DRIVERS}: {module} has no driver.py" for module in named - modules]
    found += [
        f"setup.cfg: {DRIVERS}: {name!r} must be `<vendor> <model>`"
        for name in registered
        if len(name.split(" ")) != 2
    ]
    return sorted(found)


GROUPS = declared()
PLUG_INS = [
    (group, name, target)
    for group in GROUPS
    if group != "console_scripts"
    for name, target in GROUPS[group].items()
]


def test_each_driver_folder_has_its_entry_point() -> None:
    found = findings(GROUPS[DRIVERS], driver_modules(files()))
    assert not found, "\n".join(found)


@pytest.mark.parametrize(("group", "name", "target"), PLUG_INS, ids=str)
def test_entry_point_loads(group: str, name: str, target: str) -> None:
    loaded = EntryPoint(name, target, group).load()
    assert callable(loaded), f"{group}: {name}: {target} cannot be called"
    if group == DRIVERS:
        assert issubclass(loaded, StorageDriver), f"{target} does not derive from StorageDriver"


@pytest.mark.parametrize("target", sorted(GROUPS["console_scripts"].values()))
def test_console_script_loads(target: str) -> None:
    # In a process of its own: it chooses the concurrency back end, which can be done once only.
    module, _, function = target.partition(":")
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", f"from {module} import {function}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("group", sorted(GROUPS))
def test_the_installed_package_registers_the_same(group: str) -> None:
    installed = {point.name: point.value for point in entry_points(group=group)}
    stale = {
        name: target for name, target in GROUPS[group].items() if installed.get(name) != target
    }
    assert not stale, f"{group}: not installed as declared: {stale}; run `make setup` again"
