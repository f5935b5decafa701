"""Storage hosts for the tests in this folder, and drivers that are logged in there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from delfin import cryptor
from delfin.drivers.linux.lvm.driver import LvmDriver
from tests.service.linux import bare, etc_files, uml

Connect = Callable[..., LvmDriver]


@pytest.fixture(scope="session")
def bare_host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[bare.BareHost]:
    with bare.bare_host(tmp_path_factory.mktemp("bare")) as host:
        yield host


@pytest.fixture(scope="session")
def uml_host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[uml.UmlHost]:
    reason = uml.missing()
    if reason:
        pytest.skip(reason)
    with uml.uml_host(tmp_path_factory.mktemp("uml")) as host:
        yield host


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Make a driver for a host; keywords change the `ssh` block, `sudo` the extra attributes."""
    made: list[LvmDriver] = []

    def driver(host: bare.BareHost | uml.UmlHost, *, sudo: str = "", **ssh: Any) -> LvmDriver:
        password = ssh.pop("password", etc_files.PASSWORD)
        block = {"host": host.address, "port": host.port, "username": "root"} | ssh
        block["password"] = cryptor.encode(password)
        made.append(
            LvmDriver(
                storage_id="3f3f6b1e-0000-4000-8000-000000000000",
                vendor="linux",
                model="lvm",
                ssh=block,
                extra_attributes={"sudo": sudo},
            )
        )
        return made[-1]

    yield driver
    for one in made:
        one.close_connection()
