"""What there is, for Prometheus."""

from __future__ import annotations

from delfin.api.exchange import Answer, Request
from delfin.api.parts import ApiParts


def page(parts: ApiParts, _request: Request) -> Answer:
    """Capacities, states and topology as gauges."""
    return Answer(text=parts.estate.text())
