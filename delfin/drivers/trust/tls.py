"""Which certificates are trusted for which array, for the driver manager."""

from __future__ import annotations

import hashlib
import os
import shutil
import ssl
import tempfile
import weakref
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from oslo_config import cfg
from oslo_log import log
from requests.utils import DEFAULT_CA_BUNDLE_PATH

from delfin import exception, ssl_utils
from delfin.common.trust import Trust
from delfin.drivers.trust import handshake

LOG = log.getLogger(__name__)

# Below the state folder; what is in it can be made again from configuration and database.
FOLDER = "trusted"
_SUFFIXES = frozenset({".pem", ".crt", ".cer"})


class TlsTrust:
    """The rule of the installation, and how an array's own 'tls' block changes it.

    Files of trusted certificates are named by what they hold. So none is ever changed, any number
    of processes may write the same one, and a session keeps what it began with.
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        verify: bool | None = None,
        ca_path: str = "",
        check_hostname: bool = True,
    ) -> None:
        """Without a folder, one of its own that ends with this object."""
        self._given = folder
        self._ca_path = ca_path
        self._verify = bool(ca_path) if verify is None else verify
        self._check_hostname = check_hostname
        # Whoever set no more than a path has arrays with names that nobody resolves.
        self._names_count = verify is not None

    @classmethod
    def of(cls, conf: cfg.ConfigOpts) -> Self:
        group = conf.storage_driver
        return cls(
            Path(conf.state_path) / FOLDER,
            verify=group.verify_certificates,
            ca_path=group.ca_path,
            check_hostname=group.check_hostname,
        )

    def verify_for(self, access: Mapping[str, Any]) -> Trust | bool:
        """The 'verify' keyword of a driver: False, or whom it trusts.

        The array behind a 'rest' block has then shown a trusted certificate, so that the
        password never comes near another one, however careless the driver is.

        Raises:
            exception.SSLCertificateFailed: Its certificate is not trusted.
            exception.SSLHandshakeFailed: There is no TLS to be had.
            exception.InvalidIpOrPort: Nothing answers there.
            exception.InvalidCAPath: What should be trusted cannot be read.
        """
        tls: Mapping[str, Any] = access.get("tls") or {}
        rest = access.get("rest") or {}
        if tls.get("fingerprint"):
            return self._pinned(tls["fingerprint"], rest)
        if not (tls.get("ca_cert") or tls.get("verify", self._verify)):
            return False
        trust = Trust(
            self._stored(tls["ca_cert"].encode()) if tls.get("ca_cert") else self._everyone(),
            check_hostname=tls.get(
                "check_hostname", self._check_hostname and (self._names_count or bool(tls))
            ),
        )
        if rest:
            handshake.check(rest["host"], rest.get("port"), trust)
        return trust

    def _pinned(self, fingerprint: str, rest: Mapping[str, Any]) -> Trust:
        if not rest:
            raise exception.InvalidInput("tls.fingerprint is for an array with a rest block")
        host, port = rest["host"], rest.get("port")
        seen = handshake.shown(host, port)
        if seen.fingerprint != fingerprint:
            reason = f"its fingerprint is not the one on record, {fingerprint}"
            raise handshake.refused(host, port, reason, seen)
        return Trust(self._stored(seen.pem), fingerprint=fingerprint)

    def _everyone(self) -> str:
        """A file or folder with what the installation trusts."""
        if not self._ca_path:
            return _trusted_by_the_system()
        ssl_utils.verify_ca_path(self._ca_path)
        folder = Path(self._ca_path)
        if not folder.is_dir():
            return self._ca_path
        # As one file it needs no links with hashes in a folder that may not be ours to write to.
        found = b"".join(_certificates(path) for path in sorted(folder.iterdir()))
        if not found:
            raise exception.InvalidCAPath(self._ca_path)
        return self._stored(found)

    @cached_property
    def _folder(self) -> Path:
        if self._given:
            self._given.mkdir(mode=0o750, parents=True, exist_ok=True)
            return self._given
        own = tempfile.mkdtemp(prefix="delfin-trusted-")
        weakref.finalize(self, shutil.rmtree, own, ignore_errors=True)
        return Path(own)

    def _stored(self, pem: bytes) -> str:
        path = self._folder / f"{hashlib.sha256(pem).hexdigest()}.pem"
        if not path.exists():
            descriptor, name = tempfile.mkstemp(dir=self._folder, prefix=".new-")
            with os.fdopen(descriptor, "wb") as file:
                file.write(pem)
            Path(name).replace(path)
        return str(path)


def _certificates(path: Path) -> bytes:
    """The certificates in a file, without the comments round them."""
    if path.suffix.lower() not in _SUFFIXES:
        return b""
    try:
        found = x509.load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError) as error:
        LOG.warning("%s holds no usable PEM certificate: %s", path, error)
        return b""
    return b"".join(certificate.public_bytes(Encoding.PEM) for certificate in found)


def _trusted_by_the_system() -> str:
    known = ssl.get_default_verify_paths()
    return known.cafile or known.capath or DEFAULT_CA_BUNDLE_PATH
