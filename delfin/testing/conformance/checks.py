"""The list of checks: what each is called, and what it looks at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from delfin.testing.conformance import (
    accepted,
    alerts,
    contract,
    faults,
    inventory,
    metrics,
    questions,
    secrets,
)
from delfin.testing.conformance.reading import context_for
from delfin.testing.conformance.subject import Subject
from delfin.testing.recording import about as about_file
from delfin.testing.recording import exchange, files, traps
from delfin.testing.replay.faults import ALL

Find = Callable[[Subject], list[str]]


@dataclass(frozen=True)
class Check:
    """One check; 'live' if it makes sense against a real array, 'fault' if it replays one."""

    name: str
    find: Find
    live: bool = True
    fault: str | None = None

    def needless(self, subject: Subject) -> str:
        """Why there is nothing to find; empty when there is."""
        if subject.recording is None and not self.live:
            return "makes no sense against a live array"
        if self.fault is not None and self.fault not in subject.faults:
            return f"an array with access by {' and '.join(subject.access_types)} has no such fault"
        return ""


def _answers(subject: Subject) -> list[str]:
    return questions.findings(subject.questions)


def _entry_point(subject: Subject) -> list[str]:
    return contract.entry_point_findings(subject.driver)


def _signatures(subject: Subject) -> list[str]:
    own = questions.differs(subject.questions.parameter_names_are_the_contracts)
    return contract.signature_findings(subject.driver, names_count=not own)


def _rows(subject: Subject) -> list[str]:
    return inventory.row_findings(subject.reading, subject.questions)


def _references(subject: Subject) -> list[str]:
    return inventory.reference_findings(subject.reading, subject.questions)


def _presence(subject: Subject) -> list[str]:
    return inventory.presence_findings(subject.reading, subject.questions, subject.driver)


def _accepted(subject: Subject) -> list[str]:
    told = accepted.documents(subject.reading, subject.questions, subject.replayed.told)
    return accepted.findings(subject.folder, told)


def _steady(subject: Subject) -> list[str]:
    return accepted.steadiness_findings(subject.reading, subject.again(), subject.questions)


def _alerts(subject: Subject) -> list[str]:
    return alerts.findings(subject.reading, subject.questions)


def _traps(subject: Subject) -> list[str]:
    found = alerts.foreign_trap_findings(subject.driver)
    for name, trap in traps.load(subject.folder).items() if subject.recording else ():
        problems = alerts.trap_findings(subject.driver, trap)
        if not problems:
            alert = parsed_trap(subject.driver, trap)
            same = alert == traps.accepted(subject.folder, name)
            problems = [] if same else ["the alert is not the accepted one: run 'make accept'"]
        found += [f"traps/{name}: {text}" for text in problems]
    return found


def parsed_trap(driver: type[Any], trap: dict[str, str]) -> Any:
    """The alert, or for a trap that needs the alerts to be listed the word 'incomplete'."""
    try:
        return driver.parse_alert(context_for(None), dict(trap))
    except Exception as error:  # noqa: BLE001 - what is raised here was judged before
        return f"{type(error).__name__}"


def _unknown(subject: Subject) -> list[str]:
    with subject.player() as player:
        driver = player.connect(subject.driver)
        before = len(player.play.tape.misses)
        found = alerts.unknown_findings(driver, recorded=True)
        if len(player.play.tape.misses) > before:
            # The array's own answer is not known, so any delfin error will do.
            return alerts.unknown_findings(driver, recorded=False)
        return found


def _metrics(subject: Subject) -> list[str]:
    return metrics.findings(subject.reading, subject.storage_id, subject.unmeasured)


def _secrets(subject: Subject) -> list[str]:
    reading = subject.reading
    found = secrets.text_findings("the log", reading.log, subject.secrets)
    found += secrets.text_findings("a repr of the driver", reading.shown, subject.secrets)
    for name, error in reading.failures.items():
        found += secrets.error_findings(f"the error of {name}", error)
    return found + (secrets.recording_findings(subject.folder) if subject.recording else [])


def _recording(subject: Subject) -> list[str]:
    """Whether the recording is this driver's and whole, and the driver keeps to it."""
    about = about_file.read(subject.folder)
    replayed = subject.replayed
    unused = [text for text in replayed.unused if not _is_about_unknown(text)]
    return [
        *([] if about.complete else ["the recording is not complete (about.yaml)"]),
        *([] if exchange.load(subject.folder) else ["the recording is empty"]),
        *files.left_out(subject.folder),
        *(f"asked, but not recorded: {text}" for text in dict.fromkeys(replayed.misses)),
        *(f"recorded, but never asked for: {text}" for text in unused),
        *(f"the driver connected to {stray}, not to its array" for stray in replayed.strays),
    ]


def _is_about_unknown(text: str) -> bool:
    """Asked for by the check of orders about an unknown alert alone."""
    return alerts.UNKNOWN_NUMBER in text


def _fault(name: str) -> Check:
    return Check(f"fault: {name}", lambda subject: faults.findings(subject, name), False, name)


CHECKS: tuple[Check, ...] = (
    Check("questions answered with reasons", _answers),
    Check("entry point", _entry_point),
    Check("signatures", _signatures),
    Check("rows", _rows),
    Check("references", _references),
    Check("implemented means data", _presence, live=False),
    Check("accepted rows", _accepted, live=False),
    Check("the same twice", _steady),
    Check("alerts", _alerts),
    Check("traps", _traps),
    Check("orders about an unknown alert", _unknown, live=False),
    Check("metrics", _metrics),
    Check("no secret told", _secrets),
    Check("recording", _recording, live=False),
    *(_fault(name) for name in ALL),
)
