"""Sends samples to Prometheus, or what speaks its language, with remote write 1.0."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

from cramjam import snappy
from oslo_config import cfg

from delfin.exporter.base_exporter import PerformanceExporter, RejectedError
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
    ) -> None:
        """'most' samples go with a request, unless one series alone has more."""
        self._post = post
        self._encoder = encoder
        self._labels = PerSeries(encoder.labels)
        self._most = most
        self._close = close

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
            lambda body: poster.post(body, headers), encoder, options.max_samples, poster.close
        )

    def export(self, batches: Sequence[Batch]) -> None:
        refused: RejectedError | None = None
        for batch in batches:
            for body in self.requests(batch):
                try:
                    self._post(body)
                except RejectedError as error:
                    # What the receiver can take of the rest is of use all the same.
                    refused = error
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


def _compressed(series: list[bytes]) -> bytes:
    return bytes(snappy.compress_raw(b"".join(series)))
