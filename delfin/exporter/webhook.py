"""Posts JSON to any HTTP receiver, signed so that it knows who it comes from."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any, ClassVar, Self

import orjson
from oslo_config import cfg

from delfin.exporter.base_exporter import BaseExporter
from delfin.exporter.http import Poster
from delfin.utils import utcnow_ms

SIGNATURE = "X-Delfin-Signature"


class _Webhook(BaseExporter):
    """One POST for each batch: `{"version": 1, "sent_at": ms, <what>: [...]}`."""

    what: ClassVar[str]
    option: ClassVar[str]

    def __init__(self, poster: Poster, secret: str = "") -> None:
        self._poster = poster
        self._secret = secret

    @classmethod
    def of(cls, conf: cfg.ConfigOpts) -> Self:
        options = conf.exporter_webhook
        url = options[cls.option]
        if not url:
            raise ValueError(f"[exporter_webhook] {cls.option} is not set")
        return cls(Poster(url, conf.exporters.timeout, options.ca_file), options.secret)

    def dispatch(self, ctxt: Any, data: list[dict[str, Any]]) -> None:  # noqa: ARG002 - the SDK's form
        body = orjson.dumps({"version": 1, "sent_at": utcnow_ms(), self.what: data})
        self._poster.post(body, {SIGNATURE: signature(self._secret, body)} if self._secret else {})

    def close(self) -> None:
        self._poster.close()


class WebhookExporter(_Webhook):
    """Alerts."""

    what = "alerts"
    option = "url"
    wants_acknowledgements = True


class WebhookResourceExporter(_Webhook):
    """What is added, changed and removed in the inventory."""

    what = "resources"
    option = "resource_url"


def signature(secret: str, body: bytes) -> str:
    """What stands in the header: `sha256=` and the HMAC of the body in hexadecimal."""
    return f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"
