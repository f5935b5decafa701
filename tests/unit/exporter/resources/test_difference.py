"""What differs is told; what does not is not."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from delfin.exporter.resources.difference import (
    ADDED,
    CHANGED,
    PRESENT,
    REMOVED,
    Digests,
    difference,
    pack,
    take,
    unpack,
)

Rows = dict[str, dict[str, Any]]
_ROWS = st.dictionaries(
    st.sampled_from("abcdef"), st.fixed_dictionaries({"size": st.integers(0, 2)})
)


def delivered(rows: Rows) -> Digests:
    found: Digests = {}
    for change in difference(found, rows.items(), 100, first=True)[0]:
        take(found, change)
    return found


@given(_ROWS, _ROWS, st.integers(1, 3))
def test_in_some_steps_the_receiver_has_what_there_is(before: Rows, now: Rows, most: int) -> None:
    digests = delivered(before)
    receiver = dict(before)
    for _ in range(20):
        changes, more = difference(digests, now.items(), most, first=False)
        assert len(changes) <= most
        for change in changes:
            take(digests, change)
            if change.resource is None:
                assert change.change == REMOVED
                del receiver[change.native_id]
            else:
                known = change.native_id in receiver
                assert change.change == (CHANGED if known else ADDED)
                receiver[change.native_id] = change.resource
        if not more:
            break
    assert receiver == now
    assert difference(digests, now.items(), 1, first=False) == ([], False)


def test_the_first_time_everything_is_present() -> None:
    changes, more = difference({}, {"a": {"size": 1}}.items(), 10, first=True)
    assert ([change.change for change in changes], more) == ([PRESENT], False)


def test_when_delfin_wrote_it_is_no_change() -> None:
    digests = delivered({"a": {"size": 1, "updated_at": "yesterday"}})
    rows = {"a": {"size": 1, "updated_at": "today", "created_at": "once"}}
    assert difference(digests, rows.items(), 10, first=False) == ([], False)


def test_digests_come_out_as_they_went_in() -> None:
    digests = delivered({f"v{n}": {"size": n} for n in range(1000)})
    assert unpack(pack(digests)) == digests
    assert unpack(None) == {}
    assert len(pack(digests)) < 20_000
