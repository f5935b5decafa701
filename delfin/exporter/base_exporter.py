"""What an exporter is; for everyone who writes one. Public, and named as in SODA Delfin 1.x."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar


class RejectedError(Exception):
    """Raised by 'dispatch' for what can never be delivered: it is dropped, not tried again."""


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
        """

    def close(self) -> None:  # noqa: B027 - most hold nothing
        """Give up what is held; the object is not called again."""
