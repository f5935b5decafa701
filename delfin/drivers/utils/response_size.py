"""Reads an HTTP answer up to a size: what an array says must fit into memory, also by mistake."""

from __future__ import annotations

from typing import Any

import requests
from oslo_config import cfg

from delfin import exception

_USUAL = 256 * 1024 * 1024
_CHUNK = 64 * 1024


def response_limit() -> int:
    """`[storage_driver] response_limit`, in bytes."""
    try:
        return int(cfg.CONF.storage_driver.response_limit)
    except (cfg.NoSuchOptError, cfg.NoSuchGroupError):
        return _USUAL


def read_within_limit(
    response: requests.Response, *_arguments: Any, stream: bool = False, **_options: Any
) -> None:
    """Read the body, unpacked; a response hook of `requests`, so it is there for `content`.

    Raises InvalidResults past the limit, as soon as that is there, and what `requests` raises when
    the connection fails. A caller that streams looks after the size itself.
    """
    if stream:
        return
    limit, body = response_limit(), bytearray()
    for chunk in response.iter_content(_CHUNK):
        body += chunk
        if len(body) > limit:
            response.close()
            raise exception.InvalidResults(f"the array's answer is longer than {limit} bytes")
    response._content = bytes(body)  # noqa: SLF001 - requests has no other way to read with a limit
