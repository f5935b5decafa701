"""What is refused is counted, and told without filling the log."""

from __future__ import annotations

import pytest

from delfin.rpc.refusals import Refusals


def test_refusals_are_counted_and_do_not_fill_the_log(caplog: pytest.LogCaptureFixture) -> None:
    refusals = Refusals("the channel")
    for _ in range(1234):
        refusals.add("it is not ours")
    assert refusals.count == 1234
    assert caplog.text.count("Refused message number") == 4
