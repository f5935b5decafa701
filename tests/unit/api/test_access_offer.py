"""The access information in a body, and what must not be said of it."""

from __future__ import annotations

import base64

import pytest

from delfin import cryptor, exception
from delfin.api.access_offer import Offer, unquoted

BODY = {
    "vendor": "v",
    "rest": {"host": "B.example", "port": "443", "username": "u", "password": "pass-w0rd"},
    "cli": {"host": "a.example", "username": "u", "password": "pass-w0rd"},
    "extra_attributes": {"api_token": "t0ken", "volumes": "1"},
}


def test_secrets_become_cipher_text_and_ports_numbers() -> None:
    offer = Offer.of(BODY)
    assert offer.blocks["rest"]["port"] == 443
    assert cryptor.decode(offer.blocks["rest"]["password"]) == "pass-w0rd"
    assert cryptor.decode(offer.blocks["extra_attributes"]["api_token"]) == "t0ken"
    assert offer.extra_attributes == {"api_token": "t0ken", "volumes": "1"}
    assert set(offer.secrets) == {"pass-w0rd", "t0ken"}
    assert "pass-w0rd" not in str(offer.blocks)


def test_addresses_are_sorted_and_without_case() -> None:
    assert Offer.of(BODY).addresses() == ["a.example:None", "b.example:443"]


@pytest.mark.parametrize(
    "form", ["pass-w0rd", base64.b64encode(b"pass-w0rd").decode(), b"pass-w0rd".hex()]
)
def test_a_quoted_secret_is_blanked(form: str) -> None:
    with pytest.raises(exception.StorageBackendException) as caught, unquoted(("pass-w0rd",)):
        raise exception.StorageBackendException(f"refused: {form}")
    assert caught.value.msg == "Exception from Storage Backend: refused: ***."
    assert caught.value.error_args == ("refused: ***",)


def test_an_error_without_secrets_stays_the_same() -> None:
    error = exception.StorageBackendException("busy", 7)
    with pytest.raises(exception.StorageBackendException) as caught, unquoted(("pass-w0rd", "")):
        raise error
    assert caught.value is error
