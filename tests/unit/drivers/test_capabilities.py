"""Capabilities of third-party drivers are taken as far as they can be understood."""

from __future__ import annotations

from typing import Any

import pytest

from delfin import exception
from delfin.drivers.capabilities import checked

IOPS = {"unit": "IOPS", "description": "Reads and writes per second"}


@pytest.mark.parametrize(
    "told",
    [
        {"is_historic": True},
        {"is_historic": False, "resource_metrics": {"volume": {"iops": IOPS}}},
        {"is_historic": True, "collect_interval": 900, "failed_job_collect_interval": 900},
        # What PowerStore says and SODA Delfin refused.
        {"is_historic": True, "resource_metrics": {"storagePool": {"readResponseTime": IOPS}}},
    ],
)
def test_capabilities_that_are_understood(told: dict[str, Any]) -> None:
    assert checked(told) is told


@pytest.mark.parametrize("told", [None, {}])
def test_a_driver_without_capabilities(told: Any) -> None:
    with pytest.raises(exception.StorageCapabilityNotSupported):
        checked(told)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (["volume"], "list"),
        ({"is_historic": "yes"}, "is_historic"),
        ({"resource_metrics": {}}, "is_historic"),
        ({"is_historic": True, "speed": 3}, "speed"),
        ({"is_historic": True, "resource_metrics": ["volume"]}, "resource_metrics"),
        ({"is_historic": True, "resource_metrics": {"tape": {}}}, "tape"),
        ({"is_historic": True, "resource_metrics": {"volume": ["iops"]}}, "volume"),
        ({"is_historic": True, "resource_metrics": {"volume": {"speed": IOPS}}}, "speed"),
        ({"is_historic": True, "resource_metrics": {"volume": {"iops": {}}}}, "iops"),
        # What ONTAP says when it is not told the firmware: a mapping of versions.
        ({9.8: {"is_historic": True}}, "is_historic"),
    ],
)
def test_capabilities_that_are_not_understood_say_where(told: Any, said: str) -> None:
    with pytest.raises(exception.InvalidStorageCapability, match=said):
        checked(told)
