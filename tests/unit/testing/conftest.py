"""An accepted recording of the toy array, and entry points for the drivers that are broken here."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

import pytest

from delfin.drivers.manager import NAMESPACE
from delfin.testing import suite
from delfin.testing.conformance import contract
from delfin.testing.conformance.subject import Subject
from tests.unit.testing import bravo
from tests.unit.testing.bravo import Bravo


@pytest.fixture(autouse=True)
def every_class_has_an_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    def points(**_: Any) -> list[EntryPoint]:
        targets = [f"{c.__module__}:{c.__qualname__}" for c in _family(Bravo)]
        made = [EntryPoint("acme bravo", target, "g") for target in targets]
        return [*made, *entry_points(group=NAMESPACE)]

    monkeypatch.setattr(contract, "entry_points", points)


def _family(of: type[Any]) -> Iterator[type[Any]]:
    yield of
    for child in of.__subclasses__():
        yield from _family(child)


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """What the good driver says is accepted."""
    folder = bravo.make_recording(tmp_path / "bravo-4.2")
    suite.accept(Subject(Bravo, recording=folder))
    return folder
