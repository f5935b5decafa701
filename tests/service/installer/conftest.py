"""One full installation for all stories; each that changes it has a copy."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.service.installer.tree import ROOT, Tree

# What the installer needs of the project; a copy, so that nobody changes it meanwhile.
SOURCES = ("delfin", "etc", "installer")


@pytest.fixture(scope="session")
def first(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tree]:
    """Only to be read."""
    folder = tmp_path_factory.mktemp("machine")
    source = folder / "source"
    for name in SOURCES:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, source / name, ignore=ignored)
    for file in (path for path in ROOT.iterdir() if path.is_file()):
        shutil.copy(file, source)
    tree = Tree(folder / "root", source)
    tree.installed("--standalone")
    yield tree
    shutil.rmtree(folder)


@pytest.fixture
def tree(first: Tree, tmp_path: Path) -> Iterator[Tree]:
    """A copy; it shares the program's files, which pip replaces and never writes into."""
    copy = Tree(tmp_path / "root", first.source)
    shutil.copytree(
        first.program, copy.program, symlinks=True, copy_function=os.link, dirs_exist_ok=True
    )
    for name in ("etc", "var"):
        shutil.copytree(first.root / name, copy.root / name)
    yield copy
    shutil.rmtree(copy.root, ignore_errors=True)


@pytest.fixture
def port() -> Iterator[int]:
    """A port of this machine at which somebody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield int(listening.getsockname()[1])
