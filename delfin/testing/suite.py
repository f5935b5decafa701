"""The pytest class that a driver's test file inherits; the rules are in delfin.testing.conformance.

    class TestBravo(DriverConformance):
        driver = BravoDriver
        recording = Path(__file__).parent / "recordings" / "bravo-4.2"

With DELFIN_TEST_ACCESS=file the same class asks the array of that access info, without a
recording. With DELFIN_ACCEPT=1 it writes the accepted rows anew.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, ClassVar

import pytest

from delfin.testing.conformance import accepted, access_file
from delfin.testing.conformance.checks import CHECKS, Check, parsed_trap
from delfin.testing.conformance.questions import Questions
from delfin.testing.conformance.subject import Subject
from delfin.testing.recording import traps

ACCESS, ACCEPT = "DELFIN_TEST_ACCESS", "DELFIN_ACCEPT"


class DriverConformance(Questions):
    """One test for each check; a subclass names its driver and recording, and answers questions."""

    driver: ClassVar[type[Any]]
    recording: ClassVar[Path]

    @pytest.fixture(scope="class")
    @classmethod
    def subject(cls) -> Subject:
        return subject_of(cls)

    @pytest.mark.parametrize("check", CHECKS, ids=[check.name for check in CHECKS])
    def test_conforms(self, subject: Subject, check: Check) -> None:
        if reason := check.needless(subject):
            pytest.skip(reason)
        found = check.find(subject)
        if found:
            # The sentences say what to do; where pytest found that out is of no use.
            pytest.fail("\n".join([f"{check.name}:", *found]), pytrace=False)


def subject_of(suite: type[DriverConformance]) -> Subject:
    """What the class is about; with DELFIN_ACCEPT=1 its accepted rows are written first."""
    if os.environ.get(ACCESS):
        access = access_file.read(Path(os.environ[ACCESS]))
        return Subject(suite.driver, suite, access=access)
    subject = Subject(suite.driver, suite, recording=suite.recording)
    if os.environ.get(ACCEPT):
        accept(subject)
    return subject


def accept(subject: Subject) -> None:
    """Write what the driver says now as what it must say."""
    told = accepted.documents(subject.reading, subject.questions, subject.replayed.told)
    accepted.write(subject.folder, told)
    for name, trap in traps.load(subject.folder).items():
        traps.accept(subject.folder, name, parsed_trap(subject.driver, trap))
