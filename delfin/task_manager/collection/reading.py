"""One reading of a collection: asks the array, checks what it says, and puts it into the sink."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import Any, TypeVar

from delfin import exception
from delfin.context import get_admin_context
from delfin.drivers.api import DriverAPI
from delfin.task_manager.collection.apart import SeriesApart
from delfin.telemetry.apart import Apart
from delfin.telemetry.checking import BEHIND, Counted, Expected, Window, batches, clock_of
from delfin.telemetry.samples import Sink, Source
from delfin.telemetry.windows import Progress, Range, Ranges, Rules, begin, went_on

Taken = TypeVar("Taken")

# The times of samples beyond the guess of the array's clock that are believed, in ms.
_BELIEVED = 86_400_000
# Rows whose times tell what the array's clock shows, where the array has told it roughly.
_TELLING = 1000
# So far behind the others a series is followed, in ms; what is farther behind has another clock.
_FARTHEST = 3_600_000
# So far behind the others series are looked for that nothing is known of, in ms.
_SOUGHT = 900_000
# A sample so far ahead of the array's clock, in ms, may have been measured during the reading.
_AHEAD = 300_000


@dataclass(frozen=True)
class Asked:
    """What is read of one type of resource, and by which rules; times in milliseconds."""

    resource_type: str
    metrics: dict[str, dict[str, Any]]
    interval: int
    labels: tuple[tuple[str, str], ...]
    rules: Rules

    @property
    def ahead(self) -> int:
        return max(self.interval, _AHEAD)


class Reader:
    """Reads one array for one job."""

    def __init__(
        self,
        drivers: DriverAPI,
        sink: Sink,
        source: Source,
        overlap: int,
        may_put: Callable[[], None],
        name_of: Callable[[str, str], str],
        apart: SeriesApart,
    ) -> None:
        """'overlap' is how far before a window the array is asked, in milliseconds.

        'may_put' raises when the job or the storage is gone; 'name_of' finds the name of a
        resource by its type and native id.
        """
        self._drivers = drivers
        self._sink = sink
        self._source = source
        self._overlap = overlap
        self._may_put = may_put
        self._name_of = name_of
        self._apart = apart

    def up_to(
        self, asked: Asked, progress: Progress, newest: int, counted: Counted
    ) -> tuple[Progress, Ranges]:
        """Current data of an array that says how far it has data, and keeps it.

        The progress afterwards, and what can never be read any more. Raises what the driver, the
        sink or 'may_put' raise.
        """
        progress, start = begin(progress, newest, asked.rules)
        if start is None:
            return progress, ()
        kept = self.range(asked, Range(start, newest), counted, refill=False)
        return went_on(progress, start, newest, asked.rules, kept)

    def what_there_is(
        self,
        asked: Asked,
        progress: Progress,
        guess: Range,
        counted: Counted,
        told: int | None = None,
    ) -> tuple[Progress, Ranges]:
        """Current data of any other array, whose samples tell what its clock shows.

        'guess' is between what times that is as far as we know, 'told' what the array says of it.
        As 'up_to' otherwise.
        """
        apart = self._apart.of(self._source.storage_id, asked.resource_type, progress.edge)
        since = _since(asked, progress, guess, apart)
        window = Range(since, max(since, guess.end))
        if told is None:
            rows = self._ask(asked, window, _listed)
            clock = clock_of(rows, guess.end + _BELIEVED)
            return self._take(asked, progress, since, apart, rows, clock, counted)

        def take(rows: Iterable[Any]) -> tuple[Progress, Ranges]:
            coming = iter(rows)
            first = list(islice(coming, _TELLING))
            clock = clock_of(first, told + asked.ahead)
            if first and (clock is None or clock < told - _FARTHEST):
                # These are of what has not been measured for long.
                clock = told
            whole = chain(first, coming)
            return self._take(asked, progress, since, apart, whole, clock, counted, told)

        return self._ask(asked, window, take)

    def _take(
        self,
        asked: Asked,
        progress: Progress,
        since: int,
        apart: Apart | None,
        rows: Iterable[Any],
        clock: int | None,
        counted: Counted,
        told: int = 0,
    ) -> tuple[Progress, Ranges]:
        """Keep what is new of an array whose clock shows that; None: it has nothing.

        'told' is what the array says of it, which most of its series may be behind.
        """
        if clock is None:
            return progress, ()
        keeps, overlap = bool(asked.rules.horizon), self._overlap
        before, start = begin(progress, clock, asked.rules)
        if start is None and (keeps or before.edge is None):
            return before, ()
        # Samples ahead of the clock come the next time, or now where there is no next time; then
        # some may be new although most are not.
        edge = before.edge if start is None and before.edge is not None else clock
        latest = max(clock, told) + asked.ahead
        begun = edge if start is None else start
        if keeps:
            # What was not asked for is missing.
            begun = max(begun, min(since, clock))
        is_new = apart is None or before.edge != progress.edge
        if apart is None or is_new:
            apart = Apart(edge)
        if keeps and begun != before.edge:
            # What lies before is missing, and is read as such; but not what lies before the edge.
            if before.edge is not None:
                counted.bad[BEHIND] += _lost(asked, apart, before.edge, clock - begun)
            apart.times = apart.only(begun)
        apart = replace(
            apart,
            edge=edge,
            is_new=is_new,
            since=since - overlap if keeps else 0,
            oldest=begun - _FARTHEST,
        )
        oldest = min(begun, since) - overlap - asked.ahead
        window = Window(begun, clock if keeps else latest, oldest, latest)
        self._put(rows, asked, window, counted, refill=False, apart=apart)
        self._apart.keep(self._source.storage_id, asked.resource_type, apart, edge - _FARTHEST)
        if start is None:
            return before, ()
        return went_on(before, begun, clock, asked.rules)

    def range(self, asked: Asked, window: Range, counted: Counted, *, refill: bool) -> int:
        """Exactly the samples of a range, as far as the array has them. Raises as 'up_to'.

        Up to the moment that is returned it has none of any time any more; 0 for no such moment.
        """
        start, end = window
        oldest = start - self._overlap - asked.ahead
        limits = Window(start, end, oldest, end + asked.ahead)

        def put(rows: Iterable[Any]) -> None:
            self._put(rows, asked, limits, counted, refill=refill)

        try:
            self._ask(asked, window, put)
        except exception.PerformanceNotKept as error:
            kept = int(error.error_args[0])
            if kept < end:
                self._call(asked, kept, end, put)
            return kept
        return 0

    def _ask(self, asked: Asked, window: Range, take: Callable[[Iterable[Any]], Taken]) -> Taken:
        return self._call(asked, max(0, window.start - self._overlap), window.end, take)

    def _call(
        self, asked: Asked, start: int, end: int, take: Callable[[Iterable[Any]], Taken]
    ) -> Taken:
        storage_id = self._source.storage_id
        context = get_admin_context(storage_id=storage_id)
        wanted = {asked.resource_type: asked.metrics}
        return self._drivers.read_perf_metrics(context, storage_id, wanted, start, end, take)

    def _put(
        self,
        rows: Iterable[Any],
        asked: Asked,
        window: Window,
        counted: Counted,
        *,
        refill: bool,
        apart: Apart | None = None,
    ) -> None:
        kind = asked.resource_type
        expected = Expected(
            *(self._source._replace(labels=asked.labels), kind, asked.metrics.keys(), window),
            name_of=lambda native_id: self._name_of(kind, native_id),
            refill=refill,
            interval=asked.interval / 1000,
            apart=apart,
        )
        for batch in batches(rows, expected, counted):
            self._may_put()
            self._sink.put(batch)
            # Whoever shares the processor had to wait for a whole batch.
            time.sleep(0)


def _since(asked: Asked, progress: Progress, guess: Range, apart: Apart | None) -> int:
    """From where to ask, so that series are seen that are behind the others."""
    if progress.edge is None:
        return guess.start - asked.rules.history - asked.rules.longest
    if guess.start - asked.rules.longest > progress.edge:
        # What lies between is missing.
        return guess.start - asked.rules.longest
    if apart is None:
        # Which these are is found out so.
        return progress.edge - max(asked.ahead, _SOUGHT)
    slowest = min(apart.awaited(asked.ahead), default=progress.edge)
    return max(progress.edge - _FARTHEST, min(progress.edge, slowest))


def _lost(asked: Asked, apart: Apart, edge: int, read: int) -> int:
    """About how many samples of those behind are not read any more, where a time is left out.

    'read' is how much is read now: what comes later than that is not in the missing range either.
    """
    lags = [edge - at for at in apart.awaited(asked.ahead) if at < edge]
    return sum((lag + max(0, lag - read)) // asked.interval for lag in lags)


def _listed(rows: Iterable[Any]) -> list[Any]:
    """To be read twice; most drivers answer with a list, of which no second is needed."""
    return rows if isinstance(rows, list) else list(rows)
