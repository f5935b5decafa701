"""Conditions of profiles: few operators, and a reason for each pool that does not meet them."""

from __future__ import annotations

from typing import Any

import pytest

from delfin.exception import InvalidInput
from delfin.inventory.profiles.conditions import check, unmet

FACTS: dict[str, Any] = {
    "name": "gold",
    "free_capacity": 100,
    "availability_zone": None,
    "storage": {"vendor": "acme"},
    "capabilities": {"protocols": ["fc", "iscsi"], "features": None},
    "extras": {
        "DataStorageLineOfService": {"IsSpaceEfficient": True, "ProvisioningPolicy": ["Thin"]},
        "IOConnectivityLineOfService": {"AccessProtocol": "fc", "MaxIOPs": None},
    },
}


def condition(field: str, operator: str, value: Any) -> dict[str, Any]:
    return {"field": field, "operator": operator, "value": value}


@pytest.mark.parametrize(
    ("field", "operator", "value"),
    [
        ("name", "=", "gold"),
        ("name", "in", ["gold", "silver"]),
        ("free_capacity", ">=", 100),
        ("free_capacity", "<=", 100.5),
        ("storage.vendor", "=", "acme"),
        ("capabilities.protocols", "contains", "iscsi"),
        ("extras.DataStorageLineOfService.ProvisioningPolicy", "contains", "Thin"),
        ("extras.DataStorageLineOfService.IsSpaceEfficient", "=", True),
    ],
)
def test_what_a_pool_meets(field: str, operator: str, value: Any) -> None:
    wanted = [condition(field, operator, value)]
    check(wanted)
    assert unmet(wanted, FACTS) == []


@pytest.mark.parametrize(
    ("field", "operator", "value", "why"),
    [
        ("free_capacity", ">=", 101, "free_capacity: 100 is not at least 101"),
        ("name", "in", ["a", "b"], "name: gold is none of a, b"),
        ("availability_zone", "=", "z", "availability_zone: the array does not tell it"),
        (
            "extras.IOConnectivityLineOfService.MaxIOPs",
            ">=",
            1,
            "extras.IOConnectivityLineOfService.MaxIOPs: the array does not tell it",
        ),
        (
            "capabilities.features",
            "contains",
            "tiering",
            "capabilities.features: the array does not tell it",
        ),
        (
            "extras.DataStorageLineOfService.IsSpaceEfficient",
            "=",
            1,
            "extras.DataStorageLineOfService.IsSpaceEfficient: true is not 1",
        ),
        (
            "capabilities.protocols",
            "contains",
            "nfs",
            "capabilities.protocols: fc, iscsi does not contain nfs",
        ),
    ],
)
def test_why_a_pool_does_not_meet_it(field: str, operator: str, value: Any, why: str) -> None:
    assert unmet([condition(field, operator, value)], FACTS) == [why]


@pytest.mark.parametrize(
    ("field", "operator", "value", "place"),
    [
        ("password", "=", "x", "field"),
        ("storage.live_serial", "=", "x", "field"),
        ("extras", "=", "x", "field"),
        ("free_capacity", ">=", "much", "value"),
        ("name", "in", "gold", "value"),
        ("name", "=", ["gold"], "value"),
    ],
)
def test_what_nothing_could_meet_is_refused(
    field: str, operator: str, value: Any, place: str
) -> None:
    with pytest.raises(InvalidInput, match=rf"conditions\.0\.{place}"):
        check([condition(field, operator, value)])
