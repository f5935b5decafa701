"""Debian's Prometheus, and promtool."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from tests.unit.exporter.receivers import free_port, served


class PrometheusServer:
    """One that runs, and what the stories ask of it."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"

    @property
    def write_url(self) -> str:
        return f"{self.url}/api/v1/write"

    def query(self, words: str, *, at: float | None = None) -> list[dict[str, Any]]:
        """Results of an instant query, each with 'metric' and 'value' or 'values'."""
        parameters: dict[str, Any] = {"query": words} | ({"time": at} if at else {})
        answer = requests.get(f"{self.url}/api/v1/query", params=parameters, timeout=10)
        answer.raise_for_status()
        result: list[dict[str, Any]] = answer.json()["data"]["result"]
        return result

    def targets(self) -> list[dict[str, Any]]:
        """The active ones."""
        answer = requests.get(f"{self.url}/api/v1/targets", timeout=10).json()
        active: list[dict[str, Any]] = answer["data"]["activeTargets"]
        return active


@contextmanager
def prometheus(
    folder: Path, scrape: list[dict[str, Any]] | None = None, port: int | None = None
) -> Iterator[PrometheusServer]:
    """One that takes remote writes, late ones within two hours, and scrapes what it is told."""
    config = folder / "prometheus.yml"
    # JSON is YAML.
    config.write_text(
        json.dumps(
            {
                "global": {"scrape_interval": "200ms", "scrape_timeout": "200ms"},
                "storage": {"tsdb": {"out_of_order_time_window": "2h"}},
                "scrape_configs": scrape or [],
            }
        )
    )
    port = port or free_port()
    server = PrometheusServer(port)
    command = [
        "prometheus",
        f"--config.file={config}",
        f"--storage.tsdb.path={folder / 'tsdb'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--web.enable-remote-write-receiver",
    ]
    with served(command, server.url, folder / "prometheus.log"):
        yield server


def promtool_objects(page: bytes) -> str:
    """What `promtool check metrics` has against a page."""
    command = ["promtool", "check", "metrics"]
    done = subprocess.run(command, input=page, capture_output=True, timeout=60, check=False)
    return (done.stdout + done.stderr).decode() if done.returncode else ""


def page_at(url: str) -> str:
    """What a page has now; nothing when nobody answers."""
    try:
        return requests.get(url, timeout=5).text
    except requests.ConnectionError:
        return ""
