"""Whom an array is taken for: the rule of the installation, and what one array says of itself."""

from __future__ import annotations

import datetime as dt
import shutil
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from delfin import exception
from delfin.common.trust import Trust, fingerprint_of, written_fingerprint
from delfin.drivers.trust import handshake
from delfin.drivers.trust.tls import TlsTrust
from delfin.drivers.utils.rest_client import RestClient
from tests.unit.web_server import WebServer, common_name, web_server, write_certificate

Pair = tuple[Path, Path]


@pytest.fixture
def certificate(tmp_path: Path) -> Pair:
    """One that is not for 127.0.0.1."""
    return write_certificate(tmp_path / "array", common_name("array.example"))


@pytest.fixture
def server(certificate: Pair) -> Iterator[WebServer]:
    with web_server(certificate) as running:
        yield running


def rest(server: WebServer) -> dict[str, Any]:
    return {"host": "127.0.0.1", "port": server.port, "username": "u", "password": "cipher"}


def print_of(certificate: Pair) -> str:
    loaded = x509.load_pem_x509_certificate(certificate[0].read_bytes())
    return fingerprint_of(loaded.public_bytes(Encoding.DER))


def asked(server: WebServer, verify: Any) -> int:
    """The status that a client of ours gets, or the error."""
    client = RestClient(rest=rest(server), verify=verify)
    try:
        return client.do_call("/", None, "GET").status_code
    finally:
        client.close()


def test_without_any_setting_nothing_is_verified(server: WebServer, tmp_path: Path) -> None:
    assert TlsTrust(tmp_path).verify_for({"rest": rest(server)}) is False


def test_a_path_alone_means_the_chain_counts_and_the_name_does_not(
    server: WebServer, certificate: Pair, tmp_path: Path
) -> None:
    verify = TlsTrust(tmp_path, ca_path=str(certificate[0])).verify_for({"rest": rest(server)})
    assert verify == str(certificate[0])
    assert asked(server, verify) == 200


def test_verification_needs_no_path_but_then_the_system_decides(
    server: WebServer, certificate: Pair, tmp_path: Path
) -> None:
    with pytest.raises(exception.SSLCertificateFailed) as caught:
        TlsTrust(tmp_path, verify=True).verify_for({"rest": rest(server)})
    assert caught.value.error_args == (print_of(certificate),)
    for said in ("self-signed", print_of(certificate), "CN=array.example", "tls.fingerprint"):
        assert said in caught.value.msg


def test_with_verification_the_name_counts_unless_told_otherwise(
    server: WebServer, certificate: Pair, tmp_path: Path
) -> None:
    trust = TlsTrust(tmp_path, verify=True, ca_path=str(certificate[0]))
    with pytest.raises(exception.SSLCertificateFailed, match="not valid for '127"):
        trust.verify_for({"rest": rest(server)})
    odd = trust.verify_for({"rest": rest(server), "tls": {"check_hostname": False}})
    assert asked(server, odd) == 200
    lax = TlsTrust(tmp_path, verify=True, ca_path=str(certificate[0]), check_hostname=False)
    assert asked(server, lax.verify_for({"rest": rest(server)})) == 200


def test_our_client_looks_at_the_name_itself(server: WebServer, certificate: Pair) -> None:
    with pytest.raises(exception.SSLCertificateFailed):
        asked(server, Trust(str(certificate[0]), check_hostname=True))
    assert asked(server, Trust(str(certificate[0]), check_hostname=False)) == 200


def test_an_array_may_be_left_out(server: WebServer, tmp_path: Path) -> None:
    trust = TlsTrust(tmp_path, verify=True)
    assert trust.verify_for({"rest": rest(server), "tls": {"verify": False}}) is False


def test_an_array_may_bring_its_issuer(
    server: WebServer, certificate: Pair, tmp_path: Path
) -> None:
    tls = {"ca_cert": certificate[0].read_text(), "check_hostname": False}
    verify = TlsTrust(tmp_path / "made").verify_for({"rest": rest(server), "tls": tls})
    assert Path(str(verify)).read_text() == certificate[0].read_text()
    assert asked(server, verify) == 200
    with pytest.raises(exception.SSLCertificateFailed, match="not valid for"):
        TlsTrust(tmp_path).verify_for(
            {"rest": rest(server), "tls": {"ca_cert": certificate[0].read_text()}}
        )


def test_a_certificate_that_is_no_root_can_be_trusted_by_itself(tmp_path: Path) -> None:
    issuer = write_certificate(tmp_path / "issuer", common_name("issuer"))
    issued = write_certificate(tmp_path / "issued", common_name("array"), issuer=issuer)
    with web_server(issued) as server:
        for trusted in (issued, issuer):
            tls = {"ca_cert": trusted[0].read_text(), "check_hostname": False}
            verify = TlsTrust(tmp_path / "made").verify_for({"rest": rest(server), "tls": tls})
            assert asked(server, verify) == 200


def test_a_folder_needs_no_links_and_is_read_at_each_login(
    server: WebServer, certificate: Pair, tmp_path: Path
) -> None:
    folder = tmp_path / "ca"
    folder.mkdir()
    trust = TlsTrust(tmp_path / "made", ca_path=str(folder))
    with pytest.raises(exception.InvalidCAPath, match=str(folder)):
        trust.verify_for({"rest": rest(server)})
    other = write_certificate(tmp_path / "other", common_name("other"))
    shutil.copy(other[0], folder / "other.pem")
    (folder / "broken.pem").write_text("no certificate")
    (folder / "readme").write_text("nor this")
    with pytest.raises(exception.SSLCertificateFailed):
        trust.verify_for({"rest": rest(server)})
    shutil.copy(certificate[0], folder / "array.crt")
    assert asked(server, trust.verify_for({"rest": rest(server)})) == 200


def test_a_path_that_is_gone_is_named(server: WebServer, tmp_path: Path) -> None:
    with pytest.raises(exception.InvalidCAPath, match="missing"):
        TlsTrust(tmp_path, ca_path=str(tmp_path / "missing")).verify_for({"rest": rest(server)})


class TestAFingerprint:
    def test_lets_exactly_that_certificate_in(
        self, server: WebServer, certificate: Pair, tmp_path: Path
    ) -> None:
        tls = {"fingerprint": print_of(certificate)}
        verify = TlsTrust(tmp_path, verify=True).verify_for({"rest": rest(server), "tls": tls})
        assert isinstance(verify, Trust)
        assert asked(server, verify) == 200
        with pytest.raises(exception.SSLCertificateFailed):
            asked(server, Trust(str(verify), fingerprint=_other(verify.fingerprint)))

    def test_of_another_certificate_names_the_one_that_is_shown(
        self, server: WebServer, certificate: Pair, tmp_path: Path
    ) -> None:
        seen = print_of(certificate)
        with pytest.raises(exception.SSLCertificateFailed) as caught:
            TlsTrust(tmp_path).verify_for(
                {"rest": rest(server), "tls": {"fingerprint": _other(seen)}}
            )
        assert caught.value.error_args == (seen,)
        assert f"not the one on record, {_other(seen)}" in caught.value.msg
        assert not list(tmp_path.glob("*.pem"))

    def test_is_a_ca_file_for_drivers_that_know_only_paths(self, tmp_path: Path) -> None:
        """Such a driver looks at the name, too, so that has to fit."""
        pair = write_certificate(tmp_path / "array", common_name("localhost"), names=["localhost"])
        with web_server(pair) as server, requests.Session() as plain:
            plain.trust_env = False
            access = {**rest(server), "host": "localhost"}
            tls = {"fingerprint": print_of(pair)}
            path = TlsTrust(tmp_path / "made").verify_for({"rest": access, "tls": tls})
            url = f"https://localhost:{server.port}/"
            assert plain.get(url, verify=str(path), timeout=10).status_code == 200
        other = write_certificate(tmp_path / "other", common_name("localhost"), names=["localhost"])
        with web_server(other) as server, requests.Session() as plain:
            plain.trust_env = False
            with pytest.raises(requests.exceptions.SSLError):
                plain.get(f"https://localhost:{server.port}/", verify=str(path), timeout=10)

    def test_makes_an_expired_certificate_good(self, tmp_path: Path) -> None:
        ended = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
        pair = write_certificate(tmp_path / "array", common_name("old"), until=ended)
        with web_server(pair) as server:
            trust = TlsTrust(tmp_path / "made")
            told = {"ca_cert": pair[0].read_text(), "check_hostname": False}
            with pytest.raises(exception.SSLCertificateFailed, match="expired"):
                trust.verify_for({"rest": rest(server), "tls": told})
            tls = {"fingerprint": print_of(pair)}
            assert asked(server, trust.verify_for({"rest": rest(server), "tls": tls})) == 200

    def test_needs_something_to_look_at(self, tmp_path: Path) -> None:
        with pytest.raises(exception.InvalidInput, match="rest block"):
            TlsTrust(tmp_path).verify_for({"ssh": {}, "tls": {"fingerprint": "AB"}})

    def test_of_many_sessions_at_once_makes_one_file(
        self, server: WebServer, certificate: Pair, tmp_path: Path
    ) -> None:
        access = {"rest": rest(server), "tls": {"fingerprint": print_of(certificate)}}
        paths: list[Any] = []
        made = tmp_path / "made"
        threads = [
            threading.Thread(target=lambda: paths.append(TlsTrust(made).verify_for(access)))
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert len(paths) == 8
        assert [str(path) for path in made.iterdir()] == list(set(paths))

    @pytest.mark.parametrize(
        "text",
        [
            "{0}",
            "sha256 Fingerprint={0}",
            "SHA256:{0}",
            " {1} ",
        ],
    )
    def test_may_be_written_in_several_ways(self, text: str) -> None:
        canonical = fingerprint_of(b"any")
        plain = canonical.replace(":", "").lower()
        assert written_fingerprint(text.format(canonical, plain)) == canonical

    @pytest.mark.parametrize("text", ["", "AB:CD", "x" * 64, "0" * 63, "0" * 65])
    def test_that_is_none_is_not_taken_for_one(self, text: str) -> None:
        assert written_fingerprint(text) is None


def test_what_speaks_no_tls_is_told_from_what_does_not_answer(tmp_path: Path) -> None:
    trust = TlsTrust(tmp_path, verify=True)
    with web_server() as server, pytest.raises(exception.SSLHandshakeFailed, match="HTTPS"):
        trust.verify_for({"rest": rest(server)})
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        with pytest.raises(exception.InvalidIpOrPort):
            trust.verify_for({"rest": {"host": "127.0.0.1", "port": port}})
    with pytest.raises(exception.InvalidIpOrPort):
        trust.verify_for({"rest": {"host": "no-such-host.invalid", "port": 1}})


def test_an_array_that_says_nothing_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handshake, "TIMEOUT", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(exception.SSLHandshakeFailed, match="timed out"):
            TlsTrust(tmp_path, verify=True).verify_for(
                {"rest": {"host": "127.0.0.1", "port": port}}
            )


def test_a_stranger_cannot_write_into_our_log(tmp_path: Path) -> None:
    pair = write_certificate(tmp_path / "array", common_name("x\n2026 ERROR all is lost"))
    with web_server(pair) as server, pytest.raises(exception.SSLCertificateFailed) as caught:
        TlsTrust(tmp_path, verify=True).verify_for({"rest": rest(server)})
    assert "\n" not in caught.value.msg


def test_without_a_folder_the_files_end_with_the_object(
    server: WebServer, certificate: Pair
) -> None:
    trust = TlsTrust()
    tls = {"fingerprint": print_of(certificate)}
    path = Path(str(trust.verify_for({"rest": rest(server), "tls": tls})))
    assert path.exists()
    del trust
    assert not path.parent.exists()


def _other(fingerprint: str | None) -> str:
    assert fingerprint is not None
    return ("00" if fingerprint[:2] != "00" else "11") + fingerprint[2:]
