"""Sends samples to Prometheus, or what speaks its language, with remote write 1.0."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from cramjam import snappy
from oslo_config import cfg

from delfin.exporter.base_exporter import (
    PerformanceExporter,
    RejectedError,
    UnfinishedError,
)
from delfin.exporter.http import TOO_OLD, Poster
from delfin.exporter.performance.naming import SCHEMES
from delfin.exporter.performance.per_series import PerSeries
from delfin.exporter.performance.write_request import SeriesEncoder
from delfin.telemetry.samples import Batch

_HEADERS = {
    "Content-Type": "application/x-protobuf",
    "Content-Encoding": "snappy",
    "X-Prometheus-Remote-Write-Version": "0.1.0",
    "User-Agent": "delfin",
}


@dataclass(slots=True)
class _Begun:
    """How far the newest batch got: it comes again when it took more than the time of a call."""

    batch: Batch
    # How many of its requests were answered, in their order, and the last refusal among them.
    answered: int = 0
    refused: RejectedError | None = None


class RemoteWriteExporter(PerformanceExporter):
    """Sends current samples and those of refills; the receiver must accept late ones."""

    # What is refused takes nothing else with it, and a batch is large enough for a request.
    batch_limit = 1

    def __init__(
        self,
        post: Callable[[bytes], Any],
        encoder: SeriesEncoder,
        most: int,
        close: Callable[[], None] = lambda: None,
        *,
        longest: float = float("inf"),
    ) -> None:
        """'most' samples go with a request, unless one series alone has more.

        No request begins that is not likely to end within 'longest' seconds of a call, except the
        first of it.
        """
        self._post = post
        self._encoder = encoder
        self._labels = PerSeries(encoder.labels)
        self._most = most
        self._close = close
        self._longest = longest
        self._begun: _Begun | None = None

    @classmethod
    def of(cls, conf: cfg.ConfigOpts) -> RemoteWriteExporter:
        options = conf.exporter_remote_write
        if not options.url:
            raise ValueError("[exporter_remote_write] url is not set")
        credentials = (options.username, options.password) if options.username else None
        poster = Poster(options.url, conf.exporters.timeout, options.ca_file, credentials, TOO_OLD)
        headers = {**_HEADERS, **options.headers}
        encoder = SeriesEncoder(SCHEMES[conf.prometheus_exporter.naming])
        return cls(
            lambda body: poster.post(body, headers),
            encoder,
            options.max_samples,
            poster.close,
            longest=poster.timeout,
        )

    def export(self, batches: Sequence[Batch]) -> None:
        began = time.monotonic()
        slowest = 0.0
        refused: RejectedError | None = None
        for batch in batches:
            # Also one that is done is known again: the call may have taken longer than it may.
            begun = self._begun
            if begun is None or not _same(begun.batch, batch):
                begun = self._begun = _Begun(batch)
            for number, body in enumerate(self.requests(batch)):
                if number < begun.answered:
                    continue
                at = time.monotonic()
                if slowest and at + slowest > began + self._longest:
                    raise UnfinishedError(f"{begun.answered} requests are answered")
                try:
                    self._post(body)
                except RejectedError as error:
                    # What the receiver can take of the rest is of use all the same.
                    begun.refused = error
                begun.answered = number + 1
                slowest = max(slowest, time.monotonic() - at)
            refused = begun.refused or refused
        if refused is not None:
            raise refused

    def requests(self, batch: Batch) -> Iterator[bytes]:
        """Bodies of the requests that deliver the batch."""
        waiting: list[bytes] = []
        samples = 0
        for encoded, count in self._encoder.encode(batch, self._labels.of(batch)):
            if waiting and samples + count > self._most:
                yield _compressed(waiting)
                waiting, samples = [], 0
            waiting.append(encoded)
            samples += count
        if waiting:
            yield _compressed(waiting)

    def retain(self, storage_ids: Collection[str]) -> None:
        self._labels.retain(storage_ids)

    def close(self) -> None:
        self._close()


def _same(one: Batch, other: Batch) -> bool:
    """Whether both have the same bytes; what is no number differs from itself."""
    return (one.source, one.series) == (other.source, other.series) and (
        _columns(one) == _columns(other)
    )


def _columns(batch: Batch) -> tuple[bytes, bytes, bytes]:
    return batch.index.tobytes(), batch.times.tobytes(), batch.values.tobytes()


def _compressed(series: list[bytes]) -> bytes:
    return bytes(snappy.compress_raw(b"".join(series)))
