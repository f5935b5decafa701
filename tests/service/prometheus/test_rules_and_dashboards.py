"""What etc/ gives to Prometheus and Grafana: fresh, valid, and about metrics that exist."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.meta.project import ROOT
from tests.service.prometheus import known
from tools.dashboards.__main__ import FOLDER, text
from tools.dashboards.content import DASHBOARDS

RULES = ROOT / "etc" / "prometheus" / "delfin.rules.yml"
HERE = Path(__file__).parent
_STRING = re.compile(r'"[^"]*"')
_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
# Words of PromQL that the shipped queries use.
_WORDS = {
    *("and", "or", "by", "on", "group_left"),
    *("sum", "count", "topk", "vector", "rate", "increase", "time", "deriv", "avg_over_time"),
    *("predict_linear", "label_replace", "label_values"),
}


def promtool(*arguments: str | Path) -> str:
    done = subprocess.run(
        ["promtool", *map(str, arguments)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def dashboard_queries() -> Iterator[str]:
    for path in sorted(FOLDER.glob("*.json")):
        content = json.loads(path.read_text(encoding="utf-8"))
        for panel in content["panels"]:
            for target in panel["targets"]:
                yield target["expr"]


def variable_queries() -> Iterator[str]:
    for path in sorted(FOLDER.glob("*.json")):
        for one in json.loads(path.read_text(encoding="utf-8"))["templating"]["list"]:
            if one["type"] == "query":
                yield one["query"]["query"]


def rule_queries() -> Iterator[str]:
    for group in yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]:
        for rule in group["rules"]:
            yield rule["expr"]


def unknown(query: str, metrics: set[str], labels: set[str]) -> set[str]:
    """Names in a query that are neither metrics nor labels nor words of PromQL."""
    bare = re.sub(r"\[[^\]]*\]", "", _STRING.sub('""', query))
    return set(_NAME.findall(bare)) - metrics - labels - _WORDS - {"e"}


@pytest.fixture(scope="module")
def metrics(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    return known.metrics(tmp_path_factory.mktemp("known"))


def test_dashboards_are_what_their_declarations_say() -> None:
    stored = {path.stem: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.json")}
    assert stored == {one.name: text(one) for one in DASHBOARDS}, (
        "run `python -m tools.dashboards` and commit etc/grafana"
    )


def test_every_query_is_about_metrics_and_labels_that_exist(metrics: set[str]) -> None:
    labels = known.labels()
    queries = [*dashboard_queries(), *variable_queries(), *rule_queries()]
    assert len(queries) > 80
    wrong = {query: found for query in queries if (found := unknown(query, metrics, labels))}
    assert not wrong


def test_an_invented_metric_is_noticed(metrics: set[str]) -> None:
    assert unknown('sum(volume_iopz{name="a"})', metrics, known.labels()) == {"volume_iopz"}
    assert unknown("sum by (colour) (volume_iops)", metrics, known.labels()) == {"colour"}


def test_prometheus_understands_every_query_of_the_dashboards(tmp_path: Path) -> None:
    rules: list[dict[str, Any]] = [
        {"record": f"query:{number}", "expr": query}
        for number, query in enumerate(dashboard_queries())
    ]
    path = tmp_path / "queries.yml"
    path.write_text(yaml.safe_dump({"groups": [{"name": "all", "rules": rules}]}), encoding="utf-8")
    assert f"SUCCESS: {len(rules)} rules found" in promtool("check", "rules", path)


def test_the_rules_pass_promtool() -> None:
    promtool("check", "rules", RULES)
    promtool("check", "config", RULES.with_name("prometheus.yml"))


def test_each_rule_fires_when_it_should_and_not_before() -> None:
    tests = HERE / "delfin.rules.test.yml"
    promtool("test", "rules", tests)
    tested = set(re.findall(r"alertname: (\w+)", tests.read_text(encoding="utf-8")))
    rules = yaml.safe_load(RULES.read_text(encoding="utf-8"))
    assert tested == {rule["alert"] for group in rules["groups"] for rule in group["rules"]}


def test_panels_fit_beside_each_other() -> None:
    for path in FOLDER.glob("*.json"):
        content = json.loads(path.read_text(encoding="utf-8"))
        cells = [
            (content["uid"], x, y)
            for panel in content["panels"]
            for place in [panel["gridPos"]]
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        ]
        assert len(cells) == len(set(cells))
        assert all(x < 24 for _, x, _ in cells)
