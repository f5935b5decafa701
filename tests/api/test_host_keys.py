"""SSH host keys: given, or kept from the first use; another one is refused before anybody logs in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import paramiko
import pytest
from sqlalchemy import select

from delfin.db import access_info
from delfin.db.alerts import AlertEvent
from delfin.drivers.fake_storage.driver import FakeStorageDriver
from delfin.drivers.trust.host_keys import HostKeys
from delfin.drivers.utils.ssh_client import SSHClient
from delfin.testing.simulated.fake_storage import FakeStorage
from tests.api.client import Client
from tests.api.conftest import Stage
from tests.unit.drivers.utils.ssh_server import PASSWORD as SSH_PASSWORD
from tests.unit.drivers.utils.ssh_server import SshServer, ssh_server

Body = Callable[..., dict[str, Any]]
Access = Callable[..., dict[str, Any]]


@pytest.fixture(autouse=True)
def _both_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    """The driver of these stories logs in over SSH as well, as some do."""
    log_in = FakeStorageDriver.__init__

    def with_shell(self: FakeStorageDriver, **kwargs: Any) -> None:
        log_in(self, **kwargs)
        if kwargs.get("ssh"):
            SSHClient(**kwargs).do_exec("show")

    monkeypatch.setattr(FakeStorageDriver, "__init__", with_shell)


@pytest.fixture
def host() -> Iterator[SshServer]:
    with ssh_server() as running:
        yield running


@pytest.fixture
def access(body: Body, client: Client) -> Access:
    """Makes registrations with an SSH block; keywords go into it."""
    client.secrets.append(SSH_PASSWORD)

    def make(host: SshServer, **ssh: Any) -> dict[str, Any]:
        return {**body(), "ssh": {**host.access, "password": SSH_PASSWORD, **ssh}}

    return make


def block(client: Client, storage_id: str) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"/v1/storages/{storage_id}/access-info").json["ssh"]
    return found


def synced_again(stage: Stage, storage_id: str) -> Any:
    stage.drivers.sessions.evict(storage_id)
    stage.client.post(f"/v1/storages/{storage_id}/sync")
    stage.run_jobs()
    return stage.client.get(f"/v1/storages/{storage_id}").json["last_sync"]


def alert_changes(stage: Stage) -> list[tuple[str, str]]:
    """What exporters are told, in order."""
    with stage.parts.database.reader() as session:
        rows = session.scalars(select(AlertEvent).order_by(AlertEvent.id))
        return [(row.change, row.alert["alert_id"]) for row in rows]


def forget_key(stage: Stage, storage_id: str) -> None:
    """As the row of a storage that was registered before host keys were kept."""
    with stage.parts.database.writer() as session:
        row = access_info.get(session, storage_id, lock=True)
        assert row.ssh is not None
        row.ssh = {n: v for n, v in row.ssh.items() if not n.startswith("pub_key")}


def test_the_first_key_seen_is_kept_and_shown(
    stage: Stage, client: Client, access: Access, host: SshServer
) -> None:
    storage_id = stage.synced(access(host))
    kept = block(client, storage_id)
    assert kept["pub_key"] == host.host_key.get_base64()
    assert kept["pub_key_type"] == host.host_key.get_name()
    assert kept["pub_key_fingerprint"] == str(host.host_key.fingerprint)
    assert kept["pub_key_origin"] == "first_use"
    assert kept["pub_key_seen_at"] > 1_700_000_000_000
    assert len(host.logins) == 2, "one to register, one for the session; none to see the key"


def test_another_key_is_refused_before_anybody_logs_in(
    stage: Stage, client: Client, access: Access, host: SshServer
) -> None:
    storage_id = stage.synced(access(host))
    before, logins = block(client, storage_id), len(host.logins)
    host.host_key = paramiko.ECDSAKey.generate()
    failed = synced_again(stage, storage_id)
    assert (failed["result"], failed["error_code"]) == ("failed", "SSHNotFoundKnownHosts")
    assert str(host.host_key.fingerprint) in failed["error_msg"]
    assert len(host.logins) == logins
    assert block(client, storage_id) == before


def test_a_key_that_was_changed_on_purpose_is_sent_with_an_update(
    stage: Stage, client: Client, access: Access, host: SshServer
) -> None:
    storage_id = stage.synced(access(host))
    host.host_key = paramiko.ECDSAKey.generate()
    path = f"/v1/storages/{storage_id}/access-info"
    refused = client.put(path, {"ssh": host.access})
    assert refused.code == "SSHNotFoundKnownHosts"
    given = {"ssh": {**host.access, "pub_key": str(host.host_key.fingerprint)}}
    changed = client.put(path, given)
    assert changed.status == 200, changed
    assert changed.json["ssh"] == {**host.access, "pub_key": str(host.host_key.fingerprint)}
    assert synced_again(stage, storage_id)["result"] == "done"


def test_another_key_is_alerted_once_and_the_update_ends_it(
    stage: Stage, client: Client, access: Access, host: SshServer
) -> None:
    storage_id = stage.synced(access(host))
    assert alert_changes(stage) == []
    host.host_key = paramiko.ECDSAKey.generate()
    for _ in range(3):
        assert synced_again(stage, storage_id)["result"] == "failed"
    assert alert_changes(stage) == [("raised", "delfin.host_key_changed")]
    given = {"ssh": {**host.access, "pub_key": host.host_key.get_base64()}}
    assert client.put(f"/v1/storages/{storage_id}/access-info", given).status == 200
    assert synced_again(stage, storage_id)["result"] == "done"
    assert alert_changes(stage) == [
        ("raised", "delfin.host_key_changed"),
        ("cleared", "delfin.host_key_changed"),
    ]


def test_null_forgets_the_key_and_the_one_shown_now_is_kept(
    stage: Stage, client: Client, access: Access, host: SshServer
) -> None:
    storage_id = stage.register(access(host))
    host.host_key = paramiko.ECDSAKey.generate()
    changed = client.put(
        f"/v1/storages/{storage_id}/access-info", {"ssh": {**host.access, "pub_key": None}}
    )
    assert changed.status == 200, changed
    assert changed.json["ssh"]["pub_key"] == host.host_key.get_base64()


def test_a_second_protocol_is_added_with_its_host_key(
    stage: Stage, client: Client, body: Body, access: Access, host: SshServer
) -> None:
    storage_id = stage.register(body())
    added = client.put(f"/v1/storages/{storage_id}/access-info", {"ssh": access(host)["ssh"]})
    assert added.status == 200, added
    assert added.json["ssh"]["pub_key"] == host.host_key.get_base64()
    assert added.json["rest"]["username"] == "admin"
    stage.run_jobs()
    assert len(host.logins) == 2


def test_a_key_that_is_given_is_left_as_it_is(
    stage: Stage, client: Client, access: Access, host: SshServer
) -> None:
    key = host.host_key
    given = access(host, pub_key=key.get_base64(), pub_key_type=key.get_name())
    storage_id = stage.register(given)
    shown = {name: value for name, value in given["ssh"].items() if name != "password"}
    assert block(client, storage_id) == shown
    other = paramiko.ECDSAKey.generate()
    refused = client.post(
        "/v1/storages", {**access(host, pub_key=other.get_base64()), "extra_attributes": {}}
    )
    assert refused.code == "SSHNotFoundKnownHosts"
    assert len(host.logins) == 1


def test_a_storage_from_before_is_given_its_key_at_the_next_login(
    stage: Stage, client: Client, access: Access, host: SshServer
) -> None:
    storage_id = stage.register(access(host))
    forget_key(stage, storage_id)
    stage.run_jobs()
    assert block(client, storage_id)["pub_key"] == host.host_key.get_base64()
    host.host_key = paramiko.ECDSAKey.generate()
    assert synced_again(stage, storage_id)["error_code"] == "SSHNotFoundKnownHosts"


def test_a_key_may_be_required(
    stage: Stage, client: Client, access: Access, host: SshServer, array: FakeStorage
) -> None:
    stage.parts.conf.set_override("require_host_keys", True, "storage_driver")
    stage.drivers._drivers.host_keys = HostKeys.of(stage.parts.conf)
    refused = client.post("/v1/storages", access(host))
    assert (refused.status, refused.code) == (400, "InvalidInput")
    assert "ssh.pub_key is required" in refused.message
    assert (host.connections, array.counters.requests) == (0, 0)
    key = host.host_key
    stage.synced(access(host, pub_key=key.get_base64(), pub_key_type=key.get_name()))


def test_a_host_that_is_away_is_told_before_anything_is_stored(
    client: Client, access: Access, array: FakeStorage
) -> None:
    with ssh_server() as gone:
        wish = access(gone)
    refused = client.post("/v1/storages", wish)
    assert (refused.status, refused.code) == (400, "InvalidIpOrPort")
    assert client.get("/v1/storages").json == {"storages": []}
    assert array.counters.requests == 0
