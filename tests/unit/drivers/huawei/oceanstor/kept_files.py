"""An array that keeps performance files, and drivers that read them."""

from __future__ import annotations

from typing import Any

import pytest

from delfin import cryptor
from delfin.drivers.huawei.oceanstor.driver import OceanStorDriver
from delfin.testing.simulated.oceanstor import OceanStor, Sizes
from delfin.testing.simulated.sftp import SftpServer
from tests.unit.drivers.huawei.oceanstor.conftest import PASSWORD, USER

ACCESS = {"firmware_version": "6.1.6", "access": ["rest", "ssh"]}
WANTED: dict[str, Any] = OceanStorDriver.get_capabilities(None, ACCESS)["resource_metrics"]
MINUTE, HOUR = 60_000, 3_600_000
SMALL = Sizes(luns=5, disks=3, fc_ports=2, eth_ports=2)


def ssh(array: OceanStor, password: str = PASSWORD, **more: Any) -> dict[str, Any]:
    """Access to the first controller and, unless told otherwise, to the others."""
    first, *others = array.controllers
    told = "; ".join(f"{one.host}:{one.port} {one.fingerprint}" for one in others)
    return {
        "ssh": {
            "host": first.host,
            "port": first.port,
            "username": USER,
            "password": cryptor.encode(password),
            "pub_key": first.public_key,
        },
        "extra_attributes": {"performance_hosts": told},
        **more,
    }


def collected(driver: OceanStorDriver, start: int, end: int, *kinds: str) -> list[Any]:
    wanted = {kind: WANTED[kind] for kind in kinds or WANTED}
    return driver.collect_perf_metrics(None, "s1", wanted, start, end)


def without_files_of(controller: SftpServer, began: int, ended: int) -> None:
    """Takes away what it wrote between two moments, in seconds."""
    written = controller.files
    controller.files = lambda: {
        path: file for path, file in written().items() if not began < file.changed < ended
    }


def is_down(monkeypatch: pytest.MonkeyPatch, driver: OceanStorDriver, which: str) -> None:
    rows = driver.client.rows
    down = {which: {"RUNNINGSTATUS": "28"}}
    monkeypatch.setattr(
        *(driver.client, "rows"),
        lambda path: [{**row, **down.get(row["ID"], {})} for row in rows(path)],
    )
