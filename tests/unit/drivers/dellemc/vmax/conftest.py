"""Simulated Unispheres on real sockets, and drivers connected to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest

from delfin import cryptor
from delfin.drivers.dellemc.vmax.client import AT_ONCE
from delfin.drivers.dellemc.vmax.driver import VmaxDriver
from delfin.testing.simulated.array import SimulatedArray
from delfin.testing.simulated.powermax import PowerMax
from delfin.testing.simulated.server import Answer, Request

USER, PASSWORD = "admin", "Fake-Array-1"
STORAGE_ID = "3f3f6b1e-0000-4000-8000-000000000000"

Simulate = Callable[..., PowerMax]
Connect = Callable[..., VmaxDriver]
OnlyTogether = Callable[[PowerMax, str], None]


def access_to(array: SimulatedArray, **more: Any) -> dict[str, Any]:
    """What delfin hands to a driver."""
    return {
        "storage_id": STORAGE_ID,
        "vendor": "dellemc",
        "model": "pmax",
        "rest": {
            "host": array.host,
            "port": array.port,
            "username": USER,
            "password": cryptor.encode(PASSWORD),
        },
        "verify": str(array.certificate_path),
        **more,
    }


@pytest.fixture
def simulate() -> Iterator[Simulate]:
    """Starts Unispheres and ends them after the story."""
    with ExitStack() as running:
        yield lambda **how: running.enter_context(PowerMax(**how))


@pytest.fixture
def connect(simulate: Simulate) -> Iterator[Connect]:
    """Makes drivers, with more access info as keywords, and closes them after the story."""
    made: list[VmaxDriver] = []

    def make(array: SimulatedArray, **more: Any) -> VmaxDriver:
        made.append(VmaxDriver(**access_to(array, **more)))
        return made[-1]

    yield make
    for driver in made:
        driver.close_connection()


@pytest.fixture
def unisphere(simulate: Simulate) -> PowerMax:
    return simulate()


@pytest.fixture
def driver(connect: Connect, unisphere: PowerMax) -> VmaxDriver:
    return connect(unisphere)


@pytest.fixture
def only_together(monkeypatch: pytest.MonkeyPatch) -> OnlyTogether:
    """Makes requests below a path fail unless AT_ONCE of them come at the same time at first."""

    def held(array: PowerMax, path: str) -> None:
        meeting, turns, answer = Barrier(AT_ONCE), count(), array.answer

        def met(request: Request) -> Answer:
            if path in request.path and next(turns) < AT_ONCE:
                try:
                    meeting.wait(10)
                except BrokenBarrierError:
                    return Answer(500, {"message": "asked alone"})
            return answer(request)

        monkeypatch.setattr(array, "answer", met)

    return held
