"""A delfin that verifies certificates, as the installer sets it up."""

from __future__ import annotations

import pytest

from delfin.inventory.block import VOLUMES
from delfin.testing.simulated.fake_storage import FakeStorage
from tests.service.standalone.conftest import Start
from tests.service.standalone.rest import access

pytestmark = pytest.mark.service


def test_an_array_is_known_by_its_fingerprint_also_after_a_restart(
    start: Start, array: FakeStorage
) -> None:
    delfin = start(OS_STORAGE_DRIVER__VERIFY_CERTIFICATES="true")
    refused = delfin.rest.post("/v1/storages", access(array))
    assert (refused.status, refused.code) == (400, "SSLCertificateFailed")
    assert array.counters.requests == 0, "the password was sent to a stranger"
    tls = {"fingerprint": refused.json["error_args"][0]}
    made = delfin.rest.post("/v1/storages", {**access(array), "tls": tls})
    assert made.status == 201, made
    storage_id = made.json["id"]
    assert delfin.rest.synced(storage_id)["last_sync"]["result"] == "done"
    (file,) = (delfin.state / "trusted").iterdir()
    file.unlink()
    delfin.restart()
    assert delfin.rest.sync(storage_id)["last_sync"]["result"] == "done"
    assert delfin.rest.total(VOLUMES, storage_id) == 7
    assert file.exists(), "it can be made again"
