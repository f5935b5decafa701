"""Every driver has a recording, and its tests run the conformance kit on it."""

from __future__ import annotations

from collections.abc import Iterable

from delfin.testing.recording import about
from tests.meta.test_entry_points import DRIVERS, GROUPS
from tools import support_matrix


def findings(drivers: Iterable[str], recorded: Iterable[str]) -> list[str]:
    """One sentence for each driver that nobody checks."""
    return [
        f"the driver '{name}' has no recording: add tests/unit/drivers/.../test_conformance.py with "
        "a DriverConformance class, see docs/guide/add-a-driver.md"
        for name in sorted(set(drivers) - set(recorded))
    ]


def test_every_driver_is_checked_on_a_recording() -> None:
    recorded = {about.read(suite.recording).driver for suite in support_matrix.suites()}
    found = findings(GROUPS[DRIVERS], recorded)
    assert not found, "\n".join(found)


def test_a_driver_without_a_recording_is_named() -> None:
    assert "'acme bravo'" in findings(["acme bravo", "linux lvm"], ["linux lvm"])[0]
