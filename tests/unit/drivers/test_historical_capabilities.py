"""Capabilities in the forms that drivers of SODA Delfin have used at one time or another."""

from __future__ import annotations

from typing import Any

import pytest

from delfin import exception
from delfin.drivers.capabilities import checked, understood

IOPS = {"iops": {"unit": "IOPS", "description": "Reads and writes per second"}}


def of(*types: str) -> dict[str, Any]:
    return {"is_historic": True, "resource_metrics": dict.fromkeys(types, IOPS)}


# What ONTAP answers when it is not told the firmware.
BY_VERSION = {9.0: None, 9.6: of("storage"), 9.7: of("storage", "port"), 9.8: of("volume")}


@pytest.mark.parametrize(
    ("firmware", "expected"),
    [
        ("9.6", of("storage")),
        ("9.7.1", of("storage", "port")),
        ("NetApp Release 9.7P8: Tue", of("storage", "port")),
        ("9.8", of("volume")),
        # Not a fraction: it is newer than 9.8.
        ("9.10.1", of("volume")),
        (None, of("volume")),
        ("unknown", of("volume")),
    ],
)
def test_of_several_versions_the_newest_counts_that_the_firmware_has(
    firmware: str | None, expected: dict[str, Any]
) -> None:
    assert understood(BY_VERSION, firmware) == expected
    assert understood({str(key): told for key, told in BY_VERSION.items()}, firmware) == expected


@pytest.mark.parametrize("firmware", ["9.5", "8.3.2"])
def test_a_firmware_before_the_first_version_has_none(firmware: str) -> None:
    with pytest.raises(exception.StorageCapabilityNotSupported):
        understood(BY_VERSION, firmware)


def test_a_list_of_metrics_stands_for_their_mapping() -> None:
    metrics = ["iops", {"name": "responseTime", "unit": "ms", "description": "x"}]
    told = understood({"is_historic": False, "resource_metrics": {"volume": metrics}})
    assert told == checked(told)
    assert told["resource_metrics"]["volume"].keys() == {"iops", "responseTime"}
    assert told["resource_metrics"]["volume"]["iops"]["unit"] == "IOPS"


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"is_historic": True, "resource_metrics": {"volume": ["speed"]}}, "metric speed"),
        ({"is_historic": True, "resource_metrics": {"volume": [{"unit": "ms"}]}}, "metric None"),
        ({"is_historic": True, "resource_metrics": {"tape": ["iops"]}}, "tape"),
        ({9.8: {"is_historic": "yes"}}, "is_historic"),
        ({9.8: of("volume"), "is_historic": True}, "9.8"),
    ],
)
def test_what_makes_no_sense_says_where(told: Any, said: str) -> None:
    with pytest.raises(exception.InvalidStorageCapability, match=said):
        understood(told, "9.8")


def test_the_current_form_is_taken_as_it_is() -> None:
    assert understood(of("volume"), "9.8") == of("volume")
    empty: list[Any] = [None, {}, []]
    for nothing in empty:
        with pytest.raises(exception.StorageCapabilityNotSupported):
            understood(nothing, "9.8")
