"""The samples in the converters' own documentation, and what converters refuse."""

from __future__ import annotations

import doctest
from types import ModuleType
from typing import Any

import pytest

from delfin import exception
from delfin.drivers.kit import convert, times
from delfin.drivers.kit.mapping import Get, RowMap


@pytest.mark.parametrize("module", [convert, times])
def test_the_samples_are_true(module: ModuleType) -> None:
    ran = doctest.testmod(module)
    assert ran.attempted > 5
    assert ran.failed == 0


@pytest.mark.parametrize(
    ("converter", "value"),
    [
        (convert.mib, "many"),
        (convert.mib, True),
        (convert.mib, "nan"),
        (convert.mib, []),
        (convert.mib, "1e999999999"),
        (convert.whole, "1e999999999"),
        (times.epoch_ms, "1e999999999"),
        (times.epoch_seconds, "nan"),
        (convert.binary_size, "5 apples"),
        (convert.binary_size, "1 iB"),
        (convert.decimal_size, "1.2.3 GB"),
        (convert.bit_rate, "fast"),
        (convert.percent, "half"),
        (convert.percent, float("inf")),
        (convert.wwn, "50:00:09:72"),
        (times.iso_ms, "yesterday"),
        (times.iso_ms, 5),
        (times.iso_ms_in("UTC"), "2024-13-01"),
        (times.time_ms("%Y"), "soon"),
        (times.epoch_seconds, "soon"),
    ],
)
def test_what_cannot_be_read_is_an_error_that_names_field_and_path(
    converter: Any, value: Any
) -> None:
    rows = RowMap("acme", size=Get("raw", converter))
    with pytest.raises(exception.InvalidResults, match=r"acme: size: cannot read .* at 'raw'"):
        rows.values({"raw": value})
