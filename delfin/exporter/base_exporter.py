"""What an exporter is; for everyone who writes one. Public, and named as in SODA Delfin 1.x."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from typing import Any, ClassVar

from delfin.telemetry.samples import Batch


class RejectedError(Exception):
    """Raised by 'dispatch' for what can never be delivered: it is dropped, not tried again."""


class UnfinishedError(Exception):
    """Raised when some of the data was delivered and the time of a call is over.

    The same data comes again at once, and it is no failure; the exporter remembers how far it got.
    """


class BaseExporter(ABC):
    """Sends data on; registered under the entry-point group of what it takes.

    `delfin.alert.exporters` get lists of alerts, `delfin.performance.exporters` lists of metrics.
    One object is made in one process of the cluster, and is called by one thread at a time. It
    is made without arguments, or by its class method `of(conf)` where it has one.
    """

    # What is delivered with one call, at most; the configuration may say less.
    batch_limit: int = 1000
    # Whether it is told, besides faults, events and recoveries, that somebody took an alert up.
    wants_acknowledgements: ClassVar[bool] = False
    # Seconds after which it is given again all alerts that last; None: it is told once.
    repeat_interval: float | None = None

    @abstractmethod
    def dispatch(self, ctxt: Any, data: list[dict[str, Any]]) -> None:
        """Deliver the data; when this returns, it is delivered.

        An alert is a dict of SODA's model, without what the array did not tell. Beside it stand
        `id` (of the alert), `event_id` (grows; the same when delivered again), `change` (raised,
        changed, cleared; repeated), `state`, `count`, `first_seen` and `last_seen`. One that has
        ended has the category Recovery.

        Any exception means that nothing was delivered: the same data comes again, later and
        later, and nothing behind it comes before. A call that takes longer than [exporters]
        timeout counts as failed.

        Raises:
            RejectedError: It can never be delivered.
            UnfinishedError: Some of it is delivered; at least some more than with the last call.
        """

    def close(self) -> None:  # noqa: B027 - most hold nothing
        """Give up what is held; the object is not called again."""


class PerformanceExporter(BaseExporter):
    """An exporter of performance data that takes batches as they are: columns, no dict a sample.

    One that derives from BaseExporter alone gets a list of `metric_struct` with 'dispatch'.
    'batch_limit' counts batches here. A batch has at most [exporters] performance_batch_samples
    samples, and so has a call, unless it is of one batch.
    """

    # Seconds after which a batch that waits is of no use any more; None: it never is.
    useful_for: float | None = None
    # Counts up the samples that were refused for ever in calls that have returned: they are lost.
    refused_samples: int = 0

    @abstractmethod
    def export(self, batches: Sequence[Batch]) -> None:
        """Deliver the batches; as 'dispatch', with the same meaning of exceptions.

        Batches of one array come in the order in which they were collected. The list 'series' of
        a batch is often the very object that the last one of that array had, so what is worked
        out of it can be kept beside it.
        """

    def retain(self, storage_ids: Collection[str]) -> None:
        """Forget what is kept of all other arrays: they are not registered any more.

        Called before each 'export', and every 'repeat_interval' seconds where that is set.
        """

    def dispatch(self, ctxt: Any, data: list[dict[str, Any]]) -> None:  # noqa: ARG002 - the SDK's form
        raise TypeError(f"{type(self).__name__} takes batches")
