"""Forwards a log to one exporter: in order, at least once, in a thread of its own.

Knows neither alerts nor metrics. The log says which process may forward; a cursor in it
moves only behind what was delivered. An exporter that raises, hangs or cannot even be
loaded keeps its own log waiting and nobody else.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Generic, Protocol, TypeVar

from oslo_config import cfg
from oslo_log import log

from delfin.exporter.base_exporter import BaseExporter, RejectedError

LOG = log.getLogger(__name__)

# What a log consists of: alerts, or batches of samples.
Entry = TypeVar("Entry")
Given_contra = TypeVar("Given_contra", contravariant=True)


class Log(Protocol[Entry]):
    """What a forwarder reads; one object for each exporter, used by one thread.

    It keeps no more than a limit: the oldest is dropped and counted when it is full.
    """

    def acquire(self) -> bool:
        """Whether this process is the one that forwards now; asked before each batch."""

    def read(self, most: int) -> Sequence[tuple[int, Entry | None]]:
        """What comes behind the cursor, oldest first; None in place of what is kept back."""

    def commit(
        self, position: int, delivered: Sequence[Entry], silenced: int, dropped: int
    ) -> bool:
        """Everything up to 'position' is dealt with; False when that is another's to say now."""

    def failed(self, why: str) -> None:
        """Nothing gets through at present."""

    def standing(self, most: int) -> Sequence[Sequence[Entry]]:
        """What still holds, in batches, for exporters that repeat."""

    def release(self) -> None:
        """This process does not forward any more."""


class Hand(Protocol[Given_contra]):
    """How exporters are given the entries of a log."""

    def wants(self, exporter: BaseExporter, entry: Given_contra) -> bool:
        """Whether the exporter is to have it at all."""

    def give(self, exporter: BaseExporter, entries: Sequence[Given_contra]) -> None:
        """Call the exporter; when this returns, they are delivered."""


class _NotDeliveredError(Exception):
    """The exporter did not take it; it will be tried again."""


class Forwarder(Generic[Entry]):
    """Brings what is in a log to an exporter, until it is stopped."""

    def __init__(
        self,
        name: str,
        open_exporter: Callable[[], BaseExporter],
        entries: Log[Entry],
        hand: Hand[Entry],
        options: Any,
    ) -> None:
        """'options' is the option group [exporters]."""
        self.name = name
        self._open = open_exporter
        self._log = entries
        self._hand = hand
        self._options: cfg.ConfigOpts.GroupAttr = options
        self._exporter: BaseExporter | None = None
        self._hanging: threading.Thread | None = None
        self._failures = 0
        self._repeat_at = 0.0
        self._bell = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name=f"export-{name}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def ring(self) -> None:
        """Look into the log now, unless it waits for the exporter to come back."""
        if not self._failures:
            self._bell.set()

    def stop(self) -> None:
        self._stopping = True
        self._bell.set()

    def wait(self, longest: float) -> None:
        """Block until the thread has ended, at most 'longest' seconds; a call that hangs is left."""
        if self._thread.ident is not None:
            self._thread.join(longest)

    def _run(self) -> None:
        while not self._stopping:
            self._bell.clear()
            pause = self._turn()
            if pause and not self._stopping:
                self._bell.wait(pause)
        self._quietly(self._log.release)
        if self._exporter is not None and self._hanging is None:
            self._quietly(self._exporter.close)

    def _turn(self) -> float:
        """Deliver one batch; the seconds to wait before the next turn."""
        if self._hanging is not None and self._hanging.is_alive():
            return float(self._options.poll_interval)
        self._hanging = None
        try:
            pause = self._forward()
        except _NotDeliveredError as error:
            self._failures += 1
            LOG.warning("exporter %s: %s", self.name, error)
            self._quietly(self._log.failed, str(error))
            return self._delay()
        except Exception:  # noqa: BLE001 - the database may be away; the next turn finds it back
            self._failures += 1
            LOG.exception("exporter %s: the log cannot be read", self.name)
            return self._delay()
        self._failures = 0
        return pause

    def _forward(self) -> float:
        poll: float = self._options.poll_interval
        if not self._log.acquire():
            return poll
        if self._exporter is None:
            self._exporter = self._call(self._open)
        exporter = self._exporter
        most = min(self._options.batch_size, exporter.batch_limit)
        entries = self._log.read(most)
        if entries:
            self._deliver(exporter, entries)
            return 0.0
        if exporter.repeat_interval is None:
            return poll
        if time.monotonic() >= self._repeat_at:
            self._repeat_at = time.monotonic() + exporter.repeat_interval
            for batch in self._log.standing(most):
                self._send(exporter, batch)
        return max(0.01, min(poll, self._repeat_at - time.monotonic()))

    def _deliver(self, exporter: BaseExporter, entries: Sequence[tuple[int, Entry | None]]) -> None:
        wants = self._hand.wants
        wanted = [data for _, data in entries if data is not None and wants(exporter, data)]
        silenced = sum(data is None for _, data in entries)
        try:
            if wanted:
                self._send(exporter, wanted)
        except RejectedError as error:
            if len(entries) > 1:
                # One of them is refused: each by itself, so that the others are not.
                for entry in entries:
                    if self._log.acquire():
                        self._deliver(exporter, [entry])
            else:
                LOG.warning("exporter %s: an entry is refused for ever: %s", self.name, error)
                self._log.commit(entries[-1][0], (), silenced, 1)
            return
        self._log.commit(entries[-1][0], wanted, silenced, 0)

    def _send(self, exporter: BaseExporter, batch: Sequence[Entry]) -> None:
        self._call(lambda: self._hand.give(exporter, batch))

    def _call(self, function: Callable[[], Any]) -> Any:
        """The result of a foreign function that may hang, at most [exporters] timeout seconds.

        Raises:
            RejectedError: It says so.
            _NotDeliveredError: It raised anything else, or takes too long.
        """
        results: list[Any] = []
        errors: list[BaseException] = []

        def run() -> None:
            try:
                results.append(function())
            except BaseException as error:  # noqa: BLE001 - foreign code; the caller judges it
                errors.append(error)

        limit: float = self._options.timeout
        thread = threading.Thread(target=run, name=f"{self._thread.name}-call", daemon=True)
        thread.start()
        thread.join(limit)
        if thread.is_alive():
            self._hanging = thread
            self._quietly(self._log.release)
            raise _NotDeliveredError(f"no answer within {limit:g} s")
        if not errors:
            return results[0]
        if isinstance(errors[0], RejectedError):
            raise errors[0]
        raise _NotDeliveredError(f"{type(errors[0]).__name__}: {errors[0]}") from errors[0]

    def _delay(self) -> float:
        doubled = self._options.retry_delay * 2.0 ** min(self._failures - 1, 30)
        return float(min(doubled, self._options.retry_longest_delay))

    def _quietly(self, function: Callable[..., Any], *arguments: Any) -> None:
        try:
            function(*arguments)
        except Exception:  # noqa: BLE001 - the database may be away; a lease ends by itself
            LOG.exception("exporter %s: cannot note how it stands", self.name)
