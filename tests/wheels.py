"""Sources that a published wheel ships, read at test time: none of them is copied into the project."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

# Where pytest keeps what it remembers between runs.
CACHE = Path(__file__).parents[1] / ".pytest_cache" / "wheels"
LONGEST = 240.0


def source_of(requirement: str, path: str) -> str:
    """The text of one file of a wheel, which is downloaded once and never installed.

    Args:
        requirement: With its version, as in 'cinder==29.0.0'.
        path: Within the wheel.

    Raises:
        AssertionError: The package registry did not give the wheel.
        KeyError: The wheel has no such file.
    """
    with zipfile.ZipFile(_wheel(requirement)) as wheel:
        return wheel.read(path).decode("utf-8")


def _wheel(requirement: str) -> Path:
    name, _, version = requirement.partition("==")
    kept = CACHE / f"{name}-{version}.whl"
    if kept.exists():
        return kept
    CACHE.mkdir(parents=True, exist_ok=True)
    # Beside its place, so that tests in other processes see a whole file or none.
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:"]
        done = subprocess.run(
            [*command, "--quiet", "--dest", folder, requirement],
            capture_output=True,
            text=True,
            check=False,
            timeout=LONGEST,
        )
        assert done.returncode == 0, f"pip download {requirement}: {done.stderr}"
        (found,) = Path(folder).glob("*.whl")
        os.replace(found, kept)  # noqa: PTH105 - says that what is there is replaced
    return kept
