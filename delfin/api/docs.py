"""The OpenAPI document and a page that shows it; all assets are in this package."""

from __future__ import annotations

import json
from functools import cache
from html import escape
from importlib import resources
from typing import Any

from delfin.api import openapi
from delfin.api.exchange import Answer, Request
from delfin.api.parts import ApiParts

Json = dict[str, Any]

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
}
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} {version}: REST API</title>
<link rel="stylesheet" href="docs/docs.css">
<script src="docs/docs.js" defer></script>
</head>
<body>
<header>
<h1>{title} <small>{version}</small></h1>
<p>{summary}. Machines read <a href="openapi.json">openapi.json</a>.</p>
<input id="search" type="search" placeholder="Find a path or a word" aria-label="Find">
</header>
<main>{tags}
<h2>Schemas</h2>{schemas}
</main>
</body>
</html>
"""


def document(_parts: ApiParts, _request: Request) -> Answer:
    return Answer(_document())


def page(_parts: ApiParts, _request: Request) -> Answer:
    return Answer(text=_rendered(), headers=_HEADERS)


def style(_parts: ApiParts, _request: Request) -> Answer:
    return Answer(text=_asset("docs.css"), headers=_HEADERS)


def script(_parts: ApiParts, _request: Request) -> Answer:
    return Answer(text=_asset("docs.js"), headers=_HEADERS)


@cache
def _document() -> Json:
    return openapi.document()


@cache
def _asset(name: str) -> str:
    return (resources.files("delfin.api") / "static" / name).read_text(encoding="utf-8")


@cache
def _rendered() -> str:
    described = _document()
    tags = "".join(_tag(described, tag["name"]) for tag in described["tags"])
    schemas = "".join(
        f'<details id="schema-{escape(name)}" class="schema"><summary><b>{escape(name)}</b>'
        f"</summary><pre>{_pretty(schema)}</pre></details>"
        for name, schema in described["components"]["schemas"].items()
    )
    return _PAGE.format(**_escaped(described["info"]), tags=tags, schemas=schemas)


def _escaped(info: Json) -> dict[str, str]:
    return {name: escape(info[name]) for name in ("title", "version", "summary")}


def _tag(described: Json, tag: str) -> str:
    operations = "".join(
        _operation(path, method, operation, item.get("parameters", []))
        for path, item in described["paths"].items()
        for method, operation in item.items()
        if method != "parameters" and tag in operation["tags"]
    )
    return f"<h2>{escape(tag)}</h2>{operations}"


def _operation(path: str, method: str, operation: Json, shared: list[Json]) -> str:
    parameters = [p for p in (*shared, *operation.get("parameters", [])) if "name" in p]
    body = operation.get("requestBody")
    parts = [
        f'<details class="operation {method}" data-path="{escape(path)}" data-method="{method}">',
        f"<summary><b>{method.upper()}</b> <code>{escape(path)}</code> ",
        f"<span>{escape(operation['summary'])}</span></summary>",
        _parameters(parameters),
        f"<h3>Body</h3><p>{_schema_link(body)}</p>" if body else "",
        "<h3>Answers</h3><table>",
        *(_answer(status, answer) for status, answer in operation["responses"].items()),
        "</table></details>",
    ]
    return "".join(parts)


def _parameters(parameters: list[Json]) -> str:
    if not parameters:
        return ""
    rows = "".join(
        f"<tr><td><label>{escape(p['name'])}</label></td><td>{p['in']}</td>"
        f"<td>{escape(p.get('description', ''))}</td>"
        f'<td><input data-name="{escape(p["name"])}" data-in="{p["in"]}"></td></tr>'
        for p in parameters
    )
    return f"<h3>Parameters</h3><table>{rows}</table>"


def _answer(status: str, answer: Json) -> str:
    return (
        f"<tr><td>{escape(status)}</td><td>{_schema_link(answer)}</td>"
        f"<td>{escape(answer['description'])}</td></tr>"
    )


def _schema_link(described: Json) -> str:
    schema = described.get("content", {}).get("application/json", {}).get("schema", {})
    name = escape(schema.get("$ref", "").rpartition("/")[2])
    return f'<a href="#schema-{name}">{name}</a>' if name else ""


def _pretty(schema: Json) -> str:
    return escape(json.dumps(schema, indent=2, ensure_ascii=False))
