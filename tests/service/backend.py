"""Which concurrency back end the delfin processes of the stories run on."""

from __future__ import annotations

import os

from delfin.service import BACKEND_VARIABLE

# The stories themselves always run on threads.
TESTED = "DELFIN_TEST_BACKEND"


def chosen_backend() -> dict[str, str]:
    """The environment that makes a process use the back end under test."""
    name = os.environ.get(TESTED)
    return {BACKEND_VARIABLE: name} if name else {}
