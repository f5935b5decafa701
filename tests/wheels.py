"""Sources that a published wheel ships, read at test time: none of them is copied into the project."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

# Where pytest keeps what it remembers between runs.
CACHE = Path(__file__).parents[1] / ".pytest_cache" / "wheels"
LONGEST = 240.0


def source_of(requirement: str, path: str) -> str:
    """The text of one file of a wheel, which is downloaded once and never installed.

    Args:
        requirement: With its version, as in 'cinder==29.0.0'.
        path: Within the wheel.

    Raises:
        AssertionError: The package registry did not give the wheel.
        KeyError: The wheel has no such file.
    """
    with zipfile.ZipFile(_wheel(requirement)) as wheel:
        return wheel.read(path).decode("utf-8")


def _wheel(requirement: str) -> Path:
    name, _, version = requirement.partition("==")
    kept = CACHE / f"{name}-{version}.whl"
    if kept.exists():
        return kept
    CACHE.mkdir(parents=True, exist_ok=True)
    # Beside its place, so that tests in other processes see a whole file or none.
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:"]
        done = subprocess.run(
            [*command, "--quiet", "--dest", folder, requirement],
            capture_output=True,
            text=True,
            check=False,
            timeout=LONGEST,
        )
        assert done.returncode == 0, f"pip download {requirement}: {done.stderr}"
        (found,) = Path(folder).glob("*.whl")
        os.replace(found, kept)  # noqa: PTH105 - says that what is there is replaced
    return kept


# What stands in 'constants_of' for a value that only running the source would tell.
UNKNOWN = "unknown"


def constants_of(source: str, owner: str) -> dict[str, Any]:
    """The attributes that the class 'owner' assigns, as far as they can be read without running it.

    Literals, names assigned before, sums and '%' of texts are followed; anything else is UNKNOWN.
    """
    found: dict[str, Any] = {}
    tree = ast.parse(source)
    body = next(n.body for n in tree.body if isinstance(n, ast.ClassDef) and n.name == owner)
    for statement in body:
        if isinstance(statement, ast.Assign):
            found.update(_assigned(statement.targets[0], _value(statement.value, found)))
    return found


def _assigned(target: ast.expr, value: Any) -> dict[str, Any]:
    """What an assignment makes of one name, or of several in a tuple."""
    if isinstance(target, ast.Name):
        return {target.id: value}
    if isinstance(target, ast.Tuple) and isinstance(value, list):
        pairs = zip(target.elts, value, strict=False)
        return {name.id: one for name, one in pairs if isinstance(name, ast.Name)}
    return {}


def _value(node: ast.expr, known: Mapping[str, Any]) -> Any:
    made: Any
    match node:
        case ast.Constant(value):
            made = value
        case ast.Name(name):
            made = known.get(name, UNKNOWN)
        case ast.List(items) | ast.Tuple(items):
            made = [_value(item, known) for item in items]
        case ast.Dict(keys, values):
            pairs = zip(keys, values, strict=True)
            made = {_value(k, known): _value(v, known) for k, v in pairs if k is not None}
        case ast.BinOp(left, ast.Add(), right):
            made = _value(left, known) + _value(right, known)
        case ast.BinOp(left, ast.Mod(), _):
            made = str(_value(left, known)).replace("%s", UNKNOWN)
        case _:
            made = UNKNOWN
    return made
