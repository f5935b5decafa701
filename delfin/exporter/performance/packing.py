"""Batches as bytes, for the files of a spool: a header, the names, and the columns as they are.

A batch is written and read on one node, so the columns stay in the node's byte order.
"""

from __future__ import annotations

import struct
import threading
import zlib
from array import array
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from operator import eq

import orjson

from delfin.exporter.performance.per_series import PerSeries
from delfin.exporter.performance.recent import Recent
from delfin.telemetry.samples import Batch, Series, Source

_MAGIC = b"dlf1"
# Of all that follows: checksum; is a refill; interval; bytes of names; series; samples.
_HEADER = struct.Struct("=4sI?d3I")
_FIELDS = len(Series._fields)


class CorruptError(ValueError):
    """These bytes are not a batch, or not a whole one."""


def split(batch: Batch, most: int) -> Iterator[Batch]:
    """The batch in parts of at most 'most' samples, each with the series that it needs."""
    if len(batch) <= most:
        yield batch
        return
    for start in range(0, len(batch), most):
        end = start + most
        used = dict.fromkeys(batch.index[start:end])
        number = {old: new for new, old in enumerate(used)}
        yield replace(
            batch,
            series=[batch.series[old] for old in used],
            index=array("I", map(number.__getitem__, batch.index[start:end])),
            times=batch.times[start:end],
            values=batch.values[start:end],
        )


class Packer:
    """Writes batches; of use to several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._names = PerSeries(_pack_names)

    def pack(self, batch: Batch) -> bytes:
        """The batch as bytes; what is no text in Unicode is replaced."""
        with self._lock:
            names = self._names.of(batch)
        return _packed(batch, names)

    def retain(self, storage_ids: Collection[str]) -> None:
        """Forget the names of all other arrays."""
        with self._lock:
            self._names.retain(storage_ids)


def pack(batch: Batch) -> bytes:
    """As a Packer does, which is quicker for the next batch of an array."""
    return _packed(batch, _pack_names(batch.source, batch.series))


def _packed(batch: Batch, names: bytes) -> bytes:
    body = b"".join((names, batch.index.tobytes(), batch.times.tobytes(), batch.values.tobytes()))
    facts = (batch.refill, batch.interval, len(names), len(batch.series), len(batch))
    return _HEADER.pack(_MAGIC, zlib.crc32(body), *facts) + body


def _pack_names(source: Source, series: Sequence[Series]) -> bytes:
    """Each different text once, and the series as columns of numbers of texts."""
    texts: dict[str, int] = {}
    columns = [
        array("I", [texts.setdefault(text, len(texts)) for text in column])
        for column in zip(*series, strict=True)
    ]
    table = orjson.dumps(
        [_clean(source[:-1]), [_clean(pair) for pair in source.labels], _clean(texts)]
    )
    sized = (source.storage_id.encode("utf-8", "replace"), table)
    blocks = (part for block in sized for part in (struct.pack("=I", len(block)), block))
    return b"".join((*blocks, *(column.tobytes() for column in columns)))


def _clean(texts: Iterable[str]) -> list[str]:
    return [text.encode("utf-8", "replace").decode() for text in texts]


class Unpacker:
    """Reads batches; those of one array with the same names share the list of their series."""

    def __init__(self) -> None:
        self._recent: Recent[bytes, tuple[Source, list[Series]]] = Recent(eq, hash)

    def unpack(self, data: bytes) -> Batch:
        """The batch that was packed.

        Raises:
            CorruptError: These bytes are none.
        """
        try:
            magic, checksum, refill, interval, size, series, samples = _HEADER.unpack_from(data)
        except struct.error as error:
            raise CorruptError("it ends within its header") from error
        body = memoryview(data)[_HEADER.size :]
        if magic != _MAGIC or zlib.crc32(body) != checksum:
            raise CorruptError("it is not what was written")
        source, known = self._names(bytes(body[:size]), series)
        columns, start = [], size
        for code in ("I", "q", "d"):
            column: array[int] | array[float] = array(code)
            end = start + samples * column.itemsize
            column.frombytes(body[start:end])
            columns.append(column)
            start = end
        index, times, values = columns
        return Batch(source, known, index, times, values, refill, interval)  # type: ignore[arg-type] # codes say which

    def retain(self, storage_ids: frozenset[str]) -> None:
        """Forget the names of all other arrays."""
        self._recent.retain(storage_ids)

    def _names(self, names: bytes, series: int) -> tuple[Source, list[Series]]:
        (size,) = struct.unpack_from("=I", names)
        storage_id = names[4 : 4 + size].decode()
        make = partial(_unpack_names, names[4 + size :], series)
        return self._recent.get(storage_id, names, make)


def _unpack_names(names: bytes, series: int) -> tuple[Source, list[Series]]:
    (size,) = struct.unpack_from("=I", names)
    facts, labels, texts = orjson.loads(names[4 : 4 + size])
    numbers: array[int] = array("I")
    numbers.frombytes(names[4 + size :])
    columns = (
        map(texts.__getitem__, numbers[field * series : (field + 1) * series])
        for field in range(_FIELDS)
    )
    source = Source._make((*facts, tuple((name, value) for name, value in labels)))
    return source, list(map(Series._make, zip(*columns, strict=True)))
