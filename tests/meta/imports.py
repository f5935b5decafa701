"""What a Python source imports, read off its syntax tree without running it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Import:
    module: str  # dotted, absolute; for `from a import b` it is `a.b`
    line: int


def module_name(path: str) -> str:
    """The dotted name of a source path: `delfin/db/__init__.py` is `delfin.db`."""
    dotted = path.removesuffix(".py").replace("/", ".")
    return dotted.removesuffix(".__init__")


def imports(path: str, source: str) -> Iterator[Import]:
    """Every import, also inside functions, under TYPE_CHECKING and through import_module."""
    parents = module_name(path).split(".")
    if not path.endswith("/__init__.py"):
        parents = parents[:-1]
    for node in ast.walk(ast.parse(source, path)):
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = _origin(node, parents)
            yield from (Import(f"{start}.{alias.name}", node.lineno) for alias in node.names)
        elif isinstance(node, ast.Call) and _loads_by_name(node):
            argument = node.args[0]
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                yield Import(argument.value, node.lineno)


def _origin(node: ast.ImportFrom, package: list[str]) -> str:
    if not node.level:
        return node.module or ""
    upward = package[: len(package) - node.level + 1]
    return ".".join([*upward, *([node.module] if node.module else [])])


def _loads_by_name(node: ast.Call) -> bool:
    function = node.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name in {"import_module", "__import__"} and bool(node.args)
