"""The access info of a live array, from a file such as the body of POST /v1/storages."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import yaml

from delfin import cryptor, exception
from delfin.common.constants import ACCESS_TYPE
from delfin.common.redaction import conceal


def read(path: Path) -> dict[str, Any]:
    """What delfin would hand to the driver; passwords are kept out of logs from now on.

    The file is JSON or YAML, with 'vendor', 'model' and one block or more of 'rest', 'ssh',
    'cli', 'smis'; 'verify' may name a CA file.

    Raises exception.InvalidInput naming what is wrong; OSError when there is no such file.
    """
    try:
        told = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError:
        # The error quotes the line, and that line may hold the password.
        raise exception.InvalidInput(f"{path} is neither JSON nor YAML") from None
    if not isinstance(told, dict) or not told.get("vendor") or not told.get("model"):
        raise exception.InvalidInput(f"{path}: vendor and model are missing")
    access = {"storage_id": str(uuid4()), "verify": False, **told}
    blocks = [name for name in ACCESS_TYPE if isinstance(told.get(name), Mapping)]
    if not blocks:
        raise exception.InvalidInput(f"{path}: want one of {', '.join(ACCESS_TYPE)}")
    for name in blocks:
        block = dict(told[name])
        if block.get("password") is not None:
            conceal(str(block["password"]))
            block["password"] = cryptor.encode(str(block["password"]))
        access[name] = block
    return access


def passwords(access: Mapping[str, Any]) -> list[str]:
    """In clear."""
    blocks = [access[name] for name in ACCESS_TYPE if isinstance(access.get(name), Mapping)]
    return [cryptor.decode(block["password"]) for block in blocks if block.get("password")]
