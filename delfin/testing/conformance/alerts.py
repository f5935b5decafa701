"""What alerts must be like, listed or made from a trap."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from delfin import exception
from delfin.common import constants
from delfin.testing.conformance.questions import Questions, differs
from delfin.testing.conformance.reading import Reading, context_for

_WORDS = {
    "severity": constants.Severity,
    "category": constants.Category,
    "type": constants.EventType,
    "clear_category": constants.ClearType,
}
_TEXTS = (
    *("alert_id", "alert_name", "severity", "category", "type", "sequence_number", "description"),
    *("recovery_advice", "resource_type", "location", "match_key", "clear_category"),
)
# A trap may say which array it is about.
_TRAP_TEXTS = ("serial_number", "storage_name")
_NEEDED = ("alert_id", "alert_name", "severity", "category", "type", "occur_time")
# From 2000 to 2100: a time in seconds lies before, one in microseconds after.
_EARLIEST_MS, _LATEST_MS = 946_684_800_000, 4_102_444_800_000
FOREIGN_TRAP = {
    "1.3.6.1.2.1.1.3.0": "4711",
    "1.3.6.1.6.3.1.1.4.1.0": "1.3.6.1.4.1.32473.99.0.1",
    "1.3.6.1.4.1.32473.99.1.0": "somebody else's trap",
    "transport_address": "192.0.2.1",
}
UNKNOWN_NUMBER = "999999999"


def findings(reading: Reading, questions: type[Questions]) -> list[str]:
    """What list_alerts returned, with and without a time range."""
    if reading.alerts is None:
        listed = "list_alerts" in reading.unsupported | reading.failures.keys()
        return [] if listed else ["list_alerts returned None, want a list"]
    if not isinstance(reading.alerts, list):
        return [f"list_alerts returned {type(reading.alerts).__name__}, want a list"]
    found = [text for alert in reading.alerts for text in alert_findings(alert)]
    if reading.query and not differs(questions.alerts_are_filtered_by_time):
        found += _filter_findings(reading.filtered, reading.query["begin_time"])
    return list(dict.fromkeys(found))


def alert_findings(alert: Any, more: tuple[str, ...] = ()) -> list[str]:
    """What is wrong with one alert."""
    if not isinstance(alert, dict):
        return [f"an alert is {type(alert).__name__}, want a dict"]
    found = [f"alert: there is no field {n!r}" for n in alert.keys() - {*_TEXTS, *more, _TIME}]
    found += [f"alert: no {name}" for name in _NEEDED if alert.get(name) in {None, ""}]
    for name in (*_TEXTS, *more):
        value = alert.get(name)
        if value is not None and type(value) is not str:
            found.append(f"alert: {name} is {type(value).__name__}, want str")
    for name, words in _WORDS.items():
        allowed = [v for k, v in vars(words).items() if k.isupper() and isinstance(v, str)]
        if alert.get(name) and alert[name] not in allowed:
            found.append(f"alert: {name} is {alert[name]!r}, want one of {allowed}")
    return found + _time_findings(alert.get(_TIME))


_TIME = "occur_time"


def _time_findings(value: Any) -> list[str]:
    if value in {None, ""}:
        return []
    if type(value) is not int:
        return [f"alert: occur_time is {type(value).__name__}, want int"]
    if not _EARLIEST_MS <= value <= _LATEST_MS:
        return [f"alert: occur_time {value} is not in epoch milliseconds"]
    return []


def _filter_findings(filtered: Any, moment: int) -> list[str]:
    if not isinstance(filtered, list):
        return [f"list_alerts with a time range returned {type(filtered).__name__}, want a list"]
    times = [alert.get(_TIME) for alert in filtered if isinstance(alert, dict)]
    if not times:
        return [f"list_alerts left out an alert of {moment}, which is inside the time range"]
    outside = next((time for time in times if time != moment), None)
    return (
        [f"list_alerts kept an alert of {outside}, outside {moment}..{moment}"] if outside else []
    )


def trap_findings(driver: type[Any], trap: Mapping[str, str]) -> list[str]:
    """What parse_alert makes of a recorded trap of this array."""
    try:
        alert = driver.parse_alert(context_for(None), dict(trap))
    except exception.IncompleteTrapInformation:
        return []
    except Exception as error:  # noqa: BLE001 - drivers raise anything; it becomes a finding
        return [f"parse_alert raised {type(error).__name__}: {error}"]
    if not alert:
        return ["parse_alert knows nothing of the recorded trap"]
    return alert_findings(alert, _TRAP_TEXTS)


def foreign_trap_findings(driver: type[Any]) -> list[str]:
    """A trap of another vendor is no alert, and no accident."""
    found = []
    for name, trap in (("another vendor's", FOREIGN_TRAP), ("an empty", {})):
        try:
            alert = driver.parse_alert(context_for(None), dict(trap))
        except (exception.DelfinException, NotImplementedError):
            continue
        except Exception as error:  # noqa: BLE001 - as above
            found.append(f"parse_alert of {name} trap raised {type(error).__name__}: {error}")
            continue
        if alert:
            found.append(f"parse_alert makes an alert of {name} trap")
    return found


def unknown_findings(driver: Any, *, recorded: bool) -> list[str]:
    """Orders about an alert that the array does not have; 'recorded' if its answers to that are."""
    found = []
    for order in ("clear_alert", "acknowledge_alert"):
        try:
            getattr(driver, order)(context_for(driver.storage_id), UNKNOWN_NUMBER)
        except NotImplementedError:
            continue
        except Exception as error:  # noqa: BLE001 - as above
            if recorded or not isinstance(error, exception.DelfinException):
                why = f"{type(error).__name__}: {error}"
                found.append(f"{order} of an unknown alert raised {why}")
    return found
