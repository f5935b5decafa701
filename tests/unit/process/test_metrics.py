"""What Prometheus reads of a process, and what stays the business of others."""

from __future__ import annotations

from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from delfin.process.metrics import MetricsApp, Reading


def ask(app: MetricsApp, path: str) -> tuple[str, dict[str, str], bytes]:
    said: dict[str, Any] = {}

    def start(status: str, headers: list[tuple[str, str]]) -> None:
        said.update(status=status, headers=dict(headers))

    body = b"".join(app({"PATH_INFO": path}, start))
    return said["status"], said["headers"], body


def test_facts_are_gauges_and_counts_are_counters() -> None:
    app = MetricsApp("delfin-task", lambda: {"sessions": 3}, lambda: {"logins": 7})
    status, headers, body = ask(app, "/metrics")
    assert status == "200 OK"
    assert headers["Content-Type"].startswith("text/plain")
    families = {one.name: one for one in text_string_to_metric_families(body.decode())}
    assert families["delfin_sessions"].type == "gauge"
    assert families["delfin_logins"].type == "counter"
    (sample,) = families["delfin_sessions"].samples
    assert (sample.labels, sample.value) == ({"process": "delfin-task"}, 3.0)
    assert [sample.name for sample in families["delfin_logins"].samples] == ["delfin_logins_total"]


def test_each_page_is_read_anew() -> None:
    number = iter((1, 2))
    app = MetricsApp("delfin-api", lambda: {"running_jobs": next(number)}, dict)
    assert b'delfin_running_jobs{process="delfin-api"} 1.0' in ask(app, "/metrics")[2]
    assert b'delfin_running_jobs{process="delfin-api"} 2.0' in ask(app, "/metrics")[2]


def test_other_paths_are_for_others() -> None:
    def inner(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("204 No Content", [])
        return [environ["PATH_INFO"].encode()]

    assert ask(MetricsApp("p", dict, dict, inner), "/v1/storages")[2] == b"/v1/storages"
    assert ask(MetricsApp("p", dict, dict), "/v1/storages")[0] == "404 Not Found"


def test_readings_of_one_name_are_one_family() -> None:
    readings = [
        Reading("spool_bytes", "What waits", number, {"exporter": name}, counts=counts)
        for name, number, counts in (("a", 1.0, False), ("b", 2.5, False))
    ]
    readings.append(Reading("exported", "What went", 7.0, {"exporter": "a"}, counts=True))
    app = MetricsApp("delfin-task", dict, dict, readings=lambda: readings)
    body = ask(app, "/metrics")[2].decode()
    assert body.count("# TYPE delfin_spool_bytes gauge") == 1
    assert 'delfin_spool_bytes{exporter="b",process="delfin-task"} 2.5' in body
    assert 'delfin_exported_total{exporter="a",process="delfin-task"} 7.0' in body
