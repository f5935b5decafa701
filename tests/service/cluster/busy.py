"""For stories that keep the processors busy: never two of them at once."""

from __future__ import annotations

import pytest

BUSY = pytest.mark.xdist_group("busy")
