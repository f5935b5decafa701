"""Batches as bytes and back, also broken ones and large ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delfin.exporter.performance.packing import CorruptError, Unpacker, pack, split
from delfin.telemetry.samples import Batch, Series, Source
from tests.unit.exporter.performance.collected import NOW, batch, source, volume

TEXT = st.text(max_size=8)
SAMPLE = st.tuples(st.integers(0, 2), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False))


@given(
    st.builds(Source, *[TEXT] * 5, st.lists(st.tuples(TEXT, TEXT), max_size=2).map(tuple)),
    st.lists(st.builds(Series, *[TEXT] * 5), min_size=3, max_size=3),
    st.lists(SAMPLE, max_size=5),
    st.booleans(),
)
def test_what_is_unpacked_is_what_was_packed(
    of: Source, series: list[Series], samples: list[tuple[int, int, float]], refill: bool
) -> None:
    made = batch(of, series, *samples, refill=refill, interval=60.0)
    assert Unpacker().unpack(pack(made)) == made


def test_a_batch_of_nothing_is_packed() -> None:
    made = batch(source(), [])
    assert Unpacker().unpack(pack(made)) == made


def test_what_is_no_unicode_is_replaced() -> None:
    made = batch(source(name="a\udcff"), [volume(1)], (0, NOW, 1.0))
    assert Unpacker().unpack(pack(made)).source.storage_name == "a?"


@pytest.mark.parametrize("keep", [0, 10, 40, -1])
def test_a_part_of_a_batch_is_told_from_a_batch(keep: int) -> None:
    data = pack(batch(source(), [volume(1)], (0, NOW, 1.0)))
    with pytest.raises(CorruptError):
        Unpacker().unpack(data[:keep])


def test_a_changed_byte_is_noticed() -> None:
    data = bytearray(pack(batch(source(), [volume(1)], (0, NOW, 1.0))))
    data[-3] ^= 1
    with pytest.raises(CorruptError):
        Unpacker().unpack(bytes(data))


def test_batches_with_the_same_names_share_their_series_until_the_array_is_gone() -> None:
    unpacker = Unpacker()
    first, second = (
        unpacker.unpack(pack(batch(source(), [volume(1)], (0, NOW + n, 1.0)))) for n in (0, 1)
    )
    assert first.series is second.series
    unpacker.retain(frozenset())
    third = unpacker.unpack(pack(first))
    assert third.series is not first.series
    assert third == first


def test_lists_that_take_turns_are_kept_and_those_that_are_not_used_are_not() -> None:
    unpacker = Unpacker()
    packed = [pack(batch(source(), [volume(number)])) for number in range(40)]
    # With the second turn it is known that they come again.
    _, second, third = ([unpacker.unpack(data).series for data in packed] for _ in range(3))
    assert all(one is other for one, other in zip(second, third, strict=True))
    assert all(unpacker.unpack(packed[9]).series is second[9] for _ in range(200))
    unpacker.unpack(pack(batch(source(), [volume(99)])))
    assert unpacker.unpack(packed[9]).series is second[9]
    assert unpacker.unpack(packed[8]).series is not second[8]


def test_a_large_batch_is_split_and_loses_nothing() -> None:
    series = [volume(number) for number in range(7)]
    samples = [(number % 7, NOW + number, float(number)) for number in range(50)]
    whole = batch(source(), series, *samples, refill=True, interval=9.0)
    parts = list(split(whole, 8))
    assert [len(part) for part in parts] == [8] * 6 + [2]
    assert [sample for part in parts for sample in part.samples()] == list(whole.samples())
    assert all(part.refill and part.interval == 9.0 for part in parts)
    assert len(parts[-1].series) == 2


def test_a_small_batch_is_not_split() -> None:
    whole: Batch = batch(source(), [volume(1)], (0, NOW, 1.0))
    assert list(split(whole, 1)) == [whole]
