"""How exporters are given what comes as dicts: alerts, and changes of the inventory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from delfin.context import get_admin_context
from delfin.exporter.base_exporter import BaseExporter

Alert = dict[str, Any]


class AlertHand:
    """Gives alerts as dicts, to 'dispatch'."""

    def wants(self, exporter: BaseExporter, entry: Alert) -> bool:
        """Acknowledgements are for those that ask for them."""
        return exporter.wants_acknowledgements or "acknowledged" not in str(entry.get("change"))

    def give(self, exporter: BaseExporter, entries: Sequence[Alert]) -> None:
        # Copies: an exporter may do with them what it likes.
        exporter.dispatch(get_admin_context(), [dict(entry) for entry in entries])
