"""The number OpenSSL looks certificates up by, compared with OpenSSL's own."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import NameOID

from delfin.common.subject_hash import subject_hash
from tests.unit.web_server import common_name, write_certificate


def attribute(oid: x509.ObjectIdentifier, text: str, kind: _ASN1Type) -> x509.NameAttribute[str]:
    return x509.NameAttribute(oid, text, _type=kind)


NAMES = {
    "plain": common_name("array.example.com"),
    "case and space": common_name("  Array \t OF\u00a0the\n Lab "),
    "not ascii": common_name("Prüfstand ÄÖÜ ☃"),
    "several": x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "DE"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example GmbH"),
            x509.NameAttribute(NameOID.EMAIL_ADDRESS, "Admin@Example.COM"),
            x509.NameAttribute(NameOID.DOMAIN_COMPONENT, "Example"),
        ]
    ),
    "other string types": x509.Name(
        [
            attribute(NameOID.ORGANIZATION_NAME, "Bmp  Füße", _ASN1Type.BMPString),
            attribute(NameOID.COMMON_NAME, "Printable", _ASN1Type.PrintableString),
            attribute(NameOID.COMMON_NAME, "Teletex", _ASN1Type.T61String),
            attribute(NameOID.COMMON_NAME, "Universal ☃", _ASN1Type.UniversalString),
        ]
    ),
    "many values at one level": x509.Name(
        [
            x509.RelativeDistinguishedName(
                [
                    x509.NameAttribute(NameOID.COMMON_NAME, "z"),
                    x509.NameAttribute(NameOID.ORGANIZATION_NAME, "A" * 60),
                    x509.NameAttribute(NameOID.USER_ID, "u"),
                ]
            )
        ]
    ),
    "long": x509.Name(
        [x509.NameAttribute(NameOID.POSTAL_ADDRESS, "Street " * n) for n in (20, 60)]
    ),
    "empty": x509.Name([]),
}

# Said by the openssl command; two have the zeros at an end that careless formatting drops.
KNOWN = {
    "array.example.com": "448b05ec",
    "array581": "00f3aa3f",
    "array47": "4835c100",
}


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_hash_is_the_one_known(name: str) -> None:
    assert subject_hash(common_name(name)) == KNOWN[name]


@pytest.mark.skipif(not shutil.which("openssl"), reason="the openssl command is not installed")
@pytest.mark.parametrize("which", sorted(NAMES))
def test_hash_is_the_one_of_openssl(tmp_path: Path, which: str) -> None:
    certificate, _ = write_certificate(tmp_path, NAMES[which])
    said = subprocess.run(
        ["openssl", "x509", "-noout", "-subject_hash", "-in", str(certificate)],
        capture_output=True,
        check=True,
        text=True,
    )
    assert subject_hash(NAMES[which]) == said.stdout.strip()
