"""Sends alerts to Alertmanager, API v2: a Fault fires, its Recovery resolves it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
from oslo_config import cfg

from delfin.exporter.base_exporter import BaseExporter, RejectedError
from delfin.exporter.http import Poster

Alert = dict[str, Any]

# Alertmanager knows an alert by its labels, so only what never changes while it lasts is one.
# A severity may: then the alert with the old one is resolved.
_LABELS = (
    *("storage_id", "vendor", "model", "serial_number"),
    *("alert_id", "type", "resource_type", "location"),
)
_ANNOTATIONS = (
    *("storage_name", "description", "recovery_advice", "sequence_number", "count"),
    *("acknowledged_by", "id"),
)
# Without news for so many intervals, what lasts is taken for resolved; delfin may be gone.
_INTERVALS = 4
_EVENT_LASTS = 300.0


class AlertmanagerExporter(BaseExporter):
    """Posts to every Alertmanager of a cluster; one that takes it is enough."""

    def __init__(self, posters: Sequence[Poster], repeat_interval: float) -> None:
        self._posters = posters
        self.repeat_interval = repeat_interval

    @classmethod
    def of(cls, conf: cfg.ConfigOpts) -> AlertmanagerExporter:
        options = conf.exporter_alertmanager
        if not options.urls:
            raise ValueError("[exporter_alertmanager] urls is empty")
        credentials = (options.username, options.password) if options.username else None
        # All of them are asked within the time of one call.
        timeout = conf.exporters.timeout / len(options.urls)
        posters = [
            Poster(f"{url.rstrip('/')}/api/v2/alerts", timeout, options.ca_file, credentials)
            for url in options.urls
        ]
        return cls(posters, options.repeat_interval)

    def dispatch(self, ctxt: Any, data: list[Alert]) -> None:  # noqa: ARG002 - the SDK's form
        now = time.time()
        until = now + _INTERVALS * (self.repeat_interval or 0)
        # Of several changes of one alert, Alertmanager would take any for the last.
        shown = {}
        for alert in data:
            for one in _posted(alert, now, until):
                shown[orjson.dumps(one["labels"], option=orjson.OPT_SORT_KEYS)] = one
        body = orjson.dumps(list(shown.values()))
        failures = [error for poster in self._posters if (error := _failure(poster, body))]
        if len(failures) == len(self._posters):
            raise failures[0]

    def close(self) -> None:
        for poster in self._posters:
            poster.close()


def _failure(poster: Poster, body: bytes) -> Exception | None:
    try:
        poster.post(body)
    except (OSError, RejectedError) as error:
        return error
    return None


def _posted(alert: Alert, now: float, until: float) -> list[Alert]:
    """The alert as API v2 has it, and its end under the severity that it had before."""
    if alert.get("category") == "Recovery":
        until = min(now, alert.get("cleared_at", now * 1000) / 1000)
    elif alert.get("category") == "Event":
        until = now + _EVENT_LASTS
    posted = [_entry(alert, str(alert["severity"]), until)]
    if "severity_before" in alert:
        posted.insert(0, _entry(alert, str(alert["severity_before"]), now))
    return posted


def _entry(alert: Alert, severity: str, until: float) -> Alert:
    labels = {name: str(alert[name]) for name in _LABELS if alert.get(name)}
    labels["alertname"] = str(alert.get("alert_name") or alert.get("alert_id") or "delfin")
    labels["severity"] = severity.lower()
    # Tells conditions apart that an array describes alike.
    labels["delfin_key"] = str(alert["dedup_key"])[:16]
    begun = min(alert["first_seen"] / 1000, until)
    return {
        "labels": labels,
        "annotations": {name: str(alert[name]) for name in _ANNOTATIONS if alert.get(name)},
        "startsAt": _iso(begun),
        "endsAt": _iso(until),
    }


def _iso(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat()
