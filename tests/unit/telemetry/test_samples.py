"""Samples of an array, as columns and as the structs of SODA Delfin 1.x."""

from __future__ import annotations

from array import array

from delfin.telemetry.samples import Batch, Series, Source

SOURCE = Source("id-1", "east", "acme", "a1", "SN1", (("site", "north"),))
IOPS = Series("volume", "7", "data", "iops", "IOPS")
READS = Series("volume", "7", "data", "readIops", "IOPS")
SILENT = Series("volume", "8", "logs", "iops", "IOPS")


def batch() -> Batch:
    return Batch(
        SOURCE,
        [IOPS, READS, SILENT],
        array("I", [0, 1, 0]),
        array("q", [60_000, 60_000, 120_000]),
        array("d", [5.0, 2.0, 6.0]),
    )


def test_samples_come_with_their_series() -> None:
    assert len(batch()) == 3
    assert list(batch().samples()) == [
        (IOPS, 60_000, 5.0),
        (READS, 60_000, 2.0),
        (IOPS, 120_000, 6.0),
    ]


def test_an_exporter_of_soda_gets_a_struct_for_each_series_that_has_samples() -> None:
    iops, reads = batch().as_metrics()
    assert (iops.name, iops.values) == ("iops", {60_000: 5.0, 120_000: 6.0})
    assert reads.values == {60_000: 2.0}
    assert iops.labels == {
        "storage_id": "id-1",
        "name": "east",
        "serial_number": "SN1",
        "resource_type": "volume",
        "resource_id": "7",
        "resource_name": "data",
        "type": "RAW",
        "unit": "IOPS",
        "site": "north",
    }


def test_labels_of_the_operator_replace_none_of_ours() -> None:
    named = Batch(SOURCE._replace(labels=(("unit", "x"),)), [IOPS], *columns())
    assert named.as_metrics()[0].labels["unit"] == "IOPS"


def columns() -> tuple[array[int], array[int], array[float]]:
    return array("I", [0]), array("q", [1]), array("d", [1.0])
