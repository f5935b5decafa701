"""For stories that keep the processors busy: never two of them at once, and fewer arrays or jobs.

As many as operators have are for `make test-long`.
"""

from __future__ import annotations

import pytest

BUSY = pytest.mark.xdist_group("busy")


def some(few: int, many: int) -> pytest.MarkDecorator:
    """The story gets 'number': a few of them, and in the long run many."""
    return pytest.mark.parametrize("number", [few, pytest.param(many, marks=pytest.mark.long)])
