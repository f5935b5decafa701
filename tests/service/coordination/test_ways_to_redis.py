"""Ways to reach Redis: with TLS, and through Sentinels that know where it is."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from delfin.coordination.redis_server import RedisServer
from tests.service.coordination.conftest import Join, MakeConf
from tests.service.coordination.redis_process import RedisProcess
from tests.waiting import wait_until

pytestmark = pytest.mark.service


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """Of 127.0.0.1, signed by itself; and its key."""
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *(
                "-nodes",
                "-days",
                "2",
                "-subj",
                "/CN=redis",
                "-addext",
                "subjectAltName=IP:127.0.0.1",
            ),
            *("-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )
    return certificate, key


@pytest.fixture
def tls_server(certificate: tuple[Path, Path], tmp_path: Path) -> Iterator[RedisProcess]:
    files = ("--tls-cert-file", str(certificate[0]), "--tls-key-file", str(certificate[1]))
    server = RedisProcess(tmp_path, *files, "--tls-auth-clients", "no", port_option="--tls-port")
    server.start()
    yield server
    server.kill()


def test_a_server_with_tls_is_joined_when_its_certificate_is_trusted(
    certificate: tuple[Path, Path], tls_server: RedisProcess, make_conf: MakeConf, join: Join
) -> None:
    address = f"rediss://{tls_server.address}"
    trusting = join(address, backend_ca_file=str(certificate[0]))
    wait_until(lambda: trusting.members().members)
    doubting = join(address)
    wait_until(lambda: doubting._reach._here is not None)
    assert not doubting.members().members
    plain = RedisServer.of(make_conf(backend_server=tls_server.address)).client()
    with plain, pytest.raises(Exception, match="onnection"):
        plain.ping()


@pytest.fixture
def sentinel(server: RedisProcess, tmp_path: Path) -> Iterator[RedisProcess]:
    folder = tmp_path / "sentinel"
    folder.mkdir()
    settings = folder / "sentinel.conf"
    settings.write_text(f"sentinel monitor delfin 127.0.0.1 {server.port} 1\n")
    watcher = RedisProcess(folder, "--sentinel", file=settings)
    watcher.start()
    yield watcher
    watcher.kill()


def test_sentinels_tell_where_the_server_is(
    server: RedisProcess, sentinel: RedisProcess, join: Join
) -> None:
    # The first one is not there.
    addresses = f"127.0.0.1:9,{sentinel.address}"
    here = join(addresses, backend_sentinel="delfin")
    there = join()
    wait_until(lambda: set(here.members().members) == {here.me.id, there.me.id})
    server.restart_empty()
    wait_until(lambda: set(here.members().members) == {here.me.id, there.me.id})
