"""What drivers collected, as the framework hands it on."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from delfin import exception
from delfin.common.constants import metric_struct
from delfin.drivers import series

LABELS = {"resource_type": "volume", "resource_id": "v1", "unit": "IOPS"}


def one(values: dict[Any, Any], **labels: Any) -> metric_struct:
    return metric_struct("iops", {**LABELS, **labels}, values)


def test_values_are_floats_in_the_order_of_time() -> None:
    found = series.tidied([one({3000: Decimal("1.5"), 1000: 2, "2000": "3"})])
    assert found == [one({1000: 2.0, 2000: 3.0, 3000: 1.5})]
    assert list(found[0].values) == [1000, 2000, 3000]


@pytest.mark.parametrize("nothing", [None, float("nan"), float("inf"), Decimal("NaN"), False])
def test_what_is_no_number_is_left_out(nothing: Any) -> None:
    assert series.tidied([one({1000: nothing, 2000: 0})]) == [one({2000: 0.0})]
    assert series.tidied([one({1000: nothing}), one({})]) == []


def test_series_that_share_a_dict_are_parted() -> None:
    values = {1000: 1}
    found = series.tidied([metric_struct("a", LABELS, values), metric_struct("b", LABELS, values)])
    assert found[0].values is not found[1].values
    assert found[0].labels is not found[1].labels


def test_a_word_of_a_drivers_own_becomes_the_contracts() -> None:
    found = series.tidied([one({1000: 1}, resource_type="pool")])
    assert found[0].labels["resource_type"] == "storagePool"


def test_nothing_is_no_series() -> None:
    assert series.tidied(None) == []
    assert series.tidied([]) == []


@pytest.mark.parametrize(
    "answer", [5, "text", {}, [5], [("iops", {}, {1000: 1})], [one({"x": 1})], [one({1: "many"})]]
)
def test_what_is_no_list_of_series_is_refused(answer: Any) -> None:
    with pytest.raises(exception.InvalidResults, match="collect_perf_metrics"):
        series.tidied(answer)
