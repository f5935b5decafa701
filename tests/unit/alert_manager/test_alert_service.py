"""The parts of the alert service start and stop together, in order."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from delfin.alert_manager.service import AlertService


@dataclass
class Part:
    """Says what happens to it."""

    name: str
    said: list[str]
    fails: tuple[str, ...] = field(default=())

    def _say(self, what: str) -> None:
        self.said.append(f"{self.name} {what}")
        if what in self.fails:
            raise OSError(f"{self.name} does not {what}")

    def start(self) -> None:
        self._say("start")

    def stop(self) -> None:
        self._say("stop")

    def wait(self) -> None:
        self._say("wait")


def test_what_stores_starts_before_what_receives_and_stops_after_it() -> None:
    said: list[str] = []
    service = AlertService([Part("store", said), Part("socket", said)])
    service.start()
    assert said == ["store start", "socket start"]
    said.clear()
    service.stop()
    service.wait()
    assert said == ["socket stop", "store stop", "socket wait", "store wait"]
    service.wait()


def test_one_that_cannot_start_takes_the_others_down_again() -> None:
    said: list[str] = []
    parts = [Part("store", said), Part("socket", said, fails=("start",)), Part("more", said)]
    with pytest.raises(OSError, match="socket does not start"):
        AlertService(parts).start()
    assert said == ["store start", "socket start", "store stop", "store wait"]


def test_one_that_fails_to_stop_keeps_no_other_from_it(caplog: pytest.LogCaptureFixture) -> None:
    said: list[str] = []
    service = AlertService([Part("store", said), Part("socket", said, fails=("stop",))])
    service.start()
    service.stop()
    service.wait()
    assert said[2:] == ["socket stop", "store stop", "socket wait", "store wait"]
    assert "Part did not stop cleanly" in caplog.text
