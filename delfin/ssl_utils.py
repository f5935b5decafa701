"""TLS towards arrays: whom to trust, and when the host name counts.

Arrays carry certificates for names nobody resolves. With a plain path as `verify`, the chain is
verified and the name is not; a `delfin.common.trust.Trust`, which drivers pass on like a path, says
whether the name counts, or which one certificate does.
"""

from __future__ import annotations

import ssl
from itertools import count
from pathlib import Path
from typing import Any

from cryptography import x509
from oslo_config import cfg
from oslo_log import log
from requests.adapters import HTTPAdapter
from urllib3.util.ssl_ import create_urllib3_context

from delfin import exception
from delfin.common.subject_hash import subject_hash
from delfin.common.trust import Trust

LOG = log.getLogger(__name__)

_SUFFIXES = frozenset({".pem", ".crt", ".cer"})


class HostNameIgnoreAdapter(HTTPAdapter):
    """Verify the chain of certificates, but not whom it was issued to; more only as `Trust` says."""

    def init_poolmanager(
        self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: Any
    ) -> None:
        self._contexts: dict[tuple[str, bool] | None, ssl.SSLContext] = {}
        pool_kwargs["assert_hostname"] = False
        super().init_poolmanager(connections, maxsize, block, **pool_kwargs)

    def build_connection_pool_key_attributes(
        self, request: Any, verify: Any, cert: Any = None
    ) -> tuple[Any, Any]:
        host, pool = super().build_connection_pool_key_attributes(request, verify, cert)
        told: dict[str, Any] = {}
        if isinstance(verify, Trust):
            told = self._as_told(verify)
        elif verify is False and not cert:
            told = {"ssl_context": self._context(None)}
        return host, {**pool, **told} if told else pool

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        # The fingerprint takes the place of the chain: an old certificate is good as well.
        pinned = isinstance(verify, Trust) and verify.fingerprint
        super().cert_verify(  # type: ignore[no-untyped-call] # as requests has it
            conn, url, False if pinned else verify, cert
        )

    def _as_told(self, trust: Trust) -> dict[str, Any]:
        """What the library's pool of connections is told; nothing is sent before it holds."""
        if trust.fingerprint:
            return {
                "cert_reqs": "CERT_NONE",
                "ca_certs": None,
                "assert_fingerprint": trust.fingerprint,
                "ssl_context": self._context(None),
            }
        # None takes the adapter's own False away: the name of the request counts.
        named = {"assert_hostname": None} if trust.check_hostname else {}
        return {"ssl_context": self._context((str(trust), trust.check_hostname)), **named}

    def _context(self, key: tuple[str, bool] | None) -> ssl.SSLContext:
        """One for each trust, and None for no chain at all: by itself the library would load the
        machine's authorities for each connection, in some 25 ms, even where none is asked.
        """
        if key not in self._contexts:
            wanted = ssl.CERT_NONE if key is None else ssl.CERT_REQUIRED
            self._contexts[key] = create_urllib3_context(cert_reqs=wanted)
            self._contexts[key].verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        return self._contexts[key]


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
