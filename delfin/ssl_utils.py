"""TLS towards arrays: whom to trust, and why the host name does not count.

Arrays carry certificates for names nobody resolves, so the chain is verified and the name is not.
"""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any

from cryptography import x509
from oslo_config import cfg
from oslo_log import log
from requests.adapters import HTTPAdapter

from delfin import exception
from delfin.common.subject_hash import subject_hash

LOG = log.getLogger(__name__)

_SUFFIXES = frozenset({".pem", ".crt", ".cer"})


class HostNameIgnoreAdapter(HTTPAdapter):
    """Verify the chain of certificates, but not whom it was issued to."""

    def init_poolmanager(
        self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: Any
    ) -> None:
        pool_kwargs["assert_hostname"] = False
        super().init_poolmanager(connections, maxsize, block, **pool_kwargs)


def get_host_name_ignore_adapter() -> HostNameIgnoreAdapter:
    return HostNameIgnoreAdapter()


def get_storage_ca_path() -> str:
    """`[storage_driver] ca_path`, or '' where no certificates are verified."""
    try:
        return str(cfg.CONF.storage_driver.ca_path or "")
    except (cfg.NoSuchOptError, cfg.NoSuchGroupError):
        return ""


def verify_ca_path(ca_path: str) -> None:
    """Raise `InvalidCAPath` unless it is a directory or file."""
    if not Path(ca_path).exists():
        raise exception.InvalidCAPath(ca_path)


def reload_certificate(ca_path: str) -> None:
    """Link each PEM certificate of a directory by the name OpenSSL looks it up under.

    That is `<subject hash>.<n>`. Links to files that are gone are removed. A file needs no links.
    """
    verify_ca_path(ca_path)
    directory = Path(ca_path)
    if not directory.is_dir():
        return
    for link in directory.iterdir():
        if link.is_symlink() and not link.exists():
            link.unlink(missing_ok=True)
    for path in sorted(directory.iterdir()):
        if path.suffix.lower() not in _SUFFIXES:
            continue
        try:
            certificates = x509.load_pem_x509_certificates(path.read_bytes())
        except (OSError, ValueError) as error:
            LOG.warning("%s holds no usable PEM certificate: %s", path, error)
            continue
        for certificate in certificates:
            _link(path, subject_hash(certificate.subject))


def _link(path: Path, stem: str) -> None:
    for number in count():
        link = path.with_name(f"{stem}.{number}")
        try:
            link.symlink_to(path.name)
        except FileExistsError:
            if link.exists() and link.samefile(path):
                return
        else:
            return
