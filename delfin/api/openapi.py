"""The OpenAPI 3.1 document, made from the routes, the request schemas and the registry.

python -m delfin.api.openapi prints it.
"""

from __future__ import annotations

import json
import re
import sys
from typing import Any

from delfin.api.exchange import Operation, Route
from delfin.api.listable import Listable
from delfin.api.schemas.answers import components
from delfin.api.schemas.validation import BODIES
from delfin.api.versions import release
from delfin.exception import DelfinException

Json = dict[str, Any]

_REQUEST_ID = {
    "name": "X-Compute-Request-Id",
    "in": "header",
    "required": False,
    "description": "Name of the request in logs, req- and a UUID; every answer has one",
    "schema": {"type": "string"},
}
_WHOLE = {"type": "integer", "minimum": 0}
_PAGING: tuple[tuple[str, Json, str], ...] = (
    ("limit", _WHOLE, "Most rows to answer; never more than [DEFAULT] api_max_limit"),
    ("offset", {**_WHOLE, "maximum": 2**31 - 1}, "Rows passed over, after the marker"),
    ("marker", {"type": "string"}, "Id of the last row of the page before"),
    ("sort", {"type": "string"}, "key[:asc|desc], several with commas; desc unless said"),
    ("sort_key", {"type": "string"}, "One key; only without 'sort'"),
    ("sort_dir", {"enum": ["asc", "desc"]}, "Its direction; only without 'sort'"),
)
_PAGE_HEADERS = {
    "X-Total-Count": {
        "description": "Rows that the filters leave, on all pages",
        "schema": {"type": "integer"},
    },
    "Link": {
        "description": "rel=next: where the next page is; absent on the last one",
        "schema": {"type": "string"},
    },
}


def document() -> Json:
    """The interface of this release; a new dict each time."""
    from delfin.api.routes import ROUTES  # noqa: PLC0415 - the docs page is a route, and reads this

    return {
        "openapi": "3.1.0",
        "info": {
            "title": "delfin",
            "summary": "One interface to storage arrays of all vendors",
            "version": release(),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": tag} for tag in dict.fromkeys(route.tag for route in ROUTES)],
        "paths": {route.path: _path(route) for route in ROUTES},
        "components": {
            "schemas": {**components(), **BODIES},
            "parameters": {"RequestId": _REQUEST_ID},
        },
    }


def _path(route: Route) -> Json:
    ids = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"{(\w+)}", route.path)
    ]
    path: Json = {op.method.lower(): _operation(route, op) for op in route.operations}
    return {**path, "parameters": [*ids, {"$ref": "#/components/parameters/RequestId"}]}


def _operation(route: Route, operation: Operation) -> Json:
    described: Json = {
        "operationId": operation.name,
        "summary": operation.summary,
        "tags": [route.tag],
        "responses": _responses(operation),
    }
    parameters = [_query(name, {"type": "string"}, doc) for name, doc in operation.parameters]
    if operation.lists is not None:
        parameters += _list_parameters(operation.lists)
    if parameters:
        described["parameters"] = parameters
    if operation.body is not None:
        described["requestBody"] = {
            "required": not operation.body_optional,
            "content": _json(operation.body),
        }
    return described


def _list_parameters(lists: Listable) -> list[Json]:
    text = {"type": "string"}
    return [
        *(_query(name, schema, doc) for name, schema, doc in _PAGING),
        *(_query(name, text, "Exactly this") for name in lists.filters),
        *(_query(f"{name}~", text, "This within, in any case") for name in lists.filters),
        *(
            {**_query(name, text, "No row ever matches"), "deprecated": True}
            for name in lists.impossible
        ),
    ]


def _query(name: str, schema: Json, doc: str) -> Json:
    return {"name": name, "in": "query", "required": False, "description": doc, "schema": schema}


def _responses(operation: Operation) -> Json:
    good: Json = {"description": "Accepted" if operation.status == 202 else "It worked"}
    if operation.answer is not None:
        good["content"] = _json(operation.answer)
    elif operation.status == 200 and operation.media != "application/json":
        good["content"] = {operation.media.partition(";")[0]: {"schema": {"type": "string"}}}
    if operation.lists is not None:
        good["headers"] = _PAGE_HEADERS
    codes: dict[int, list[type[DelfinException]]] = {}
    for error in operation.errors:
        codes.setdefault(error.code, []).append(error)
    bad = {
        str(code): _error(", ".join(dict.fromkeys(error.__name__ for error in codes[code])))
        for code in sorted(codes)
    }
    if operation.later is not None:
        bad["202"] = {"description": "Accepted", "content": _json(operation.later)}
    return {str(operation.status): good, **bad, "default": _error("Anything else")}


def _error(doc: str) -> Json:
    return {"description": doc, "content": _json("Error")}


def _json(schema: str) -> Json:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}


if __name__ == "__main__":
    json.dump(document(), sys.stdout, indent=2, sort_keys=True, ensure_ascii=False)
    sys.stdout.write("\n")
