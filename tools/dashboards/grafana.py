"""Grafana's form of dashboards and panels; what is in them is declared in `content`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

# Steps of a number that should be zero.
ANY_IS_BAD = (("red", 1),)
_COLUMNS = 24
_SOURCE = {"type": "prometheus", "uid": "${source}"}
# Grafana 9 and later read this; it migrates what is older.
_SCHEMA = 37


@dataclass(frozen=True)
class Panel:
    """One picture.

    Attributes:
        title: What stands above it.
        queries: PromQL with its legend, which may name labels in double braces.
        kind: timeseries, stat, table or bargauge.
        unit: Grafana's id of the unit.
        width: Of 24 columns.
        height: In rows of Grafana.
        steps: From which value on which colour, beginning with green.
        doc: What a reader should know.
    """

    title: str
    queries: Sequence[tuple[str, str]]
    kind: str = "timeseries"
    unit: str = "short"
    width: int = 12
    height: int = 8
    steps: Sequence[tuple[str, float]] = ()
    doc: str = ""


@dataclass(frozen=True)
class Variable:
    """What the reader chooses: the values that a label has in a query."""

    name: str
    label: str
    query: str


@dataclass(frozen=True)
class Dashboard:
    """A page of panels, in the order in which they are read."""

    name: str
    title: str
    doc: str
    panels: Sequence[Panel]
    variables: Sequence[Variable] = ()


def model(dashboard: Dashboard) -> Json:
    """What Grafana imports."""
    return {
        "uid": f"delfin-{dashboard.name}",
        "title": dashboard.title,
        "description": dashboard.doc,
        "tags": ["delfin"],
        "schemaVersion": _SCHEMA,
        "editable": True,
        "refresh": "1m",
        "time": {"from": "now-24h", "to": "now"},
        "links": [
            {
                "title": "delfin",
                "type": "dashboards",
                "tags": ["delfin"],
                "asDropdown": True,
                "includeVars": True,
                "keepTime": True,
            }
        ],
        "templating": {"list": [_source(), *map(_variable, dashboard.variables)]},
        "panels": _placed(dashboard.panels),
    }


def _source() -> Json:
    return {"name": "source", "label": "Prometheus", "type": "datasource", "query": "prometheus"}


def _variable(variable: Variable) -> Json:
    return {
        "name": variable.name,
        "label": variable.label,
        "type": "query",
        "datasource": _SOURCE,
        "query": {"query": variable.query, "refId": variable.name},
        "refresh": 2,
        "sort": 5,
    }


def _placed(panels: Sequence[Panel]) -> list[Json]:
    placed = []
    x = y = tallest = 0
    for number, panel in enumerate(panels, 1):
        if x + panel.width > _COLUMNS:
            x, y, tallest = 0, y + tallest, 0
        placed.append(_panel(number, panel, {"x": x, "y": y, "w": panel.width, "h": panel.height}))
        x += panel.width
        tallest = max(tallest, panel.height)
    return placed


def _panel(number: int, panel: Panel, place: Mapping[str, int]) -> Json:
    made: Json = {
        "id": number,
        "title": panel.title,
        "description": panel.doc,
        "type": panel.kind,
        "datasource": _SOURCE,
        "gridPos": dict(place),
        "targets": [
            _target(panel, *query, chr(ord("A") + i)) for i, query in enumerate(panel.queries)
        ],
        "fieldConfig": {
            "defaults": {"unit": panel.unit, "thresholds": _thresholds(panel)},
            "overrides": [],
        },
        "options": _OPTIONS[panel.kind],
    }
    if panel.kind == "table":
        hidden = {"excludeByName": {"Time": True, "__name__": True, "job": True, "instance": True}}
        made["transformations"] = [
            {"id": "merge", "options": {}},
            {"id": "organize", "options": hidden},
        ]
    return made


def _target(panel: Panel, expression: str, legend: str, ref: str) -> Json:
    target = {"refId": ref, "expr": expression, "legendFormat": legend, "datasource": _SOURCE}
    if panel.kind == "timeseries":
        return target
    # Only what holds now; over a range, a table would show every step.
    return {
        **target,
        "instant": True,
        "format": "table" if panel.kind == "table" else "time_series",
    }


def _thresholds(panel: Panel) -> Json:
    steps: list[Json] = [{"color": "green", "value": None}]
    steps += [{"color": colour, "value": value} for colour, value in panel.steps]
    return {"mode": "absolute", "steps": steps}


_LAST = {"calcs": ["lastNotNull"], "fields": "", "values": False}
_OPTIONS: dict[str, Json] = {
    "timeseries": {
        "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True},
        "tooltip": {"mode": "multi", "sort": "desc"},
    },
    "stat": {"reduceOptions": _LAST, "colorMode": "value", "graphMode": "none"},
    "bargauge": {"reduceOptions": _LAST, "orientation": "horizontal", "displayMode": "basic"},
    "table": {"showHeader": True},
}
