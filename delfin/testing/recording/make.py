"""Makes a whole recording: asks an array for everything once, and sees that it plays back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from delfin import exception
from delfin.common.constants import ACCESS_TYPE
from delfin.testing.conformance import accepted, alerts, secrets
from delfin.testing.conformance.questions import Questions
from delfin.testing.conformance.reading import Reading, log_out, read
from delfin.testing.conformance.subject import Subject
from delfin.testing.recording import files, traps, wire
from delfin.testing.recording.about import About
from delfin.testing.recording.recorder import Recorder
from delfin.testing.replay.player import STORAGE_ID


@dataclass
class Made:
    """What came of it: rows by table, what went wrong, and whether the playback is the same."""

    rows: dict[str, int] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)


def record(
    driver_class: type[Any],
    access: Mapping[str, Any],
    folder: Path,
    source: str,
    recorded_traps: Sequence[Mapping[str, str]] = (),
) -> Made:
    """Write a recording into 'folder', which is made and must be empty.

    Raises what the driver's constructor raises, exception.InvalidInput for a folder with files.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise exception.InvalidInput(f"{folder} is not empty")
    access = {**access, "storage_id": STORAGE_ID}
    about = _about(access, source)
    recorder = Recorder(folder, about, access)
    with wire.opened() as tap:
        tap.attach(recorder, access)
        driver = driver_class(**access)
        recorder.watch(driver)
        try:
            reading = read(driver, None, access=about.access)
            # Some arrays take even a wrong number for an order: only a simulator is asked.
            if source == "simulator":
                alerts.unknown_findings(driver, recorded=False)
        finally:
            log_out(driver)
            tap.detach(recorder)
    storage = reading.storage if isinstance(reading.storage, dict) else {}
    recorder.close(
        product=str(storage.get("model") or ""),
        firmware=str(storage.get("firmware_version") or ""),
        window=reading.window,
    )
    _keep_traps(folder, recorder, recorded_traps)
    failures = [f"{n} raised {type(e).__name__}: {e}" for n, e in reading.failures.items()]
    failures += [*secrets.recording_findings(folder), *files.left_out(folder)]
    return Made(
        accepted.counts(reading), failures, _differences(driver_class, folder, recorder, reading)
    )


def _about(access: Mapping[str, Any], source: str) -> About:
    return About(
        driver=f"{access['vendor']} {access['model']}",
        source=source,
        recorded=f"delfin-manage driver record, {dt.datetime.now(dt.UTC):%Y-%m}",
        access=tuple(name for name in ACCESS_TYPE if access.get(name)),
    )


def _keep_traps(folder: Path, recorder: Recorder, found: Sequence[Mapping[str, str]]) -> None:
    for number, trap in enumerate(found, 1):
        (folder / traps.FOLDER).mkdir(exist_ok=True)
        scrubbed = {oid: recorder.scrubber.text(value) for oid, value in trap.items()}
        path = folder / traps.FOLDER / f"{number:04}.txt"
        path.write_text(traps.written(scrubbed), encoding="utf-8")


def _differences(
    driver_class: type[Any], folder: Path, recorder: Recorder, reading: Reading
) -> list[str]:
    """What the recording plays back differently from what the array said."""
    subject = Subject(driver_class, Questions, recording=folder)
    told = subject.replayed.told
    played = accepted.documents(subject.reading, _Compared, told)
    live = accepted.documents(_scrubbed(recorder, reading), _Compared, told)
    measured = _measured(reading, recorder.scrubber.value) == _measured(subject.reading, dict)
    return [
        f"{name}: {accepted.difference(live.get(name), played.get(name))}"
        for name in sorted(live.keys() | played.keys())
        if live.get(name) != played.get(name)
    ] + [
        *([] if measured else ["metrics: other values, or of other things"]),
        *(f"not recorded: {text}" for text in dict.fromkeys(subject.replayed.misses)),
    ]


class _Compared(Questions):
    volatile: ClassVar[Mapping[str, str]] = {"alerts.match_key": "a digest has no stand-in"}


def _measured(reading: Reading, told: Callable[[Any], Any]) -> list[str]:
    """One text for each metric; their order tells nothing."""
    found = reading.metrics if isinstance(reading.metrics, list) else []
    return sorted(
        str((one.name, sorted(told(one.labels).items()), sorted(one.values.items())))
        for one in found
        if hasattr(one, "labels")
    )


def _scrubbed(recorder: Recorder, reading: Reading) -> Reading:
    value = recorder.scrubber.value
    answers = {table: value(rows) for table, rows in reading.answers.items()}
    return Reading(storage=value(reading.storage), answers=answers, alerts=value(reading.alerts))
