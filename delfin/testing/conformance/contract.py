"""Whether a driver class can be found and called as the framework does it."""

from __future__ import annotations

import difflib
import inspect
from importlib.metadata import entry_points
from typing import Any

from delfin.drivers.driver import StorageDriver
from delfin.drivers.manager import NAMESPACE

_CONTRACT = {
    name: vars(StorageDriver)[name]
    for name in vars(StorageDriver)
    if not name.startswith("_") and callable(getattr(StorageDriver, name))
}
# A method of such a name is meant for the framework.
_PREFIXES = ("list_", "get_", "collect_", "parse_", "clear_", "acknowledge_")
# Known beyond the contract; see driver-sdk: several drivers have them.
_KNOWN = {"get_access_url"}


def entry_point_findings(driver: type[Any]) -> list[str]:
    """Whether one entry point leads to this very class, and has a name of two words."""
    named = [
        point.name
        for point in entry_points(group=NAMESPACE)
        if point.value == f"{driver.__module__}:{driver.__qualname__}"
    ]
    if not named:
        return [f"no entry point in {NAMESPACE} leads to {driver.__module__}:{driver.__qualname__}"]
    return [
        f"the entry point {name!r} is not '<vendor> <model>'"
        for name in named
        if len(name.split(" ")) != 2 or not all(name.split(" "))
    ]


def signature_findings(driver: type[Any], *, names_count: bool = True) -> list[str]:
    """Methods that the framework could not call, or would never call."""
    if not issubclass(driver, StorageDriver):
        return [f"{driver.__name__} does not derive from delfin.drivers.driver.StorageDriver"]
    found = [f"{name} is abstract still" for name in sorted(driver.__abstractmethods__)]
    for name, base in _CONTRACT.items():
        mine = inspect.getattr_static(driver, name)
        if mine is not base:
            found += _method_findings(name, base, mine, names_count=names_count)
    return found + _unknown(driver)


def implements(driver: type[Any], method: str) -> bool:
    """Whether the class has a method of its own in place of the contract's default."""
    return inspect.getattr_static(driver, method) is not vars(StorageDriver)[method]


def _method_findings(name: str, base: Any, mine: Any, *, names_count: bool) -> list[str]:
    if isinstance(base, staticmethod) != isinstance(mine, staticmethod):
        kind = "a" if isinstance(base, staticmethod) else "no"
        return [f"{name} must be {kind} static method"]
    if not callable(getattr(mine, "__func__", mine)):
        return [f"{name} cannot be called"]
    wanted, have = _parameters(base), _parameters(mine)
    if any(p.kind is inspect.Parameter.VAR_POSITIONAL for p in have):
        return []
    if names_count and [p.name for p in wanted] != [p.name for p in have]:
        return [f"{name} takes {_told(have)}, the contract {_told(wanted)}"]
    needed = [p for p in have if p.default is inspect.Parameter.empty and p.kind in _POSITIONAL]
    least = [p for p in wanted if p.default is inspect.Parameter.empty and p.kind in _POSITIONAL]
    if len(needed) > len(least) or len(have) < len(wanted):
        return [f"{name} cannot be called with {_told(wanted)}: it takes {_told(have)}"]
    return []


_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def _parameters(method: Any) -> list[inspect.Parameter]:
    return list(inspect.signature(getattr(method, "__func__", method)).parameters.values())


def _told(parameters: list[inspect.Parameter]) -> str:
    return f"({', '.join(p.name for p in parameters)})"


def _unknown(driver: type[Any]) -> list[str]:
    """Names that look like the contract's, and are not: nobody would ever call them."""
    own = {
        name
        for name in dir(driver)
        if name.startswith(_PREFIXES)
        and name not in _CONTRACT
        and name not in _KNOWN
        and callable(getattr(driver, name))
    }
    close = {name: difflib.get_close_matches(name, _CONTRACT, 1, 0.85) for name in sorted(own)}
    return [
        f"{name} is never called: did you mean {match[0]}?"
        for name, match in close.items()
        if match
    ]
