"""What is installed from a wheel is what stands in the tree: nothing works only from a checkout."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tests.meta.project import ROOT, files

# The wheel takes long to build.
pytestmark = pytest.mark.xdist_group("wheel")


def missing(tree: Iterable[str], packed: Iterable[str]) -> list[str]:
    """Files of the package that the wheel lacks."""
    held = set(packed)
    return sorted(name for name in tree if name.startswith("delfin/") and name not in held)


@pytest.fixture(scope="module")
def tree() -> list[str]:
    return files()


@pytest.fixture(scope="module")
def wheel(tree: list[str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[zipfile.ZipFile]:
    """Built from a copy: the build writes beside its sources."""
    source = tmp_path_factory.mktemp("source")
    for name in tree:
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, source / name)
    output = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
    built = subprocess.run(
        [*command, "--wheel-dir", output, source],
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    with zipfile.ZipFile(next(Path(output).glob("delfin-*.whl"))) as archive:
        yield archive


def test_the_wheel_holds_every_file_of_the_package(tree: list[str], wheel: zipfile.ZipFile) -> None:
    lost = missing(tree, wheel.namelist())
    assert not lost, f"not in the wheel; see [options.package_data] in setup.cfg: {lost}"


def test_the_wheel_holds_licence_and_entry_points(wheel: zipfile.ZipFile) -> None:
    names = wheel.namelist()
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)
    points = next(name for name in names if name.endswith(".dist-info/entry_points.txt"))
    assert "delfin-standalone = delfin.cmd.standalone:main" in wheel.read(points).decode()


def test_nothing_but_the_package_is_installed(wheel: zipfile.ZipFile) -> None:
    tops = {name.partition("/")[0] for name in wheel.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"delfin"}
