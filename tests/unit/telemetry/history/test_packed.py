"""Samples are packed, put together and summed up, and come out as they went in."""

from __future__ import annotations

import math
import zlib
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delfin.telemetry.history import packed
from delfin.telemetry.history.packed import BLOCK, Packed, Sum, blocks_of, merged, pack, unpack

START = 1_700_000_100_000 - 1_700_000_100_000 % BLOCK

# A few times and values, so that two readings often meet.
_COLUMN = st.dictionaries(
    st.sampled_from([0, 1, 60_000, BLOCK - 1, BLOCK, BLOCK + 60_000]),
    st.sampled_from([0.0, 1.5, -2.25, 2.0**90]),
    min_size=1,
    max_size=5,
)
_COLUMNS = st.dictionaries(st.integers(1, 3), _COLUMN, min_size=1, max_size=3)


def columns(told: dict[int, dict[int, float]]) -> dict[int, packed.Column]:
    return {
        metric: ([START + t for t in sorted(of)], [of[t] for t in sorted(of)])
        for metric, of in told.items()
    }


def cells(blocks: dict[int, Packed]) -> dict[tuple[int, int], float]:
    """Values by metric and time."""
    return {
        (metric, start + offset - START): value
        for start, block in blocks.items()
        for metric in block.metrics
        for offset, value in zip(block.times, block.column(metric) or (), strict=True)
        if not math.isnan(value)
    }


def flat(told: dict[int, dict[int, float]]) -> dict[tuple[int, int], float]:
    return {(metric, time): value for metric, of in told.items() for time, value in of.items()}


@given(_COLUMNS)
def test_what_is_packed_comes_out_again(told: dict[int, dict[int, float]]) -> None:
    blocks = {start: unpack(pack(block)) for start, block in blocks_of(columns(told))}
    assert cells(blocks) == flat(told)
    assert all(0 <= time < BLOCK for block in blocks.values() for time in block.times)


@given(_COLUMNS, _COLUMNS)
def test_of_two_readings_of_one_time_the_later_counts(
    first: dict[int, dict[int, float]], second: dict[int, dict[int, float]]
) -> None:
    blocks = dict(blocks_of(columns(first)))
    for start, block in blocks_of(columns(second)):
        blocks[start] = merged(blocks[start], block) if start in blocks else block
    assert cells(blocks) == {**flat(first), **flat(second)}
    assert all(list(b.times) == sorted(set(b.times)) for b in blocks.values())


def test_the_same_block_again_changes_no_byte() -> None:
    told = {1: dict.fromkeys(range(0, 600_000, 60_000), 1.5), 2: {60_000: 2.0}}
    ((_, block),) = blocks_of(columns(told))
    assert pack(merged(unpack(pack(block)), block)) == pack(block)


def test_samples_that_are_all_the_same_take_next_to_nothing() -> None:
    told = {metric: dict.fromkeys(range(0, BLOCK, 60_000), 0.0) for metric in range(16)}
    ((_, block),) = blocks_of(columns(told))
    assert len(pack(block)) < 16 * 15 / 2


def test_an_hour_is_kept_to_seven_digits() -> None:
    sums = {3: Sum(60, 1234.5678, 0.25, 9999.5), 7: Sum(1, 0.0, 0.0, 0.0)}
    back = packed.unpack_hour(packed.pack_hour(sums))
    assert back[7] == sums[7]
    assert back[3] == pytest.approx(sums[3], rel=1e-7)


def test_sums_leave_out_what_is_no_number() -> None:
    block = Packed((1, 2), array("I", [0, 1, 2]), array("f", [1, math.nan, 5, math.inf, 3, 4]))
    assert packed.sums_of([block]) == {1: Sum(3, 3.0, 1.0, 5.0), 2: Sum(1, 4.0, 4.0, 4.0)}


def test_the_mean_of_two_hours_weighs_their_samples() -> None:
    assert packed.together([Sum(3, 1.0, 0.0, 2.0), Sum(1, 5.0, 5.0, 5.0)]) == Sum(4, 2.0, 0.0, 5.0)


def test_a_format_of_a_later_release_is_refused() -> None:
    data = pack(Packed((1,), array("I", [0]), array("f", [1.0])))
    later = zlib.compress(b"\x02" + zlib.decompress(data)[1:])
    with pytest.raises(ValueError, match="version 2, known is 1"):
        unpack(later)
