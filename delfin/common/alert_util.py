"""What drivers and delfin do alike with alerts."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from typing import Any


def is_alert_in_time_range(query_para: Mapping[str, Any] | None, occur_time: Any) -> bool:
    """Whether an alert of that time (ms) is asked for; both bounds belong to the range.

    No query, or times that are no numbers, select everything. A query without any bound, which
    includes zeros, selects nothing: drivers were written against that.
    """
    if not query_para:
        return True
    try:
        begin = int(query_para.get("begin_time") or 0)
        end = int(query_para.get("end_time") or 0)
        occurred = int(occur_time)
    except (TypeError, ValueError):
        return True
    if not begin and not end:
        return False
    return (not begin or begin <= occurred) and (not end or occurred <= end)


def fill_storage_attributes(alert: MutableMapping[str, Any], storage: Mapping[str, Any]) -> None:
    """Write into the alert which array it comes from."""
    alert["storage_id"] = storage["id"]
    alert["storage_name"] = storage["name"]
    for attribute in ("vendor", "model", "serial_number"):
        alert[attribute] = storage[attribute]
