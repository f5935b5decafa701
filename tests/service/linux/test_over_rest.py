"""The main job on real hosts: registered over REST, synchronised, listed, and refused when wrong."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from delfin.cmd import embedded
from delfin.service import register_options
from tests.conftest import make_conf
from tests.service.linux import etc_files
from tests.service.linux.bare import BareHost
from tests.service.linux.uml import UmlHost
from tests.waiting import wait_until

pytestmark = pytest.mark.service


@dataclass
class Rest:
    """delfin's REST API."""

    url: str

    def get(self, path: str, **query: str) -> Any:
        answer = requests.get(f"{self.url}/v1/{path}", params=query, timeout=60)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def register(self, host: BareHost | UmlHost, sudo: str = "", **ssh: Any) -> requests.Response:
        block = {
            "host": host.address,
            "port": host.port,
            "username": "root",
            "password": etc_files.PASSWORD,
            "pub_key": fingerprint(host),
            "pub_key_type": "ed25519",
        }
        body = {
            "vendor": "linux",
            "model": "lvm",
            "ssh": block | ssh,
            "extra_attributes": {"sudo": sudo},
        }
        return requests.post(f"{self.url}/v1/storages", json=body, timeout=120)

    def synced(self, storage_id: str) -> Any:
        def idle() -> Any:
            storage = self.get(f"storages/{storage_id}")
            return storage if storage["sync_status"] == "SYNCED" else None

        return wait_until(idle, 120)

    def names(self, path: str, storage_id: str) -> set[str]:
        rows = self.get(path, storage_id=storage_id)[path.replace("-", "_")]
        return {row["name"] for row in rows}


def fingerprint(host: BareHost | UmlHost) -> str:
    """What an operator reads with ssh-keyscan and ssh-keygen, as the guide says."""
    scan = subprocess.run(
        ["ssh-keyscan", "-t", "ed25519", "-p", str(host.port), host.address],
        capture_output=True,
        check=True,
    )
    shown = subprocess.run(
        ["ssh-keygen", "-lf", "-"], input=scan.stdout, capture_output=True, check=True
    )
    return shown.stdout.decode().split()[1]


@pytest.fixture
def rest(tmp_path: Path) -> Iterator[Rest]:
    conf = make_conf(tmp_path, f"sqlite:///{tmp_path / 'delfin.db'}")
    register_options(conf)
    conf.set_override("delfin_listen", "127.0.0.1")
    conf.set_override("delfin_listen_port", 0)
    with embedded.services(conf) as delfin:
        for service in delfin.all:
            service.start()
        yield Rest(delfin.api.url)
        for service in reversed(delfin.all):
            service.stop()
            service.wait()


def test_a_bare_host_is_registered_synchronised_and_listed(rest: Rest, bare_host: BareHost) -> None:
    answer = rest.register(bare_host)
    assert answer.status_code == 201, answer.text
    assert answer.json()["sync_status"] == "SYNCING"
    storage_id = answer.json()["id"]
    storage = rest.synced(storage_id)
    assert storage["last_sync"]["result"] == "done", storage["last_sync"]
    assert {"quotas", "qtrees"} <= set(storage["unsupported_kinds"])
    assert {"vgdata", "vgspare"} <= rest.names("storage-pools", storage_id)
    volumes = rest.get("volumes", storage_id=storage_id)["volumes"]
    assert {v["name"]: v["total_capacity"] for v in volumes}["vgdata/linear"] == 40 * 2**20


@pytest.mark.uml
def test_a_storage_host_shows_thin_pools_targets_and_masking_views(
    rest: Rest, uml_host: UmlHost
) -> None:
    answer = rest.register(uml_host)
    assert answer.status_code == 201, answer.text
    storage_id = answer.json()["id"]
    storage = rest.synced(storage_id)
    assert storage["last_sync"]["result"] == "done", storage["last_sync"]
    pools = rest.get("storage-pools", storage_id=storage_id)["storage_pools"]
    assert any(0 < pool["used_capacity"] < pool["total_capacity"] for pool in pools)
    assert all(p["total_capacity"] == p["used_capacity"] + p["free_capacity"] for p in pools)
    views = rest.get(f"storages/{storage_id}/masking-views")["masking_views"]
    hosts = rest.get(f"storages/{storage_id}/storage-hosts")["storage_hosts"]
    volumes = rest.get("volumes", storage_id=storage_id)["volumes"]
    assert views
    assert {v["native_volume_id"] for v in views} <= {v["native_volume_id"] for v in volumes}
    assert {v["native_storage_host_id"] for v in views} <= {
        h["native_storage_host_id"] for h in hosts
    }
    assert all(host["storage_host_initiators"] for host in hosts)
    assert rest.get("disks", storage_id=storage_id)["disks"]


@pytest.mark.parametrize(
    ("change", "code", "logins"),
    [
        ({"password": "wr0ng-pa55word"}, "InvalidUsernameOrPassword", 1),
        ({"port": 1}, "InvalidIpOrPort", 0),
        ({"pub_key": "SHA256:" + "A" * 43}, "SSHNotFoundKnownHosts", 0),
        ({"pub_key": "no key at all"}, "InvalidInput", 0),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_wrong_is_said_and_nothing_is_stored(
    rest: Rest, bare_host: BareHost, change: dict[str, Any], code: str, logins: int
) -> None:
    before = bare_host.tried("root")
    answer = rest.register(bare_host, **change)
    assert (answer.status_code, answer.json()["error_code"]) == (400, code)
    assert "wr0ng-pa55word" not in answer.text
    assert rest.get("storages") == {"storages": []}
    assert bare_host.tried("root") == before + logins
