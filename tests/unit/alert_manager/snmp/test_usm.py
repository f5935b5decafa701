"""Keys and ciphers are those of RFC 3414 and of pysnmp."""

from __future__ import annotations

import itertools
from functools import cache
from typing import Any

import pytest
from pyasn1.type import univ
from pysnmp.entity.engine import SnmpEngine

from delfin.alert_manager.snmp import usm
from delfin.alert_manager.snmp.usm import CIPHERS, DIGESTS, DecryptionError, User
from delfin.common.constants import AUTH_PROTOCOL_MAP, PRIVACY_PROTOCOL_MAP

ENGINE = bytes.fromhex("80001f8804deadbeef")
SCOPED = bytes(range(7)) * 11


@cache
def model_of_pysnmp() -> Any:
    return SnmpEngine().security_models[3]


def theirs(digest: str, cipher: str) -> tuple[Any, Any, bytes, bytes]:
    """The services of pysnmp, and its keys for the same passwords."""
    model = model_of_pysnmp()
    auth_name = AUTH_PROTOCOL_MAP[digest.lower()]
    auth = model.AUTH_SERVICES[auth_name]
    priv = model.PRIV_SERVICES[PRIVACY_PROTOCOL_MAP[cipher.lower()]]
    engine = univ.OctetString(ENGINE)
    key = auth.localize_key(auth.hash_passphrase(b"authentication"), engine)
    cipher_key = priv.localize_key(
        auth_name, priv.hash_passphrase(auth_name, b"encryption"), engine
    )
    return auth, priv, bytes(key), cipher_key


def test_the_examples_of_rfc_3414() -> None:
    engine = bytes.fromhex("000000000000000000000002")
    md5 = usm.localized("md5", usm.master_key("md5", b"maplesyrup"), engine)
    sha = usm.localized("sha1", usm.master_key("sha1", b"maplesyrup"), engine)
    assert md5.hex() == "526f5eed9fcce26f8964c2930787d82b"
    assert sha.hex() == "6695febc9288e36282235fc7151f128497b38f3f"


@pytest.mark.parametrize(("digest", "cipher"), list(itertools.product(DIGESTS, CIPHERS)))
def test_pysnmp_opens_what_we_encrypt_and_we_what_it_encrypts(digest: str, cipher: str) -> None:
    user = User("u", digest, "authentication", cipher, "encryption")
    keys = user.keys(ENGINE)
    _auth, priv, auth_key, cipher_key = theirs(digest, cipher)
    assert keys.digest == auth_key
    assert keys.cipher[0] == bytes(cipher_key)
    ours, salt = usm.encrypted(cipher, keys.cipher[0], 3, 77, SCOPED)
    read = priv.decrypt_data(
        cipher_key,
        (univ.Integer(3), univ.Integer(77), univ.OctetString(salt)),
        univ.OctetString(ours),
    )
    assert bytes(read)[: len(SCOPED)] == SCOPED
    data, their_salt = priv.encrypt_data(
        cipher_key, (univ.Integer(3), univ.Integer(77), None), SCOPED
    )
    opened = usm.decrypted(cipher, keys.cipher[0], bytes(their_salt), 3, 77, bytes(data))
    assert opened[: len(SCOPED)] == SCOPED


@pytest.mark.parametrize("digest", list(DIGESTS))
def test_pysnmp_accepts_our_signature_and_we_a_changed_bit_never(digest: str) -> None:
    user = User("u", digest, "authentication")
    auth, _priv, auth_key, _ = theirs(digest, "DES")
    size = DIGESTS[digest][1]
    blank = b"head" + bytes(size) + b"tail"
    signed = user.sign(blank, 4, ENGINE)
    code = signed[4 : 4 + size]
    assert (
        bytes(
            auth.authenticate_incoming_message(
                univ.OctetString(auth_key), univ.OctetString(code), signed
            )
        )
        == blank
    )
    user.check(signed, code, 4, ENGINE)
    for place in range(len(signed)):
        changed = bytearray(signed)
        changed[place] ^= 1
        with pytest.raises(usm.WrongDigestError):
            user.check(bytes(changed), bytes(changed[4 : 4 + size]), 4, ENGINE)
    for wrong in (b"", code[:-1], code + b"\0"):
        with pytest.raises(usm.WrongDigestError):
            user.check(signed, wrong, 4, ENGINE)


@pytest.mark.parametrize(("cipher", "salt", "data"), [("DES", 8, 9), ("3DES", 8, 7), ("AES", 7, 9)])
def test_impossible_lengths_are_refused(cipher: str, salt: int, data: int) -> None:
    with pytest.raises(DecryptionError):
        usm.decrypted(cipher, bytes(CIPHERS[cipher]), bytes(salt), 1, 1, bytes(data))


def test_long_aes_keys_are_made_in_both_customary_ways() -> None:
    short = User("u", "HMACSHA", "authentication", "AES256", "encryption").keys(ENGINE)
    long = User("u", "HMCSHA2512", "authentication", "AES256", "encryption").keys(ENGINE)
    assert len(short.cipher) == 2
    assert len(long.cipher) == 1
    assert {len(key) for key in (*short.cipher, *long.cipher)} == {32}


@pytest.mark.parametrize(
    "settings",
    [
        {"digest": "HMACMD5"},
        {"digest": "SHA3", "digest_password": "x"},
        {"cipher": "AES", "cipher_password": "x"},
        {"digest": "HMACSHA", "digest_password": "x", "cipher": "AES"},
    ],
)
def test_a_user_that_is_not_complete_is_refused(settings: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="incomplete"):
        User("u", **settings)


def test_a_user_is_shown_without_its_passwords() -> None:
    user = User("u", "HMACSHA", "authentication", "AES", "encryption")
    user.keys(ENGINE)
    assert "authentication" not in repr(user)
    assert "encryption" not in repr(user)
    assert user.keys(ENGINE).digest.hex() not in repr(user)
