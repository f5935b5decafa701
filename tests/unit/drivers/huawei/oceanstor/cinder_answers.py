"""OceanStor's answers as the cinder project has them for its own tests, served over HTTPS.

They are read from the wheel of PyPI, which is neither installed nor imported; none of it is kept.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from delfin.testing.simulated.certificate import Certificate
from delfin.testing.simulated.server import Answer, HttpServer, Request
from tests.wheels import source_of

REQUIREMENT = "cinder==29.0.0"
_SOURCE = "cinder/tests/unit/volume/drivers/huawei/test_huawei_drivers.py"
_TABLE = "MAP_COMMAND_TO_FAKE_RESPONSE"
_ROOT = "/deviceManager/rest/"

# Method, path, and what was asked besides; with the range that cinder asks for, if any.
Question = tuple[str, str, frozenset[tuple[str, str]]]


def fetched() -> Mapping[str, str]:
    """The answers by '<path and query>/<METHOD>'; needs the package index that pip is told of."""
    return table(source_of(REQUIREMENT, _SOURCE))


def table(source: str) -> Mapping[str, str]:
    """The answers that a module's text puts into the table, one by one."""
    values: dict[str, Any] = {}
    found: dict[str, str] = {}
    for statement in ast.parse(source).body:
        if not isinstance(statement, ast.Assign):
            continue
        target = statement.targets[0]
        if isinstance(target, ast.Name):
            values[target.id] = _value(statement.value, values)
        elif isinstance(target, ast.Subscript) and ast.unparse(target.value) == _TABLE:
            found[_value(target.slice, values)] = _value(statement.value, values)
    return found


def _value(node: ast.expr, names: Mapping[str, Any]) -> Any:
    """What an expression stands for; of one that only running it would tell, its text."""
    match node:
        case ast.Constant():
            return node.value
        case ast.Dict():
            keys = [key for key in node.keys if key is not None]
            pairs = zip(keys, node.values, strict=True)
            return {_value(key, names): _value(value, names) for key, value in pairs}
        case ast.List() | ast.Tuple():
            return [_value(one, names) for one in node.elts]
        case ast.BinOp(op=ast.Mod()):
            return _value(node.left, names) % _value(node.right, names)
        case ast.Call() if ast.unparse(node.func) == "json.dumps":
            return json.dumps(_value(node.args[0], names))
    text = ast.unparse(node)
    return names.get(text, text)


class CinderAnswers:
    """An array to connect to that gives the answers, and says that there is nothing else.

    A question counts with what it asks besides its range, in any order. A second page is empty; a
    listing that cinder only asks for by name is given in whole; what is not among the answers is
    no interface of the array, except members of groups, of which there are then none. The LUNs of
    groups are not counted: cinder has one LUN and the number 0.
    """

    host = "127.0.0.1"

    def __init__(self, answers: Mapping[str, str]) -> None:
        self._answers: dict[Question, str] = {}
        for told, text in answers.items():
            path, _, method = told.rpartition("/")
            if path.startswith("/lun/count?"):
                continue
            self._answers[_question(method, path)] = text
        self.asked: list[str] = []
        self._certificate = Certificate(self.host)
        self.certificate_path = self._certificate.path
        self._server = HttpServer(self, self.host, 0, self._certificate.context)
        self.port = self._server.server_port
        self._server.start()

    def close(self) -> None:
        self._server.close()
        self._certificate.close()

    # What the server asks.

    def enter(self, request: Request) -> Any:
        del request
        return nullcontext()

    def fault(self, request: Request) -> None:
        del request

    def connected(self) -> None:
        """Connections are not counted."""

    def answer(self, request: Request) -> Answer:
        _, _, path = request.path.removeprefix(_ROOT).partition("/")
        if path == "sessions" and request.method == "POST":
            path = "xx/sessions"
        self.asked.append(f"{request.method} /{path}")
        query = dict(request.query)
        exact = self._answers.get((request.method, f"/{path}", frozenset(query.items())))
        if not query.pop("range", "[0-").startswith("[0-"):
            return _said({"error": {"code": 0}})
        text = exact or self._about(request.method, f"/{path}", set(query.items()))
        if text is not None:
            return _said(json.loads(text))
        if "associate" in path:
            return _said({"data": {}, "error": {"code": 0}})
        return Answer(404, b"<html>404 Not Found</html>", content_type="text/html")

    def _about(self, method: str, path: str, asked: set[tuple[str, str]]) -> str | None:
        for (its_method, its_path, query), text in self._answers.items():
            rest = {(name, value) for name, value in query if name != "range"}
            by_name = not asked and {name for name, _ in rest} <= {"filter", "TYPE"}
            if (its_method, its_path) == (method, path) and (rest == asked or by_name):
                return text
        return None


def _question(method: str, told: str) -> Question:
    url = urlsplit(told)
    return method, f"/{url.path.lstrip('/')}", frozenset(parse_qsl(url.query))


def _said(body: Any) -> Answer:
    return Answer(200, body)
