"""Files made from the code say what the code says."""

from __future__ import annotations

import pytest

from tools import generate


@pytest.mark.parametrize("name", sorted(generate.GENERATED))
def test_generated_file_is_fresh(name: str) -> None:
    assert not generate.stale(name), generate.stale(name)
