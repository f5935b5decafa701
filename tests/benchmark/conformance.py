"""How long the whole conformance run of each driver takes, and which check takes most of it.

    python -m tests.benchmark.conformance [--rounds 3] [--write PAGE]

Readings that the checks share are made once in a round, as in a test run.
"""

from __future__ import annotations

import argparse
import statistics
import time
from pathlib import Path

from delfin.testing.conformance.checks import CHECKS
from delfin.testing.conformance.subject import Subject
from delfin.testing.recording import about
from delfin.testing.suite import DriverConformance
from tests.benchmark import page
from tools import support_matrix

_HEAD = ("driver", "whole run, s", "of it faults, s", "longest check, s", "longest check")


def measure(suite: type[DriverConformance]) -> dict[str, float]:
    """Seconds by check; raises RuntimeError when the driver does not conform."""
    subject = Subject(suite.driver, suite, recording=suite.recording)
    seconds = {}
    for check in CHECKS:
        if check.needless(subject):
            continue
        start = time.perf_counter()
        found = check.find(subject)
        seconds[check.name] = time.perf_counter() - start
        if found:
            raise RuntimeError(f"{suite.recording}: {check.name}: {found}")
    return seconds


def row(suite: type[DriverConformance], rounds: int) -> tuple[str, ...]:
    measured = [measure(suite) for _ in range(rounds)]
    by_check = {name: statistics.median(one[name] for one in measured) for name in measured[0]}
    whole = [sum(one.values()) for one in measured]
    faults = sum(seconds for name, seconds in by_check.items() if name.startswith("fault"))
    longest = max(by_check, key=lambda name: by_check[name])
    return (
        about.read(suite.recording).driver,
        page.middle(whole),
        f"{faults:.2f}",
        f"{by_check[longest]:.2f}",
        longest,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", type=Path, metavar="PAGE")
    options = parser.parse_args()
    rows = [row(suite, options.rounds) for suite in support_matrix.suites()]
    page.show("conformance", page.table(_HEAD, rows), options.write)


if __name__ == "__main__":
    main()
