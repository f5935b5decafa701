"""The forms in which an operator may register a host key."""

from __future__ import annotations

import paramiko
import pytest

from delfin import exception
from delfin.drivers.utils.host_key import disabled_algorithms, expected_key

ED25519 = "AAAAC3NzaC1lZDI1NTE5AAAAIA6rWI3G1sz07DnfFlrouTcysQlj2P+jpNSOEWD9OJ3X"
FINGERPRINT = "SHA256:uNiVztksCsDhcc0u9e8BgrJXVGDT0H6Fe1sIMzXP1Ww"


@pytest.mark.parametrize("nothing", [None, "", "  "])
def test_no_key(nothing: str | None) -> None:
    assert expected_key(nothing, "ssh-rsa") is None


@pytest.mark.parametrize("key_type", [None, "ssh-ed25519", "ed25519"])
@pytest.mark.parametrize("form", ["{}", "ssh-ed25519 {}", "ssh-ed25519 {} root@array", " {}\n"])
def test_forms_of_a_key(form: str, key_type: str | None) -> None:
    found = expected_key(form.format(ED25519), key_type)
    assert found
    assert found.known_hosts_line("array") == f"array ssh-ed25519 {ED25519}"


@pytest.mark.parametrize("curve", [256, 384, 521])
def test_the_type_is_read_from_the_key(curve: int) -> None:
    found = expected_key(paramiko.ECDSAKey.generate(bits=curve).get_base64(), None)
    assert found
    assert found.key_type == f"ecdsa-sha2-nistp{curve}"


@pytest.mark.parametrize("ending", ["", "="])
def test_a_fingerprint(ending: str) -> None:
    found = expected_key(FINGERPRINT + ending, "ed25519")
    assert found
    assert (found.fingerprint, found.key_type) == (FINGERPRINT, "ssh-ed25519")


@pytest.mark.parametrize(
    ("key", "key_type", "field"),
    [
        ("not base64!", None, "pub_key"),
        (ED25519[:-8], None, "pub_key"),
        ("SHA256:short", None, "pub_key"),
        ("MD5:16:27:ac:a5:76:28:2d:36:63:1b:56:4d:eb:df:a6:48", None, "pub_key"),
        (ED25519, "ssh-rsa", "pub_key"),
        (ED25519, "rot13", "pub_key_type"),
        (FINGERPRINT, "ssh-dss", "pub_key_type"),
    ],
)
def test_what_is_no_key_is_named(key: str, key_type: str | None, field: str) -> None:
    with pytest.raises(exception.InvalidInput, match=rf"ssh\.{field}\b"):
        expected_key(key, key_type)


def test_other_types_of_key_are_not_offered() -> None:
    assert disabled_algorithms(()) is None
    disabled = disabled_algorithms(("ssh-rsa",))
    assert disabled
    assert "ssh-ed25519" in disabled["keys"]
    assert not {"ssh-rsa", "rsa-sha2-512"} & set(disabled["keys"])
