"""Faults of files over SFTP, and of an array that has them beside its REST interface."""

from __future__ import annotations

import gzip
import io
from pathlib import Path
from typing import Any

import pytest

from delfin import exception
from delfin.drivers.kit import sftp
from delfin.testing.replay import faults
from tests.unit.testing import bravo, charlie, delta
from tests.unit.testing.bravo import Bravo
from tests.unit.testing.delta import Delta
from tests.unit.testing.test_kit_catches_faults import Blind, findings


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return delta.make_recording(tmp_path / "delta")


@pytest.mark.parametrize("fault", faults.SSH)
def test_the_good_driver_with_files_passes(kept: Path, fault: str) -> None:
    assert findings(fault, Delta, kept) == []


class Patched(Delta):
    """Takes a file for whole that ends anywhere."""

    def content(self, path: str) -> bytes:
        try:
            return super().content(path)
        except exception.SSHException:
            return b"x,y\n1\n"


class Unpacking(Delta):
    def list_storage_pools(self, context: Any) -> Any:
        with gzip.open(io.BytesIO(self.content(delta.POOLS))) as file:
            file.read()
        return super().list_storage_pools(context)


class Listing(Delta):
    """Does not miss a file that is not listed."""

    def list_volumes(self, context: Any) -> Any:
        with sftp.opened(**self.access) as files:
            listed = [one.path for one in files.listed(["/inv/"])]
            return [
                {"storage_id": self.storage_id, "native_volume_id": listed[2], "name": "x"},
            ]


class Trusting(Delta):
    def content(self, path: str) -> bytes:
        for _ in range(4):
            try:
                return super().content(path)
            except exception.InvalidUsernameOrPassword:
                continue
        raise exception.InvalidUsernameOrPassword


class TrustingEarly(Trusting):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.content(delta.SYSTEM)


class WaitingForFiles(Delta):
    def content(self, path: str) -> bytes:
        with sftp.opened(**self.access) as files:
            channel = files._client.get_channel()
            assert channel is not None
            channel.settimeout(None)
            return files.content(path, 1 << 20)


@pytest.mark.parametrize(
    ("fault", "driver", "said"),
    [
        (faults.CUT_TEXT, Patched, "get_storage went on as if nothing had happened"),
        (faults.HALF_TEXT, Unpacking, "list_storage_pools raised EOFError"),
        (faults.HALF_TEXT, Listing, "list_volumes raised IndexError"),
        (faults.LOGIN_REFUSED, TrustingEarly, "tried the same login 4 times"),
        (faults.READ_TIMEOUT, WaitingForFiles, "without a time limit"),
    ],
)
def test_a_bad_reader_of_files_is_found(
    kept: Path, fault: str, driver: type[Delta], said: str
) -> None:
    found = findings(fault, driver, kept)
    assert any(said in text for text in found), found


class TwoWays(Bravo):
    """Inventory over REST, and disks from a file."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.access = kwargs

    def list_disks(self, context: Any) -> Any:
        with sftp.opened(**self.access) as files:
            listed = charlie.fields(delta.text(files.content(delta.VOLUMES, 1 << 20)))
        return [{"storage_id": self.storage_id, "native_disk_id": number} for number, _ in listed]


@pytest.fixture
def two_ways(tmp_path: Path) -> Path:
    exchanges = (*bravo.EXCHANGES, *delta.EXCHANGES)
    return bravo.make_recording(tmp_path / "two", exchanges, access=("rest", "ssh"))


@pytest.mark.parametrize("fault", faults.ALL)
def test_a_fault_of_one_way_is_none_of_the_methods_that_go_another(
    two_ways: Path, fault: str
) -> None:
    assert findings(fault, TwoWays, two_ways) == []


def test_a_fault_is_found_on_the_way_that_has_it(two_ways: Path) -> None:
    class Hushing(TwoWays):
        def list_disks(self, context: Any) -> Any:
            try:
                return super().list_disks(context)
            except exception.DelfinException:
                return []

    class Blinded(TwoWays):
        client_class = Blind

    for fault in (faults.SSH_AWAY, faults.CUT_TEXT, faults.LOGIN_REFUSED):
        (found,) = findings(fault, Hushing, two_ways)
        assert "list_disks went on as if nothing had happened" in found
    told = findings(faults.TLS_ERROR, Blinded, two_ways)
    assert any("get_storage" in text and "went on as if" in text for text in told), told
