"""The table of what each driver supports, made by running the conformance kit on its recording."""

from __future__ import annotations

import importlib
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from delfin.inventory.catalog import BY_KEY
from delfin.testing.conformance import accepted, contract
from delfin.testing.conformance.checks import CHECKS
from delfin.testing.conformance.subject import Subject
from delfin.testing.recording import about, traps
from delfin.testing.suite import DriverConformance

ROOT = Path(__file__).resolve().parents[1]
DRIVERS = ROOT / "tests" / "unit" / "drivers"
_HEAD = """# Support matrix

Which rows each driver of this repository delivers, from the conformance run on its recording.
Written by `make matrix`; do not edit. `yes`: rows are there and follow every rule. `-`: the driver
does not support it, and delfin says so instead of showing an empty list. A recording's source is
an `array`, a `simulator`, or `documentation`: only the first is proof.
"""


def suites() -> list[type[DriverConformance]]:
    """The classes in every test_conformance.py, by name of the driver."""
    sys.path[:0] = [] if str(ROOT) in sys.path else [str(ROOT)]
    return sorted(_found(), key=lambda suite: about.read(suite.recording).driver)


def _found() -> Iterator[type[DriverConformance]]:
    for path in DRIVERS.rglob("test_conformance.py"):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        module = importlib.import_module(name)
        for _, member in inspect.getmembers(module, inspect.isclass):
            if issubclass(member, DriverConformance) and member is not DriverConformance:
                yield member


def page() -> str:
    """The whole page; raises RuntimeError when a driver does not conform."""
    columns = [_column(suite) for suite in suites()]
    names = list(columns[0])
    lines = [f"| | {' | '.join(column['driver'] for column in columns)} |"]
    lines.append(f"|---|{'---|' * len(columns)}")
    lines += [
        f"| {name} | {' | '.join(column[name] for column in columns)} |"
        for name in names
        if name != "driver"
    ]
    return "\n".join([_HEAD, *lines, ""])


def _column(suite: type[DriverConformance]) -> dict[str, str]:
    subject = Subject(suite.driver, suite, recording=suite.recording)
    # The faults are left to the tests: this is run whenever the page may be stale.
    quick = (check for check in CHECKS if not check.name.startswith("fault"))
    for check in quick:
        found = check.find(subject)
        if found:
            raise RuntimeError(f"{suite.recording}: {check.name}: {found}")
    title, reading = about.read(suite.recording), subject.reading
    counts = accepted.counts(reading)
    return {
        "driver": f"`{title.driver}`",
        "recorded from": title.source,
        "asked over": ", ".join(title.access),
        "product": f"{title.product} {title.firmware}",
        **{kind: _yes(counts.get(kind)) for kind in BY_KEY},
        "alerts listed": _yes(reading.alerts),
        "alerts acknowledged": _yes(contract.implements(suite.driver, "acknowledge_alert")),
        "traps recorded": str(len(traps.load(suite.recording)) or "-"),
        "performance": _metrics(reading.metrics),
    }


def _yes(found: Any) -> str:
    return "yes" if found else "-"


def _metrics(metrics: Any) -> str:
    kinds = dict.fromkeys(metric.labels["resource_type"] for metric in metrics or ())
    return ", ".join(kinds) or "-"
