"""One collection of one array: current data of all that is due, then what is missing while time lasts."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from oslo_log import log

from delfin import exception
from delfin.context import get_admin_context
from delfin.drivers.api import DriverAPI
from delfin.jobs.outcome import outcome_of, told
from delfin.jobs.queue import LeaseLostError
from delfin.jobs.worker import StoppedError
from delfin.task_manager.collection.clock import ArrayClocks, Clock
from delfin.task_manager.collection.commit import Outcome
from delfin.task_manager.collection.reading import Asked, Reader
from delfin.telemetry.checking import Counted
from delfin.telemetry.collected import CollectedKind
from delfin.telemetry.windows import Progress, Range, Ranges, forgot, piece, refilled, shrunk

LOG = log.getLogger(__name__)

# What is read at once of what is missing, in milliseconds.
PIECE = 900_000
# Seconds after which what was read is written down although more is due.
_WRITE_AFTER = 2.0
# The job is over, and nothing about the array is to be written.
_OVER = (
    *(LeaseLostError, StoppedError),
    *(exception.StorageNotFound, exception.AccessInfoNotFound),
)


class Round:
    """What a job does. Its attributes say afterwards what came of it.

    Attributes:
        samples: How many were exported.
        refilled: How many of them had been missing.
        dropped: How many were not, by reason.
        error: What went wrong last.
        failed: The types of resources that could not be read.
        is_away: The array as a whole did not answer.
    """

    def __init__(
        self,
        storage_id: str,
        kinds: Mapping[str, CollectedKind],
        skew: int | None,
        drivers: DriverAPI,
        reader: Reader,
        clock: Clock,
        clocks: ArrayClocks,
        write: Callable[[Outcome], None],
    ) -> None:
        """'kinds' and 'skew' are how the array stood before.

        'write' keeps an outcome; it raises LeaseLostError or StorageNotFound when the job is over.
        """
        self._storage_id = storage_id
        self._kinds = dict(kinds)
        self._skew = skew
        self._drivers = drivers
        self._reader = reader
        self._clock = clock
        self._clocks = clocks
        self._write = write
        self._written = clock.monotonic()
        self._pending = Outcome()
        self._newest: int | None = None
        self.samples = self.refilled = 0
        self.dropped: Counter[str] = Counter()
        self.error: dict[str, str] | None = None
        self.failed: set[str] = set()
        self.is_away = False

    def run(self, due: Sequence[Asked], refill_time: float, stopping: threading.Event) -> None:
        """Raises what 'write' raises, and StoppedError."""
        newest = self._told_newest()
        for asked in due:
            if stopping.is_set():
                self._flush()
                raise StoppedError
            if self.is_away:
                self._not_reached(asked)
            else:
                self._current(asked, newest)
        self._refill(due, refill_time, stopping)
        self._ask_for_more(due)
        self._pending.failed = self.is_away
        self._pending.is_whole = not self.is_away and not self.failed
        self._pending.error = self.error
        self._pending.is_last = True
        self._flush()

    def _told_newest(self) -> int | None:
        """How far the array says that it has data."""
        context = get_admin_context(storage_id=self._storage_id)
        try:
            newest = self._drivers.get_latest_perf_timestamp(context, self._storage_id)
        except _OVER:
            raise
        except (NotImplementedError, exception.DriverCallTimeout):
            # One driver waits for the next data here, for as long as that takes.
            return None
        except Exception as error:  # noqa: BLE001 - drivers raise anything; the table says what next
            self._note(error)
            return None
        if newest is not None:
            self._saw(newest)
        return newest

    def _current(self, asked: Asked, newest: int | None) -> None:
        counted, kind = Counted(), asked.resource_type
        before = self._kinds.get(kind, CollectedKind())
        try:
            progress, lost = self._read(asked, before.progress, newest, counted)
        except _OVER:
            raise
        except NotImplementedError:
            LOG.debug("storage %s: %s is not collected", self._storage_id, kind)
            state = replace(before, lacking=True, failures=0, error=None)
            self._kinds[kind] = self._pending.kinds[kind] = state
        except Exception as error:  # noqa: BLE001 - drivers raise anything; the table says what next
            self._note(error, kind)
            failures = before.failures + (not self.is_away)
            self._keep(asked, replace(_failed(before, asked, error), failures=failures))
        else:
            self._count(counted)
            self._pending.lost.setdefault(kind, []).extend(lost)
            state = replace(before, progress=progress, failures=0, error=None, lacking=False)
            self._keep(asked, state)

    def _not_reached(self, asked: Asked) -> None:
        kind = asked.resource_type
        self.failed.add(kind)
        self._keep(asked, replace(self._kinds.get(kind, CollectedKind()), error=self.error))

    def _read(
        self, asked: Asked, progress: Progress, newest: int | None, counted: Counted
    ) -> tuple[Progress, Ranges]:
        if newest is not None and asked.rules.horizon:
            return self._reader.up_to(asked, progress, newest, counted)
        guess = self._clocks.guess(self._storage_id, self._skew)
        if newest is not None:
            guess = Range(newest, newest)
        progress, lost = self._reader.what_there_is(asked, progress, guess, counted, newest)
        if counted.newest is not None:
            # A few series may be ahead of the array's clock.
            shown = min(counted.newest, progress.edge or counted.newest)
            self._saw(max(shown, self._newest or 0))
        elif progress.edge is not None and self._newest is not None:
            asked_until = min(guess.start, self._newest)
            progress = replace(progress, asked=max(progress.asked or 0, asked_until))
        return progress, lost

    def _refill(self, due: Sequence[Asked], longest: float, stopping: threading.Event) -> None:
        deadline = self._clock.monotonic() + longest
        left = [
            one
            for one in due
            if one.resource_type not in self.failed
            and not self._kinds.get(one.resource_type, CollectedKind()).lacking
        ]
        while left:
            for asked in tuple(left):
                is_late = self._clock.monotonic() >= deadline
                if is_late or self.is_away or stopping.is_set():
                    return
                if not self._refill_piece(asked):
                    left.remove(asked)

    def _refill_piece(self, asked: Asked) -> bool:
        """Whether there may be more of it."""
        counted, kind = Counted(), asked.resource_type
        before = self._kinds.get(kind, CollectedKind())
        missing = before.progress.missing
        window = piece(missing, min(before.longest or PIECE, PIECE), before.turn)
        if window is None:
            return False
        try:
            kept = self._reader.range(asked, window, counted, refill=True)
        except _OVER:
            raise
        except Exception as error:  # noqa: BLE001 - drivers raise anything; the table says what next
            self._note(error, kind)
            self._keep(asked, replace(_failed(before, asked, error), turn=before.turn + 1))
            return False
        self._count(counted)
        self.refilled += counted.kept
        progress, lost = forgot(before.progress, kept)
        self._pending.lost.setdefault(kind, []).extend(lost)
        self._keep(asked, replace(before, progress=refilled(progress, window)))
        return True

    def _ask_for_more(self, due: Sequence[Asked]) -> None:
        """The next time, of what went well in all of this job."""
        for kind in {one.resource_type for one in due} - self.failed:
            state = self._kinds.get(kind)
            if state is not None and state.longest is not None and not self.is_away:
                longer = state.longest * 2
                state = replace(state, longest=None if longer >= PIECE else longer)
                self._kinds[kind] = self._pending.kinds[kind] = state

    def _saw(self, newest: int) -> None:
        self._newest = newest
        self._clocks.saw(self._storage_id, newest)
        self._pending.newest = newest
        self._pending.skew = self._skew = newest - self._clock.wall_ms()

    def _note(self, error: Exception, kind: str | None = None) -> None:
        unexpected = not isinstance(error, exception.DelfinException)
        LOG.warning(
            "storage %s: %s cannot be collected: %s",
            *(self._storage_id, kind or "performance", type(error).__name__),
            exc_info=unexpected,
        )
        self.error = told(error)
        self.is_away = outcome_of(error).whole_array
        if kind is not None:
            self.failed.add(kind)

    def _count(self, counted: Counted) -> None:
        self.samples += counted.kept
        self.dropped += counted.bad
        self._pending.samples += counted.kept
        self._pending.dropped += counted.bad

    def _keep(self, asked: Asked, state: CollectedKind) -> None:
        now = self._clock.wall_ms()
        state = replace(state, last_attempt=now)
        if asked.resource_type not in self.failed:
            turn = state.turn if state.progress.missing else 0
            state = replace(state, turn=turn, last_success=now)
        self._kinds[asked.resource_type] = self._pending.kinds[asked.resource_type] = state
        if self._clock.monotonic() - self._written > _WRITE_AFTER:
            self._flush()

    def _flush(self) -> None:
        outcome, self._pending = self._pending, Outcome()
        self._write(outcome)
        self._written = self._clock.monotonic()


def _failed(before: CollectedKind, asked: Asked, error: Exception) -> CollectedKind:
    """How a type of resource stands when it could not be read: less is asked for the next time."""
    is_too_much = not outcome_of(error).whole_array or isinstance(
        error, exception.DriverCallTimeout
    )
    longest = before.longest
    if is_too_much:
        longest = shrunk(before.longest or PIECE, asked.interval)
    return replace(before, longest=longest, error=told(error))
