"""TLS towards arrays: the chain counts, the host name does not."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from oslo_config import cfg

from delfin import exception, ssl_utils
from delfin.conf import storage_driver
from tests.unit.web_server import WebServer, common_name, web_server, write_certificate


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    return write_certificate(tmp_path / "array", common_name("not-127.0.0.1"))


@pytest.fixture
def server(certificate: tuple[Path, Path]) -> Iterator[WebServer]:
    with web_server(certificate) as running:
        yield running


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as made:
        made.trust_env = False
        made.mount("https://", ssl_utils.get_host_name_ignore_adapter())
        yield made


def ca_folder(tmp_path: Path, *certificates: Path) -> Path:
    folder = tmp_path / "ca"
    folder.mkdir()
    for number, certificate in enumerate(certificates):
        shutil.copy(certificate, folder / f"{number}.pem")
    return folder


def get(session: requests.Session, server: WebServer, verify: Path | str) -> int:
    url = f"https://127.0.0.1:{server.port}/"
    return session.get(url, verify=str(verify), timeout=10).status_code


def test_trusted_certificate_may_carry_another_name(
    session: requests.Session, server: WebServer, certificate: tuple[Path, Path]
) -> None:
    assert get(session, server, certificate[0]) == 200


def test_plain_session_minds_the_name(server: WebServer, certificate: tuple[Path, Path]) -> None:
    with requests.Session() as plain, pytest.raises(requests.exceptions.SSLError):
        get(plain, server, certificate[0])


def test_certificate_is_found_in_a_folder_once_it_is_linked(
    session: requests.Session, server: WebServer, certificate: tuple[Path, Path], tmp_path: Path
) -> None:
    folder = ca_folder(tmp_path, certificate[0])
    with pytest.raises(requests.exceptions.SSLError, match="certificate verify failed"):
        get(session, server, folder)
    ssl_utils.reload_certificate(str(folder))
    assert get(session, server, folder) == 200


def test_foreign_certificate_of_the_same_name_is_refused(
    session: requests.Session, server: WebServer, tmp_path: Path
) -> None:
    other, _ = write_certificate(tmp_path / "other", common_name("not-127.0.0.1"))
    folder = ca_folder(tmp_path, other)
    ssl_utils.reload_certificate(str(folder))
    with pytest.raises(requests.exceptions.SSLError, match="certificate verify failed"):
        get(session, server, folder)


def test_certificates_of_one_name_are_all_found(
    session: requests.Session, server: WebServer, certificate: tuple[Path, Path], tmp_path: Path
) -> None:
    other, _ = write_certificate(tmp_path / "other", common_name("not-127.0.0.1"))
    folder = ca_folder(tmp_path, other, certificate[0])
    ssl_utils.reload_certificate(str(folder))
    assert get(session, server, folder) == 200
    assert len([path for path in folder.iterdir() if path.is_symlink()]) == 2


def test_linking_again_changes_nothing_but_links_to_missing_files(
    certificate: tuple[Path, Path], tmp_path: Path
) -> None:
    folder = ca_folder(tmp_path, certificate[0])
    ssl_utils.reload_certificate(str(folder))
    first = sorted(folder.iterdir())
    ssl_utils.reload_certificate(str(folder))
    assert sorted(folder.iterdir()) == first
    (folder / "0.pem").unlink()
    ssl_utils.reload_certificate(str(folder))
    assert not list(folder.iterdir())


def test_file_without_certificate_is_passed_over(
    certificate: tuple[Path, Path], tmp_path: Path
) -> None:
    folder = ca_folder(tmp_path, certificate[0])
    (folder / "broken.pem").write_text("no certificate")
    (folder / "readme.txt").write_text("no certificate either")
    ssl_utils.reload_certificate(str(folder))
    assert len([path for path in folder.iterdir() if path.is_symlink()]) == 1


def test_one_file_needs_no_links(certificate: tuple[Path, Path]) -> None:
    ssl_utils.reload_certificate(str(certificate[0]))
    assert len(list(certificate[0].parent.iterdir())) == 2


def test_missing_path_is_named(tmp_path: Path) -> None:
    missing = str(tmp_path / "missing")
    for check in (ssl_utils.verify_ca_path, ssl_utils.reload_certificate):
        with pytest.raises(exception.InvalidCAPath, match=missing):
            check(missing)


def test_ca_path_is_read_when_asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    conf = cfg.ConfigOpts()
    monkeypatch.setattr(cfg, "CONF", conf)
    assert ssl_utils.get_storage_ca_path() == ""
    storage_driver.register(conf)
    assert ssl_utils.get_storage_ca_path() == ""
    conf.set_override("ca_path", str(tmp_path), "storage_driver")
    assert ssl_utils.get_storage_ca_path() == str(tmp_path)
