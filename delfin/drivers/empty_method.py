"""Tells whether a driver's method is only there because the base class wants it.

SODA Delfin demands methods that most drivers cannot offer, and these have an empty body. Calling it
would answer "done" for something that nobody has done.
"""

from __future__ import annotations

import dis
from collections.abc import Callable
from typing import Any

_SETTING_UP = {"RESUME", "NOP", "COPY_FREE_VARS", "LOAD_CONST"}
_RETURNING = {"RETURN_VALUE", "RETURN_CONST"}


def does_nothing(method: Callable[..., Any]) -> bool:
    """Whether its body is 'pass', '...' or a docstring: it returns None, whatever it is given."""
    code = getattr(method, "__code__", None)
    if code is None:
        return False
    steps = list(dis.get_instructions(code))
    constants = [step.argval for step in steps if step.opname in {"LOAD_CONST", "RETURN_CONST"}]
    return constants == [None] and all(step.opname in _SETTING_UP | _RETURNING for step in steps)
