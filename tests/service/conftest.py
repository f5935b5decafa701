"""Stories of real processes get a second try: the machine that they share may be the one at fault."""

from __future__ import annotations

from pathlib import Path

import pytest

_HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One that needs it is named in the summary of the run; it has to be looked at all the same."""
    for item in items:
        if _HERE in item.path.parents:
            item.add_marker(pytest.mark.flaky(reruns=1))
