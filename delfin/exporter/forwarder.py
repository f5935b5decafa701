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

from delfin.exporter.base_exporter import BaseExporter, RejectedError, UnfinishedError

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


class _Call:
    """A foreign function in a thread of its own, which it may keep for ever."""

    def __init__(self, function: Callable[[], Any], name: str) -> None:
        self.function = function
        self.results: list[Any] = []
        self.errors: list[BaseException] = []
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def ended(self, longest: float = 0.0) -> bool:
        """Whether it has returned, after waiting for it at most 'longest' seconds."""
        self._thread.join(longest)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            self.results.append(self.function())
        except BaseException as error:  # noqa: BLE001 - foreign code; the caller judges it
            self.errors.append(error)


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
        self._hanging: _Call | None = None
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
        if self._settled():
            self._let_go()

    def _turn(self) -> float:
        """Deliver one batch; the seconds to wait before the next turn."""
        if not self._settled():
            return float(self._options.poll_interval)
        try:
            pause = self._forward()
        except UnfinishedError:
            # It gets through, only slowly: the same again, before another process has a turn.
            pause = 0.0
        except _NotDeliveredError as error:
            self._failures += 1
            LOG.warning("exporter %s: %s", self.name, error)
            self._quietly(self._log.failed, str(error))
            if self._hanging is not None or self._exporter is None:
                # Another process may be better off; and the one that holds what this one needs to
                # open its exporter must hear that it is not the one any more, or is it again.
                self._quietly(self._log.release)
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
            self._let_go()
            return poll
        if self._exporter is None:
            self._exporter = self._opened()
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

    def _opened(self) -> BaseExporter:
        try:
            made: BaseExporter = self._call(self._open)
        except (RejectedError, UnfinishedError) as error:
            raise _NotDeliveredError(f"it cannot be made: {error}") from error
        return made

    def _let_go(self) -> None:
        """Another process forwards: it may need what is held here, a port for example."""
        exporter, self._exporter = self._exporter, None
        if exporter is None:
            return
        try:
            self._call(exporter.close)
        except (RejectedError, UnfinishedError, _NotDeliveredError) as error:
            LOG.warning("exporter %s cannot be closed: %s", self.name, error)

    def _settled(self) -> bool:
        """Whether no call is under way; an exporter that was made too late is used all the same."""
        call = self._hanging
        if call is not None:
            if not call.ended():
                return False
            self._hanging = None
            if call.function is self._open and call.results:
                self._exporter = call.results[0]
        return True

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
            UnfinishedError: It says so.
            _NotDeliveredError: It raised anything else, or takes too long.
        """
        limit: float = self._options.timeout
        call = _Call(function, f"{self._thread.name}-call")
        if not call.ended(limit):
            self._hanging = call
            raise _NotDeliveredError(f"no answer within {limit:g} s")
        if not call.errors:
            return call.results[0]
        error = call.errors[0]
        if isinstance(error, (RejectedError, UnfinishedError)):
            raise error
        raise _NotDeliveredError(f"{type(error).__name__}: {error}") from error

    def _delay(self) -> float:
        doubled = self._options.retry_delay * 2.0 ** min(self._failures - 1, 30)
        return float(min(doubled, self._options.retry_longest_delay))

    def _quietly(self, function: Callable[..., Any], *arguments: Any) -> None:
        try:
            function(*arguments)
        except Exception:  # noqa: BLE001 - the database may be away; a lease ends by itself
            LOG.exception("exporter %s: cannot note how it stands", self.name)
