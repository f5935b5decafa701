"""python -m tools.dashboards writes etc/grafana."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tools.dashboards.content import DASHBOARDS
from tools.dashboards.grafana import Dashboard, model

FOLDER = Path(__file__).resolve().parents[2] / "etc" / "grafana"


def text(dashboard: Dashboard) -> str:
    """The file of a dashboard."""
    return json.dumps(model(dashboard), indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for dashboard in DASHBOARDS:
        path = FOLDER / f"{dashboard.name}.json"
        path.write_text(text(dashboard), encoding="utf-8")
        sys.stdout.write(f"wrote {path.name}\n")


if __name__ == "__main__":
    main()
