"""Asks a driver everything once, and keeps what it said, what it logged and what it raised."""

from __future__ import annotations

import io
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from delfin import utils
from delfin.context import RequestContext
from delfin.drivers.capabilities import filters_for
from delfin.drivers.driver import StorageDriver
from delfin.inventory.catalog import KINDS
from delfin.inventory.kind import ResourceKind

Call = Callable[[], Any]
Window = tuple[int, int]

# How much performance data is asked for, and how long after its collection.
_WINDOW_MS, _DELAY_MS = 300_000, 60_000
LIST_ALERTS, COLLECT = "list_alerts", "collect_perf_metrics"


@dataclass
class Reading:
    """One round of questions.

    Attributes:
        storage: What get_storage returned.
        answers: What each lister returned, by the kind's table.
        unsupported: Methods that raised NotImplementedError.
        silent: Methods that answered without asking the array anything.
        failures: What other methods raised, by name.
        alerts: What list_alerts returned, and for a time range ('query') 'filtered'.
        capabilities: What get_capabilities returned.
        metrics: What collect_perf_metrics returned for 'window'.
        unmeasured: Types of resources of which it returned nothing, and which it does not support
            when it is asked for them alone, as delfin does.
        seconds: How long each method took.
        log: All that was logged meanwhile, on every level.
        shown: The driver's repr and that of what it holds.
    """

    storage: Any = None
    answers: dict[str, Any] = field(default_factory=dict)
    unsupported: set[str] = field(default_factory=set)
    silent: set[str] = field(default_factory=set)
    failures: dict[str, BaseException] = field(default_factory=dict)
    alerts: Any = None
    query: dict[str, int] | None = None
    filtered: Any = None
    capabilities: Any = None
    metrics: Any = None
    unmeasured: set[str] = field(default_factory=set)
    window: Window = (0, 0)
    seconds: dict[str, float] = field(default_factory=dict)
    log: str = ""
    shown: str = ""

    def kinds(self) -> list[ResourceKind]:
        """Those that the driver lists."""
        return [kind for kind in KINDS if kind.key in self.answers]

    def delivered(self) -> set[str]:
        """The types of resources that metrics were returned of."""
        metrics = self.metrics if isinstance(self.metrics, list) else []
        return {one.labels.get("resource_type") for one in metrics if hasattr(one, "labels")}


def context_for(storage_id: str | None) -> RequestContext:
    """What delfin hands to each call."""
    context = RequestContext()
    context.storage_id = storage_id
    return context


def read(
    driver: Any,
    window: Window | None,
    asked: Callable[[], int] | None = None,
    access: Sequence[str] = (),
) -> Reading:
    """Everything, in the order of a synchronisation; raises nothing that the driver raises.

    Without a 'window' performance data of the array's last minutes is asked for. 'asked' counts
    what the array was asked, where that can be known; 'access' are the access types.
    """
    reading = Reading()
    context = context_for(driver.storage_id)

    def ask(name: str, *arguments: Any) -> Any:
        return _asked(reading, driver, name, context, arguments, asked)

    with captured_log() as log:
        latest = ask("get_latest_perf_timestamp")
        reading.window = window or _window(latest)
        reading.storage = ask("get_storage")
        for kind in KINDS:
            answer = ask(kind.lister)
            if kind.lister not in reading.unsupported | reading.failures.keys():
                reading.answers[kind.key] = answer
        reading.alerts = ask(LIST_ALERTS, None)
        reading.query = _moment(reading.alerts)
        if reading.query:
            reading.filtered = ask(LIST_ALERTS, dict(reading.query))
        reading.capabilities = _capabilities(reading, driver, context, access)
        wanted = metrics_of(reading.capabilities)
        if wanted:
            reading.metrics = ask(COLLECT, driver.storage_id, wanted, *reading.window)
            reading.unmeasured = _unmeasured(reading, driver, context, wanted)
        reading.shown = _shown(driver)
    reading.log = log.getvalue()
    return reading


def metrics_of(capabilities: Any) -> dict[str, Any]:
    told = capabilities.get("resource_metrics") if isinstance(capabilities, dict) else None
    return told if isinstance(told, dict) else {}


@contextmanager
def captured_log() -> Iterator[io.StringIO]:
    """What is logged meanwhile, down to debug; it is logged nowhere else."""
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    level, handlers = root.level, root.handlers
    root.handlers = [handler]
    root.setLevel(logging.DEBUG)
    try:
        yield text
    finally:
        root.setLevel(level)
        root.handlers = handlers


def log_out(driver: Any) -> BaseException | None:
    """End the driver's session, as far as it offers a way; what that raised."""
    close = getattr(driver, "close_connection", None)
    try:
        if close is not None:
            close()
    except Exception as error:  # noqa: BLE001 - drivers raise anything; the caller judges it
        return error
    return None


def _asked(
    reading: Reading,
    driver: StorageDriver,
    name: str,
    context: RequestContext,
    arguments: tuple[Any, ...],
    asked: Callable[[], int] | None,
) -> Any:
    before = asked() if asked else 0
    start = time.perf_counter()
    try:
        return getattr(driver, name)(context, *arguments)
    except NotImplementedError:
        reading.unsupported.add(name)
    except Exception as error:  # noqa: BLE001 - drivers raise anything; it becomes a finding
        reading.failures[name] = error
    finally:
        reading.seconds[name] = reading.seconds.get(name, 0) + time.perf_counter() - start
        if asked and asked() == before and name not in reading.unsupported:
            reading.silent.add(name)
    return None


def _capabilities(
    reading: Reading, driver: Any, context: RequestContext, access: Sequence[str]
) -> Any:
    firmware = (
        reading.storage.get("firmware_version") if isinstance(reading.storage, dict) else None
    )
    filters = filters_for(type(driver), firmware, access)
    try:
        return type(driver).get_capabilities(context, filters)
    except NotImplementedError:
        return None
    except Exception as error:  # noqa: BLE001 - as above
        reading.failures["get_capabilities"] = error
    return None


def _unmeasured(
    reading: Reading, driver: Any, context: RequestContext, wanted: dict[str, Any]
) -> set[str]:
    """The declared types of resources that this array does not measure, as the driver says."""
    if not isinstance(reading.metrics, list) or not reading.metrics:
        return set()
    found = set()
    for kind in sorted(wanted.keys() - reading.delivered()):
        try:
            driver.collect_perf_metrics(
                context, driver.storage_id, {kind: wanted[kind]}, *reading.window
            )
        except NotImplementedError:
            found.add(kind)
        except Exception as error:  # noqa: BLE001 - as above
            reading.failures[COLLECT] = error
    return found


def _window(latest: Any) -> Window:
    """The last whole minutes by the array's clock or, where that is unknown, by ours."""
    known = isinstance(latest, int) and latest > 0
    end = int(latest) if known else utils.utcnow_ms() - _DELAY_MS
    end = end // 60_000 * 60_000
    return end - _WINDOW_MS, end


def _moment(alerts: Any) -> dict[str, int] | None:
    """A time range that holds the middle one of the alerts."""
    if not isinstance(alerts, list):
        return None
    times = sorted(
        alert["occur_time"]
        for alert in alerts
        if isinstance(alert, dict) and type(alert.get("occur_time")) is int
    )
    middle = times[len(times) // 2] if times else 0
    return {"begin_time": middle, "end_time": middle} if times else None


def _shown(driver: Any) -> str:
    """As a traceback with local variables or a debugger would show it."""
    held = [value for value in vars(driver).values() if type(value).__module__ != "builtins"]
    return "\n".join(repr(value) for value in (driver, *held))
