"""The example package, installed as a customer would install it, and the array that it is for."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

EXAMPLE = Path(__file__).parents[3] / "examples" / "acme-delfin-driver"


def install(folder: Path) -> Path:
    """A folder to put on PYTHONPATH, with the package and its entry points."""
    source, target = folder / "source", folder / "site"
    shutil.copytree(EXAMPLE, source)
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"),
            *("--disable-pip-version-check", "--target", target, source),
        ],
        check=True,
        timeout=240,
    )
    return target


def simulator() -> Any:
    """The class of the array that the package's own tests bring."""
    path = EXAMPLE / "tests" / "aurora_simulator.py"
    spec = importlib.util.spec_from_file_location("aurora_simulator", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Aurora
