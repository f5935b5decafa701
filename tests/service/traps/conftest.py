"""Receivers for the stories about traps."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from delfin.db.session import Database
from tests.conftest import make_conf
from tests.service.traps.rig import Rig, receiver


@pytest.fixture
def rig(sqlite_database: Database, tmp_path: Path) -> Iterator[Rig]:
    """A running receiver on SQLite, for stories in which the engine does not matter."""
    conf = make_conf(tmp_path, sqlite_database.url)
    with receiver(conf, sqlite_database) as made:
        yield made


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.service)
