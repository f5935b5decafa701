"""The project's own files, for the checks that read them."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SKIPPED_FOLDERS = {
    ".git",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    ".tox",
    ".venv",
    "__pycache__",
    "build",
    "dist",
    "var",
}


def files() -> list[str]:
    """Every file of the project that git would keep, relative to its root; the tree without git."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
    )
    names = listed.stdout.split("\0") if listed.returncode == 0 else _walked()
    return sorted(name for name in names if name and (ROOT / name).is_file())


def _walked() -> Iterator[str]:
    for path in ROOT.rglob("*"):
        name = path.relative_to(ROOT)
        if not SKIPPED_FOLDERS.intersection(name.parts) and ".egg-info" not in str(name):
            yield str(name)


def text_of(name: str) -> str:
    """The file's text; what is not UTF-8 (pictures, recordings) reads as empty."""
    try:
        return (ROOT / name).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def python_sources(*folders: str) -> dict[str, str]:
    """Path to source text of every Python file below the folders."""
    return {
        name: text_of(name)
        for name in files()
        if name.endswith(".py") and name.startswith(tuple(f"{folder}/" for folder in folders))
    }
