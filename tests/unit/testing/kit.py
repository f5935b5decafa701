"""Runs one check of the kit by its name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from delfin.testing.conformance.checks import CHECKS
from delfin.testing.conformance.questions import Questions
from delfin.testing.conformance.subject import Subject

BY_NAME = {check.name: check for check in CHECKS}


def findings(
    check: str, driver: type[Any], recording: Path, questions: type[Questions] = Questions
) -> list[str]:
    return BY_NAME[check].find(Subject(driver, questions, recording=recording))
