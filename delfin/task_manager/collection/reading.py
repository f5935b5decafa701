"""One reading of a collection: asks the array, checks what it says, and puts it into the sink."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from delfin.context import get_admin_context
from delfin.drivers.api import DriverAPI
from delfin.task_manager.collection.apart import SeriesApart
from delfin.telemetry.checking import Counted, Expected, Key, Window, batches, clock_of
from delfin.telemetry.samples import Sink, Source
from delfin.telemetry.windows import Progress, Range, Ranges, Rules, begin, went_on

# The times of samples beyond the guess of the array's clock that are believed, in ms.
_BELIEVED = 86_400_000
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
        self.range(asked, Range(start, newest), counted, refill=False)
        return went_on(progress, start, newest, asked.rules)

    def what_there_is(
        self, asked: Asked, progress: Progress, guess: Range, counted: Counted
    ) -> tuple[Progress, Ranges]:
        """Current data of any other array, whose samples alone tell what its clock shows.

        'guess' is between what times that is as far as we know. As 'up_to' otherwise.
        """
        since = guess.start - (asked.rules.history if progress.edge is None else 0)
        since -= asked.rules.longest
        apart = self._apart.of(self._source.storage_id, asked.resource_type, progress.edge)
        if progress.edge is not None:
            since = max(self._behind(asked, progress.edge, apart), since)
        rows = self._ask(asked, Range(since, max(since, guess.end)), _listed)
        clock = clock_of(rows, guess.end + _BELIEVED)
        if clock is None:
            return progress, ()
        before, start = begin(progress, clock, asked.rules)
        if start is None and (asked.rules.horizon or before.edge is None):
            return before, ()
        # Samples ahead of the clock come the next time, or now where there is no next time; then
        # some may be new although most are not.
        edge = before.edge if start is None and before.edge is not None else clock
        latest = clock + asked.ahead
        end = clock if asked.rules.horizon else latest
        begun = edge if start is None else start
        if asked.rules.horizon:
            # What was not asked for is missing.
            begun = max(begun, min(since, clock))
        if apart is None or before.edge != progress.edge:
            apart = {}
        if begun != before.edge:
            # What lies before is missing, and is read as such.
            apart = {key: at for key, at in apart.items() if at > begun}
        oldest = min(begun, since) - self._overlap - asked.ahead
        window = Window(begun, end, oldest, latest)
        self._put(rows, asked, window, counted, refill=False, edge=edge, apart=apart)
        self._apart.keep(
            *(self._source.storage_id, asked.resource_type, edge, apart),
            edge - 2 * asked.ahead,
        )
        if start is None:
            return before, ()
        return went_on(before, begun, clock, asked.rules)

    @staticmethod
    def _behind(asked: Asked, edge: int, apart: dict[Key, int] | None) -> int:
        """From where to ask, so that series are seen that are behind the others."""
        if apart is None:
            # Which these are is found out so.
            return edge - asked.ahead
        return max(edge - asked.ahead, min(edge, min(apart.values(), default=edge)))

    def range(self, asked: Asked, window: Range, counted: Counted, *, refill: bool) -> None:
        """Exactly the samples of a range. Raises as 'up_to'."""
        start, end = window
        oldest = start - self._overlap - asked.ahead
        limits = Window(start, end, oldest, end + asked.ahead)
        self._ask(
            asked, window, lambda rows: self._put(rows, asked, limits, counted, refill=refill)
        )

    def _ask(self, asked: Asked, window: Range, take: Callable[[Iterable[Any]], Any]) -> Any:
        storage_id = self._source.storage_id
        return self._drivers.read_perf_metrics(
            get_admin_context(storage_id=storage_id),
            storage_id,
            {asked.resource_type: asked.metrics},
            max(0, window.start - self._overlap),
            window.end,
            take,
        )

    def _put(
        self,
        rows: Iterable[Any],
        asked: Asked,
        window: Window,
        counted: Counted,
        *,
        refill: bool,
        edge: int = 0,
        apart: dict[Key, int] | None = None,
    ) -> None:
        kind = asked.resource_type
        expected = Expected(
            *(self._source._replace(labels=asked.labels), kind, asked.metrics.keys(), window),
            name_of=lambda native_id: self._name_of(kind, native_id),
            refill=refill,
            interval=asked.interval / 1000,
            edge=edge,
            apart=apart,
        )
        for batch in batches(rows, expected, counted):
            self._may_put()
            self._sink.put(batch)
            # Whoever shares the processor had to wait for a whole batch.
            time.sleep(0)


def _listed(rows: Iterable[Any]) -> list[Any]:
    """To be read twice; most drivers answer with a list, of which no second is needed."""
    return rows if isinstance(rows, list) else list(rows)
