"""A host's key is seen without anybody logging in."""

from __future__ import annotations

import socket

import paramiko
import pytest

from delfin import exception
from delfin.drivers.trust import host_keys
from delfin.drivers.trust.host_keys import HostKeys
from tests.unit.drivers.utils.ssh_server import ssh_server


def test_what_is_learnt_is_enough_for_drivers_to_insist_on() -> None:
    with ssh_server() as server:
        learnt = HostKeys().learnt({**server.access, "password": "x"})
        assert server.logins == []
        assert learnt.pop("pub_key_seen_at") > 0
        assert learnt == {
            "pub_key": server.host_key.get_base64(),
            "pub_key_type": server.host_key.get_name(),
            "pub_key_fingerprint": server.host_key.fingerprint,
            "pub_key_origin": "first_use",
        }


def test_an_rsa_key_goes_by_its_own_name() -> None:
    key = paramiko.RSAKey.generate(2048)
    with ssh_server(host_key=key) as server:
        assert HostKeys().learnt(server.access)["pub_key_type"] == "ssh-rsa"


@pytest.mark.parametrize("ssh", [None, {}, {"host": "h", "pub_key": "SHA256:x"}])
def test_nobody_is_asked_where_nothing_is_missing(ssh: dict[str, str] | None) -> None:
    assert HostKeys(required=True).learnt(ssh) == {}


def test_a_key_that_is_required_is_not_asked_for() -> None:
    with ssh_server() as server:
        with pytest.raises(exception.InvalidInput, match=r"ssh\.pub_key is required"):
            HostKeys(required=True).learnt(server.access)
        assert server.connections == 0


def test_what_is_no_ssh_server_is_told_from_what_is_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(host_keys, "TIMEOUT", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(exception.DelfinException) as caught:
            host_keys.shown("127.0.0.1", port)
        assert not isinstance(caught.value, exception.InvalidUsernameOrPassword)
    with pytest.raises(exception.InvalidIpOrPort):
        host_keys.shown("127.0.0.1", port)
    with pytest.raises(exception.InvalidIpOrPort):
        host_keys.shown("no-such-host.invalid", 22)
