"""Delfin processes and simulated arrays for the stories in this folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from delfin.testing.simulated.fake_storage import FakeStorage
from tests.service.standalone.process import Delfin
from tests.service.standalone.rest import PASSWORD

Start = Callable[..., Delfin]


@pytest.fixture
def array() -> Iterator[FakeStorage]:
    with FakeStorage(password=PASSWORD) as started:
        yield started


@pytest.fixture
def start(array: FakeStorage, tmp_path: Path) -> Iterator[Start]:
    """Starts a delfin for this story alone; keywords are environment variables."""
    started: list[Delfin] = []

    def launch(**settings: str) -> Delfin:
        folder = tmp_path / f"delfin-{len(started)}"
        folder.mkdir()
        started.append(Delfin(folder, **settings))
        started[-1].start()
        return started[-1]

    yield launch
    for delfin in started:
        delfin.close()


@pytest.fixture(scope="session")
def long_lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Delfin]:
    delfin = Delfin(tmp_path_factory.mktemp("standalone"))
    try:
        delfin.start()
        yield delfin
    finally:
        delfin.close()


@pytest.fixture
def delfin(long_lived: Delfin, array: FakeStorage) -> Iterator[Delfin]:
    """A delfin without storages, for stories that neither stop nor configure it."""
    yield long_lived
    array.faults.clear()
    rest = long_lived.rest
    for storage in rest.get("/v1/storages").json["storages"]:
        rest.delete(f"/v1/storages/{storage['id']}")
    rest.settled()
