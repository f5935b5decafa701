"""What a check is about: a driver class, and a recording or a live array to try it on."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from delfin.common.constants import ACCESS_TYPE
from delfin.testing.conformance import access_file
from delfin.testing.conformance.questions import Questions
from delfin.testing.conformance.reading import Reading, captured_log, log_out, read
from delfin.testing.recording import about
from delfin.testing.replay import faults
from delfin.testing.replay.player import STORAGE_ID, Player


class Array(Protocol):
    """An array that drivers can be connected to."""

    def connect(self, driver: type[Any]) -> Any: ...


@dataclass(frozen=True)
class LiveArray:
    """A real one; 'access' is what delfin would hand to the driver."""

    access: Mapping[str, Any]

    def connect(self, driver: type[Any]) -> Any:
        return driver(**copy.deepcopy(dict(self.access)))


class Subject:
    """Readings are made once and kept, since many checks look at them."""

    def __init__(
        self,
        driver: type[Any],
        questions: type[Questions] = Questions,
        *,
        recording: Path | None = None,
        access: Mapping[str, Any] | None = None,
    ) -> None:
        """Give either a recording's folder or the access info of a live array."""
        if (recording is None) == (access is None):
            raise ValueError("want either a recording or the access info of an array")
        self.driver = driver
        self.questions = questions
        self.recording = recording
        self._access = access
        self._players: list[Player] = []

    @property
    def folder(self) -> Path:
        """The recording; raises ValueError for a live array."""
        if self.recording is None:
            raise ValueError("a live array has no recording")
        return self.recording

    @contextmanager
    def player(self) -> Iterator[Player]:
        """The recording, played; the reading is made before, since one replay excludes another."""
        _ = self.reading
        with self._player() as player:
            yield player

    @contextmanager
    def _player(self) -> Iterator[Player]:
        questions = self.questions
        with Player(self.folder, ignored=questions.ignored, timeouts=questions.timeouts) as player:
            yield player

    @cached_property
    def access_types(self) -> tuple[str, ...]:
        """'rest', 'ssh' and so on, as the recording or the access info says."""
        if self.recording is not None:
            return about.read(self.recording).access
        return tuple(name for name in ACCESS_TYPE if (self._access or {}).get(name))

    @property
    def unmeasured(self) -> Mapping[str, str] | None:
        """What the recording may lack of the declared metrics; None: a live array may lack any."""
        return about.read(self.recording).unmeasured if self.recording else None

    @property
    def faults(self) -> tuple[str, ...]:
        """Those that an array with these access types can have."""
        return faults.possible(self.access_types)

    @cached_property
    def reading(self) -> Reading:
        """Everything asked once; raises what the driver's constructor raises."""
        return self.replayed.reading if self.recording else self._read_live()

    @cached_property
    def replayed(self) -> Replayed:
        """The same with what the replay noticed."""
        with self._player() as player, captured_log() as log:
            driver = player.connect(self.driver)
            told = read(driver, player.about.window, player.play.asked.total, self.access_types)
            failed = log_out(driver)
            if failed is not None:
                told.failures["close_connection"] = failed
            told.log += log.getvalue()
            tape, guard = player.play.tape, player.guard
            return Replayed(told, tape.misses[:], tape.unused(), guard.strays[:], player.told)

    @property
    def secrets(self) -> list[str]:
        """The passwords that the driver was given, where the array is live."""
        return access_file.passwords(self._access or {})

    @property
    def storage_id(self) -> str:
        """The id that the driver was given."""
        return str((self._access or {}).get("storage_id") or STORAGE_ID)

    def again(self) -> Reading:
        """Another reading, by another driver object."""
        if self.recording is None:
            return self._read_live()
        with self.player() as player:
            driver = player.connect(self.driver)
            told = read(driver, player.about.window, access=self.access_types)
            log_out(driver)
            return told

    def _read_live(self) -> Reading:
        assert self._access is not None
        with captured_log() as log:
            driver = LiveArray(self._access).connect(self.driver)
            try:
                told = read(driver, None, access=self.access_types)
            finally:
                log_out(driver)
        told.log += log.getvalue()
        return told


@dataclass(frozen=True)
class Replayed:
    """A reading, and what was asked and not recorded, recorded and not asked, asked elsewhere."""

    reading: Reading
    misses: list[str]
    unused: list[str]
    strays: list[str]
    told: Callable[[str], str]
