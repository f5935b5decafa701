"""The imaginary array and a client of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.drivers.kit.acme import Acme, AcmeClient, acme


@pytest.fixture
def array(tmp_path: Path) -> Iterator[Acme]:
    with acme(tmp_path) as array:
        yield array


@pytest.fixture
def client(array: Acme) -> Iterator[AcmeClient]:
    client = AcmeClient(**array.access)
    yield client
    client.sign_out()
