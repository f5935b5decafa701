"""The access information in a request body, ready for drivers and for the database."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from delfin import cryptor, exception
from delfin.api.schemas.access import BLOCKS
from delfin.api.tls_offer import tls_offered
from delfin.common.redaction import MASK, conceal
from delfin.db.access_secrets import is_secret

Block = dict[str, Any]


@dataclass(frozen=True)
class Offer:
    """What a client offers.

    Attributes:
        blocks: The access blocks and 'extra_attributes' that were sent, secrets as
            'delfin.cryptor' text.
        extra_attributes: The same as drivers expect them, secrets in plain text.
        secrets: Every secret in plain text.
        tls: Which certificates are trusted, as stored; None when nothing was said.
    """

    blocks: dict[str, Block]
    extra_attributes: dict[str, Any] | None
    secrets: tuple[str, ...]
    tls: Block | None = None

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Offer:
        sent = {name: body[name] for name in (*BLOCKS, "extra_attributes") if name in body}
        secrets = tuple(
            value
            for block in sent.values()
            for name, value in block.items()
            if is_secret(name) and value is not None
        )
        for secret in secrets:
            conceal(secret)
        return cls(
            {name: _encoded(block) for name, block in sent.items()},
            sent.get("extra_attributes"),
            secrets,
            tls_offered(body["tls"]) if "tls" in body else None,
        )

    def addresses(self) -> list[str]:
        """Where the array is reached; sorted, so that nobody locks them in another order."""
        reached = (self.blocks[name] for name in BLOCKS if name in self.blocks)
        return sorted({f"{host}:{port}" for host, port in map(address, reached)})


def address(block: Block) -> tuple[str, int | None]:
    """Host and port as they compare."""
    return block["host"].lower(), block.get("port")


@contextmanager
def unquoted(secrets: tuple[str, ...]) -> Iterator[None]:
    """Keeps the secrets out of what the error of the block says: some arrays repeat them."""
    try:
        yield
    except exception.DelfinException as error:
        raise _blanked(error, secrets) from None


def _blanked(
    error: exception.DelfinException, secrets: tuple[str, ...]
) -> exception.DelfinException:
    forms = [form for secret in secrets if secret for form in _forms(secret)]
    texts = [error.msg, *(str(value) for value in error.error_args)]
    if not any(form in text for form in forms for text in texts):
        return error
    for form in forms:
        texts = [text.replace(form, MASK) for text in texts]
    return type(error)(message=texts[0], error_args=texts[1:])


def _forms(secret: str) -> tuple[str, str, str]:
    raw = secret.encode()
    return secret, base64.b64encode(raw).decode(), raw.hex()


def _encoded(block: Block) -> Block:
    return {name: _value(name, value) for name, value in block.items()}


def _value(name: str, value: Any) -> Any:
    if value is None:
        return None
    if is_secret(name):
        return cryptor.encode(value)
    return int(value) if name == "port" else value
