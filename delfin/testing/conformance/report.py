"""The checks against a live array, as a page that a contributor can attach to a merge request."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any, ClassVar

from delfin.common.redaction import redacted
from delfin.inventory.catalog import KINDS
from delfin.testing.conformance import accepted
from delfin.testing.conformance.checks import CHECKS
from delfin.testing.conformance.questions import Questions
from delfin.testing.conformance.reading import COLLECT, LIST_ALERTS, Reading
from delfin.testing.conformance.subject import Subject
from delfin.testing.recording.scrub import Scrubber

_MOST_FINDINGS = 20


_IN_USE = "somebody writes to the array meanwhile"


class _InUse(Questions):
    """Nobody holds a live array still while it is read twice."""

    volatile: ClassVar[Mapping[str, str]] = {
        f"{table}.{column}": _IN_USE
        for table in ("storage", "storage_pools", "volumes", "filesystems", "quotas")
        for column in ("used_capacity", "free_capacity", "file_count")
    }


@dataclass
class Report:
    """What was found.

    Attributes:
        entry: The driver, '<vendor> <model>'.
        problem: Why nothing could be asked, if so.
        findings: By check, in the order of the checks.
        reading: What the array told.
    """

    entry: str
    problem: str = ""
    findings: dict[str, list[str]] = field(default_factory=dict)
    reading: Reading = field(default_factory=Reading)

    @property
    def good(self) -> bool:
        return not self.problem and not any(self.findings.values())


def verify(driver: type[Any], access: Mapping[str, Any]) -> Report:
    """Log in twice, ask for everything twice, and check it; nothing is changed on the array."""
    report = Report(f"{access['vendor']} {access['model']}")
    subject = Subject(driver, _InUse, access=access)
    try:
        report.reading = subject.reading
    except Exception as error:  # noqa: BLE001 - drivers raise anything; the report tells it
        report.problem = f"no session: {type(error).__name__}: {error}"
        return report
    for check in CHECKS:
        if check.live:
            report.findings[check.name] = check.find(subject)
    return report


def written(report: Report, access: Mapping[str, Any]) -> str:
    """The page, without secrets and without names of the array's owner."""
    scrubber = Scrubber(access)
    scrubber.learn("storage", report.reading.storage)
    for table, rows in report.reading.answers.items():
        scrubber.learn(table, rows)
    text = "\n".join([*_head(report), "", *_body(report)]) + "\n"
    scrubber.hear(text)
    return redacted(scrubber.text(text))


def _head(report: Report) -> list[str]:
    storage = report.reading.storage if isinstance(report.reading.storage, dict) else {}
    return [
        f"Driver    {report.entry}",
        f"Array     {storage.get('model')}, firmware version {storage.get('firmware_version')}",
        f"Checked   {dt.datetime.now(dt.UTC):%Y-%m-%d} by delfin {version('delfin')}",
        f"Result    {'good' if report.good else 'NOT good'}",
    ]


def _body(report: Report) -> list[str]:
    if report.problem:
        return [report.problem]
    lines = [f"{'Asked':<34}{'answer':<16}{'seconds':>8}", *_answers(report.reading), ""]
    lines.append(f"{'Check':<34}result")
    for name, found in report.findings.items():
        lines.append(f"{name:<34}{f'{len(found)} findings' if found else 'good'}")
        lines += [f"    {text}" for text in found[:_MOST_FINDINGS]]
        if found[_MOST_FINDINGS:]:
            lines.append(f"    and {len(found) - _MOST_FINDINGS} more")
    return lines


def _answers(reading: Reading) -> list[str]:
    counted = accepted.counts(reading)
    told = [
        ("get_storage", "1 row" if reading.storage else "nothing"),
        *((kind.lister, f"{counted.get(kind.key, 0)} rows") for kind in KINDS),
        (LIST_ALERTS, f"{len(reading.alerts or [])} alerts"),
        (COLLECT, f"{len(reading.metrics or [])} metrics"),
    ]
    lines = [
        f"{name:<34}{_told(reading, name, answer):<16}{reading.seconds.get(name, 0):>8.2f}"
        for name, answer in told
    ]
    # No fault: another model or version may measure it.
    lacking = ", ".join(sorted(reading.unmeasured))
    return [*lines, f"{'  not measured by this array':<34}{lacking}"] if lacking else lines


def _told(reading: Reading, name: str, answer: str) -> str:
    if name in reading.failures:
        return type(reading.failures[name]).__name__
    asked = name in reading.seconds and name not in reading.unsupported
    return answer if asked else "not supported"
