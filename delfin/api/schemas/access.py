"""What clients send to register a storage and to change how it is reached."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

# '$' alone would let a line feed through behind it.
_END = r"(?![\s\S])"
BLOCKS = ("rest", "ssh", "cli", "smis")
KEY_TYPES = (
    *("ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"),
    *("ssh-rsa", "ssh-dss", "ed25519"),
)


def text(doc: str, longest: int = 255, shortest: int = 1) -> Schema:
    """What a field with text may hold."""
    return {
        "type": "string",
        "minLength": shortest,
        "maxLength": longest,
        "pattern": rf"^[^\u0000]*{_END}",
        "x-rule": "must not hold a NUL character",
        "description": doc,
    }


HOST: Schema = {
    "type": "string",
    "minLength": 1,
    "maxLength": 255,
    "pattern": rf"^[A-Za-z0-9._:-]+{_END}",
    "x-rule": "may hold only letters, digits, '-', '_', '.' and ':'",
    "description": "Name or address of the array's management interface",
}
PORT: Schema = {
    "type": ["integer", "string"],
    "minimum": 0,
    "maximum": 65535,
    "pattern": "^(?:[0-9]{1,4}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
    + _END,
    "x-rule": "must be a number from 0 to 65535",
    "description": "TCP port; a string of digits is taken too, the answer has a number",
}
SECRET: Schema = {**text("Password; never shown"), "writeOnly": True}
EXTRA: Schema = {
    "type": "object",
    "propertyNames": {
        "minLength": 1,
        "maxLength": 255,
        "pattern": rf"^[A-Za-z0-9_:. -]+{_END}",
        "x-rule": "names may hold only letters, digits, '-', '_', ':', '.' and blanks",
    },
    "additionalProperties": text("Value", shortest=0),
    "description": "Further settings of the driver; what is secret by its name is never shown",
}
_PUB_KEY = text(
    "The array's host key, or its fingerprint as 'SHA256:...'; left out, the key that the array "
    "shows is kept and no other one is accepted later",
    4096,
)
TLS: Schema = {
    "type": "object",
    "properties": {
        "verify": {"type": "boolean", "description": "Whether a certificate must be trusted"},
        "check_hostname": {
            "type": "boolean",
            "description": "Whether the certificate must be for the host that is asked",
        },
        "ca_cert": text("Certificates to trust, in PEM: the issuer's or the array's own", 65536),
        "fingerprint": text(
            "SHA-256 of the one certificate that counts, in hexadecimal with or without colons"
        ),
    },
    "additionalProperties": False,
    "description": "Which certificate of the array is trusted; without it, or empty, the rule of "
    "the installation",
}
_FIELDS: dict[str, Schema] = {
    "host": HOST,
    "port": PORT,
    "username": text("User of the array"),
    "password": SECRET,
}
_SSH: dict[str, Schema] = {
    "pub_key": _PUB_KEY,
    "pub_key_type": {"enum": list(KEY_TYPES), "description": "Type of the host key"},
}
_SSH_UPDATE: dict[str, Schema] = {
    **_SSH,
    "pub_key": {
        **_PUB_KEY,
        "type": ["string", "null"],
        "description": "As in a registration; null forgets the key, and the one shown now is kept",
    },
}
_SMIS: dict[str, Schema] = {"namespace": text("CIM namespace")}
_NAMED: dict[str, Schema] = {
    "name": text("Your own name for it"),
    "description": text("Your own words on it", shortest=0),
}


def _block(doc: str, required: tuple[str, ...], further: dict[str, Schema] | None = None) -> Schema:
    return {
        "type": "object",
        "properties": {**_FIELDS, **(further or {})},
        "required": list(required),
        "additionalProperties": False,
        "description": doc,
    }


def _body(
    blocks: dict[str, Schema], head: dict[str, Schema], required: list[str], one_of: tuple[str, ...]
) -> Schema:
    return {
        "type": "object",
        "properties": {"extra_attributes": EXTRA, **head, **_NAMED, **blocks, "tls": TLS},
        "required": required,
        "anyOf": [{"required": [name]} for name in one_of],
        "additionalProperties": False,
    }


_ALL = ("host", "port", "username", "password")
_NO_PORT = ("host", "username", "password")

REGISTRATION = _body(
    {
        "rest": _block("REST access", _ALL),
        "ssh": _block("SSH access", _ALL, _SSH),
        "cli": _block("Access of the vendor's command line tool", _NO_PORT),
        "smis": _block("SMI-S access", _ALL, _SMIS),
    },
    {
        "vendor": text("First word of the driver's name"),
        "model": text("Second word of the driver's name"),
        "storage_name": text("Which array, where one manager serves several"),
    },
    ["vendor", "model"],
    BLOCKS,
)
ACCESS_UPDATE = _body(
    {
        "rest": _block("REST access", _ALL),
        "ssh": _block(
            "SSH access; what is left out stays", ("host", "port", "username"), _SSH_UPDATE
        ),
        "cli": _block("Access of the vendor's command line tool", _NO_PORT),
        "smis": _block("SMI-S access", _NO_PORT, _SMIS),
    },
    {
        "scope": {
            "enum": ["storage", "manager"],
            "description": "Whose access: of this storage, or of all that share its manager",
        },
        "extra_attributes": {
            **EXTRA,
            "additionalProperties": {
                **text("Value; null takes it away", shortest=0),
                "type": ["string", "null"],
            },
        },
    },
    [],
    (*BLOCKS, "tls"),
)
