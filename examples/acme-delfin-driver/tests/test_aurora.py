"""The conformance kit on a recording of the simulated Aurora."""

from __future__ import annotations

from pathlib import Path

from acme_delfin.aurora.aurora_stor import AuroraStorageDriver

from delfin.testing.suite import DriverConformance


class TestAurora(DriverConformance):
    driver = AuroraStorageDriver
    recording = Path(__file__).parent / "recordings" / "aurora-3.2"
    parameter_names_are_the_contracts = "the framework it was written for calls by position too"
    groups_are_dicts = "host groups are told in the list form, which is older"
