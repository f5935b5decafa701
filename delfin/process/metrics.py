"""What a process says of itself to Prometheus: /metrics, in front of another WSGI application."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric

PATH = "/metrics"
# What is known of a fact or a counter, for those who read the page.
_HELP = {
    "sessions": "Arrays that the process is logged in to",
    "memory": "Resident memory in bytes",
    "owned_storages": "Storages that the process owns",
    "running_jobs": "Jobs that the process runs",
    "stuck_threads": "Threads that hang in jobs over their deadline",
    "refused_messages": "Messages of others that were refused",
    "oldest_report_age": "Seconds since the oldest last report of the process's storages",
    "stopped_reports": "Storages of the process whose reports have stopped with an error",
    "report_restarts": "Reports of the process's storages that hung and were begun anew",
    "oldest_collection_age": "Seconds since the last good collection of performance data, of the "
    "process's storage where that is longest ago",
    "overdue_collections": "Storages of the process without a good collection for three intervals",
    "logins": "Logins at arrays that went well",
    "logins_failed": "Logins at arrays that were refused or failed",
    "logouts": "Sessions with arrays that were ended",
    "calls": "Calls to arrays over open sessions",
    "calls_failed": "Calls to arrays that ended with an error",
    "calls_cut_off": "Calls to arrays that were ended at their deadline, or before for a reason",
}

Numbers = Callable[[], Mapping[str, int]]


class Reading(NamedTuple):
    """A number of one of several things of a kind; 'counts' when it only ever grows."""

    name: str
    help: str
    number: float
    labels: Mapping[str, str]
    counts: bool = False


Readings = Callable[[], Iterable[Reading]]


class MetricsApp:
    """Answers /metrics, and hands every other path on."""

    def __init__(
        self,
        process: str,
        facts: Numbers,
        counts: Numbers,
        inner: Callable[..., Iterable[bytes]] | None = None,
        readings: Readings = tuple,
    ) -> None:
        """'facts' are how the process stands now, 'counts' what has happened since it started.

        'readings' are more numbers, of which there are several of one name; all that have the
        same name have the same labels.
        """
        self._registry = CollectorRegistry()
        self._registry.register(_Collector(process, facts, counts, readings))
        self._inner = inner

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ.get("PATH_INFO") == PATH:
            status, media, body = "200 OK", CONTENT_TYPE_LATEST, generate_latest(self._registry)
        elif self._inner is not None:
            return self._inner(environ, start_response)
        else:
            status, media = "404 Not Found", "application/json"
            body = b'{"error_code": "NotFound"}'
        start_response(status, [("Content-Type", media), ("Content-Length", str(len(body)))])
        return [body]


class _Collector:
    """Reads the numbers anew for each page."""

    def __init__(self, process: str, facts: Numbers, counts: Numbers, readings: Readings) -> None:
        self._process = process
        self._readings = readings
        self._facts = facts
        self._counts = counts

    def describe(self) -> Iterable[Metric]:
        """Nothing: registering asks for no number."""
        return ()

    def collect(self) -> Iterator[Metric]:
        for kind, numbers in (
            (GaugeMetricFamily, self._facts()),
            (CounterMetricFamily, self._counts()),
        ):
            for name, number in numbers.items():
                family = kind(f"delfin_{name}", _HELP.get(name, name), labels=["process"])
                family.add_metric([self._process], number)
                yield family
        yield from self._families()

    def _families(self) -> Iterable[Metric]:
        families: dict[str, GaugeMetricFamily | CounterMetricFamily] = {}
        for reading in self._readings():
            if reading.name not in families:
                kind = CounterMetricFamily if reading.counts else GaugeMetricFamily
                names = ["process", *reading.labels]
                families[reading.name] = kind(f"delfin_{reading.name}", reading.help, labels=names)
            values = [self._process, *reading.labels.values()]
            families[reading.name].add_metric(values, reading.number)
        return families.values()
