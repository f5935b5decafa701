"""systemd understands the units, and they leave a service little that it could do to its host."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import make_conf
from tests.service.installer.tree import INSTALLER, UNITS, Tree

pytestmark = pytest.mark.service

OPTIONS = make_conf(Path("/nowhere"), "sqlite://")

# Ten times what systemd calls the exposure of a service: 100 is a service without any limit.
EXPOSURE = 16
# A right that others have not, and no user namespace of its own.
EXPOSURE_WITH_LOW_PORT = 20
# Seconds that a daemon takes to stop, at most.
GRACEFUL = 10


@pytest.fixture
def folder(first: Tree, tmp_path: Path) -> Path:
    """The units of all services, for programs that are there."""
    copy = tmp_path / "units"
    shutil.copytree(INSTALLER / "systemd", copy)
    for unit in UNITS:
        text = (copy / unit).read_text().replace("@PREFIX@", str(first.program))
        (copy / unit).write_text(text)
    return copy


def analyze(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["systemd-analyze", "--no-pager", *words],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def complaints(unit: Path) -> str:
    done = analyze("verify", "--man=no", unit)
    return done.stdout + done.stderr


def too_exposed(unit: Path) -> bool:
    limit = EXPOSURE_WITH_LOW_PORT if "alert" in unit.name else EXPOSURE
    done = analyze("security", "--offline=true", f"--threshold={limit}", unit)
    assert "Overall exposure level" in done.stdout, done
    return done.returncode != 0


def settings(unit: Path) -> Iterator[tuple[str, str]]:
    for line in unit.read_text().splitlines():
        if line and line[0].isalpha():
            name, _, value = line.partition("=")
            yield name, value


@pytest.mark.parametrize("unit", UNITS)
def test_systemd_has_nothing_to_complain_about(unit: str, folder: Path) -> None:
    assert not complaints(folder / unit)


def test_systemd_does_complain_about_a_unit_that_is_wrong(folder: Path) -> None:
    unit = folder / UNITS[0]
    unit.write_text(unit.read_text().replace("ExecStart=", "ExecStart=/missing") + "Restrat=no\n")
    found = complaints(unit)
    assert "is not executable" in found
    assert "Restrat" in found


@pytest.mark.parametrize("unit", UNITS)
def test_a_service_is_hardly_exposed(unit: str, folder: Path) -> None:
    assert not too_exposed(folder / unit)


def test_without_the_hardening_the_same_service_is_too_exposed(folder: Path) -> None:
    shutil.rmtree(folder / "delfin-.service.d")
    assert too_exposed(folder / UNITS[0])


@pytest.mark.parametrize("unit", UNITS)
def test_a_service_is_not_killed_while_it_stops_in_good_order(unit: str, folder: Path) -> None:
    found = dict(settings(folder / unit))
    assert GRACEFUL < int(found["TimeoutStopSec"]) <= 2 * GRACEFUL
    assert found["KillMode"] == "mixed", "workers are stopped by the process that started them"


@pytest.mark.parametrize("unit", UNITS)
def test_a_service_that_says_nothing_any_more_is_noticed(unit: str, folder: Path) -> None:
    found = dict(settings(folder / unit))
    assert int(found["WatchdogSec"]) > OPTIONS.watchdog.stuck_time
    assert (found["Type"], found["Restart"]) == ("notify", "on-failure")


@pytest.mark.parametrize("unit", UNITS)
def test_the_program_of_a_unit_is_installed(unit: str, folder: Path) -> None:
    assert Path(dict(settings(folder / unit))["ExecStart"].split()[0]).is_file()
