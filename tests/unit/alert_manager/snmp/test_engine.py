"""Engines: ours keeps its id, and old or repeated messages of others are refused."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from delfin.alert_manager.snmp.engine import WINDOW, EngineTime, LocalEngine, RemoteEngines
from delfin.alert_manager.snmp.reasons import OUTSIDE_TIME_WINDOW, REPLAYED, RefusedError

ENGINE = b"\x80\0\0\0\1"


def refused(engines: RemoteEngines, boots: int, moment: int, digest: bytes) -> str | None:
    try:
        engines.check(ENGINE, boots, moment, digest)
    except RefusedError as error:
        return error.reason
    return None


def test_our_engine_keeps_its_id_and_counts_its_starts(tmp_path: Path) -> None:
    file = tmp_path / "traps" / "engine.json"
    first, second = LocalEngine.of(file), LocalEngine.of(file)
    assert first.engine_id == second.engine_id
    assert (first.boots, second.boots) == (1, 2)
    assert second.check(2, second.time)
    assert not second.check(1, second.time)
    assert not second.check(2, second.time + WINDOW + 5)
    file.write_text("broken")
    assert LocalEngine.of(file).engine_id != first.engine_id


def test_a_message_is_taken_once_and_not_too_late() -> None:
    engines = RemoteEngines()
    assert refused(engines, 3, 1000, b"a") is None
    assert refused(engines, 3, 1000, b"a") == REPLAYED
    assert refused(engines, 3, 1000 - WINDOW + 5, b"b") is None
    assert refused(engines, 3, 1000 - WINDOW - 5, b"c") == OUTSIDE_TIME_WINDOW
    assert refused(engines, 2, 9999, b"d") == OUTSIDE_TIME_WINDOW
    assert refused(engines, 4, 1, b"e") is None
    assert refused(engines, 3, 1000, b"f") == OUTSIDE_TIME_WINDOW


def test_a_restart_opens_no_gap_for_replays() -> None:
    before, after = RemoteEngines(), RemoteEngines()
    assert refused(before, 3, 1000, b"a") is None
    after.recall(before.changed())
    assert refused(after, 3, 1000 - WINDOW - 5, b"old") == OUTSIDE_TIME_WINDOW
    # What an engine showed an hour ago is an hour older now.
    late = RemoteEngines()
    late.recall([EngineTime(ENGINE, 3, 1000, time.time() - 3600)])
    assert refused(late, 3, 1000, b"a") == OUTSIDE_TIME_WINDOW
    assert refused(late, 3, 4600, b"b") is None


def test_what_another_node_saw_does_not_forget_what_this_one_heard() -> None:
    engines = RemoteEngines()
    assert refused(engines, 3, 1000, b"a") is None
    engines.recall([EngineTime(ENGINE, 3, 1010, time.time())])
    assert refused(engines, 3, 1000, b"a") == REPLAYED


def test_a_storm_narrows_the_window_instead_of_filling_the_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("delfin.alert_manager.snmp.engine._MOST_DIGESTS", 100)
    engines = RemoteEngines()
    for number in range(300):
        assert refused(engines, 1, 1000 + number // 10, str(number).encode()) is None
    assert len(engines._known[ENGINE].digests) == 100
    assert refused(engines, 1, 1000, b"0") == OUTSIDE_TIME_WINDOW
