"""How vendor records become rows."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import pytest

from delfin import exception
from delfin.drivers.kit import mapping, words
from delfin.drivers.kit.convert import mib
from delfin.drivers.kit.mapping import FREE, Calc, Const, Get, RowMap

STATES = {"on": "normal", "off": "offline"}


def one(rule: mapping.Rule, record: Any) -> Any:
    return RowMap(field=rule).values(record)["field"]


def test_a_row_carries_the_storage_id() -> None:
    assert RowMap(name=Get("label")).row("s1", {"label": "a"}) == {"name": "a", "storage_id": "s1"}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("label", "a"),
        ("space.size", 5),
        ("links.1.up", True),
        ("links.7.up", None),
        ("space.nothing.deeper", None),
        ("label.0", None),
        ("label.deeper", None),
    ],
)
def test_a_dotted_path_leads_into_objects_and_lists(path: str, found: Any) -> None:
    record = {"label": "a", "space": {"size": 5}, "links": [{"up": False}, {"up": True}]}
    assert one(Get(path), record) == found


@pytest.mark.parametrize("record", [{}, {"size": None}, {"size": ""}])
def test_missing_becomes_the_default(record: dict[str, Any]) -> None:
    assert one(Get("size", int, default=7), record) == 7


@pytest.mark.parametrize("value", [0, False])
def test_zero_and_false_are_not_missing(value: Any) -> None:
    assert one(Get("size", required=True), {"size": value}) is value


def test_missing_and_required_names_field_and_path() -> None:
    with pytest.raises(exception.InvalidResults, match=r"total: nothing at 'space.size'"):
        RowMap(total=Get("space.size", int, required=True)).values({"space": {}})


def test_malformed_names_field_path_and_value() -> None:
    with pytest.raises(exception.InvalidResults, match="total: cannot read '12 GB' at 'size'"):
        RowMap(total=Get("size", int)).values({"size": "12 GB"})


def test_malformed_is_an_error_even_with_a_default() -> None:
    with pytest.raises(exception.InvalidResults):
        one(Get("size", int, default=0), {"size": "many"})


def test_a_long_malformed_value_is_cut() -> None:
    with pytest.raises(exception.InvalidResults) as caught:
        one(Get("size", int), {"size": "x" * 5000})
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("path", ["admin.password", "sessionToken", "client_secret"])
def test_a_secret_is_not_quoted(path: str) -> None:
    record: Any = {"sessionToken": "hunter2", "client_secret": "hunter2"}
    record["admin"] = {"password": "hunter2"}
    with pytest.raises(exception.InvalidResults) as caught:
        one(Get(path, int), record)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("record", ["text", None, 5, ["list"]])
def test_a_record_that_is_no_object_is_malformed(record: Any) -> None:
    with pytest.raises(exception.InvalidResults, match="not an object"):
        RowMap(name=Const("a")).values(record)


def test_a_word_that_cannot_be_looked_up_is_malformed() -> None:
    with pytest.raises(exception.InvalidResults, match="status"):
        RowMap(status=Get("state", STATES)).values({"state": ["on"]})


def test_an_unknown_word_becomes_the_default_and_is_counted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    rows = RowMap(status=Get("state", STATES, default="unknown"))
    with caplog.at_level("WARNING"):
        found = [rows.values({"state": word})["status"] for word in ("on", "half", "half", "new")]
    assert found == ["normal", "unknown", "unknown", "unknown"]
    assert rows.unknown.seen == {("status", "'half'"): 2, ("status", "'new'"): 1}
    assert [r.getMessage().split()[2] for r in caplog.records] == ["'half'", "'new'"]


def test_a_missing_word_is_not_an_unknown_one() -> None:
    rows = RowMap(status=Get("state", STATES, default="unknown"))
    assert rows.values({})["status"] == "unknown"
    assert not rows.unknown.seen


def test_endless_unknown_words_fill_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words.UnknownWords, "LIMIT", 5)
    rows = RowMap(status=Get("state", STATES))
    for number in range(50):
        rows.values({"state": number})
    assert len(rows.unknown.seen) == 5


def test_calc_reads_the_whole_record() -> None:
    assert one(Calc(lambda r: r["size"] - r["used"]), {"size": 9, "used": 4}) == 5


@pytest.mark.parametrize("record", [{}, {"size": "a"}, {"size": 0}])
def test_calc_that_does_not_fit_the_record_is_malformed(record: dict[str, Any]) -> None:
    with pytest.raises(exception.InvalidResults, match="field: cannot be computed"):
        one(Calc(lambda r: 10 // r["size"]), record)


def test_other_firmware_changes_adds_and_drops_fields() -> None:
    old = RowMap(name=Get("label"), size=Get("mib"), place=Const("rack"))
    new = old.but(size=Get("bytes"), place=None, speed=Const(5))
    record = {"label": "a", "mib": 1, "bytes": 1048576}
    assert new.values(record) == {"name": "a", "size": 1048576, "speed": 5}
    assert old.values(record) == {"name": "a", "size": 1, "place": "rack"}


def test_errors_and_warnings_name_the_module_that_declares_the_map(
    caplog: pytest.LogCaptureFixture,
) -> None:
    rows = RowMap(status=Get("state", STATES), size=Get("size", int))
    with pytest.raises(exception.InvalidResults, match="test_mapping: size: cannot read"):
        rows.values({"state": "on", "size": "many"})
    with caplog.at_level("WARNING"):
        rows.but(size=None).values({"state": "new"})
    assert caplog.text.count("test_mapping") >= 1
    named = RowMap("acme bravo", size=Get("size", required=True))
    with pytest.raises(exception.InvalidResults, match="acme bravo: size: nothing at 'size'"):
        named.row("s", {})


def test_words_of_a_malformed_record_are_noted_once(caplog: pytest.LogCaptureFixture) -> None:
    rows = RowMap(status=Get("state", STATES), size=Get("size", int))
    with caplog.at_level("WARNING"), pytest.raises(exception.InvalidResults):
        rows.values({"state": "new", "size": "many"})
    assert rows.unknown.seen == {("status", "'new'"): 1}
    assert len(caplog.records) == 1


@pytest.mark.parametrize("via", [None, str, {"7": "7"}])
def test_what_the_vendor_writes_for_nothing_is_missing(via: Any) -> None:
    rule = Get("speed", via, default="none", absent=("-", "N/A"))
    assert [one(rule, {"speed": word}) for word in ("-", "N/A", "", "7")] == [*["none"] * 3, "7"]
    with pytest.raises(exception.InvalidResults, match="nothing at 'speed'"):
        one(Get("speed", via, required=True, absent=["-"]), {"speed": "-"})


@pytest.mark.parametrize("via", [None, int, {1: 1}])
def test_a_required_value_that_is_there_is_read(via: Any) -> None:
    assert one(Get("a.0.b", via, required=True), {"a": [{"b": 1}]}) == 1


def test_a_record_may_be_any_mapping() -> None:
    record = MappingProxyType({"id": 1, "space": MappingProxyType({"size": 5})})
    assert RowMap(a=Get("id"), b=Get("space.size"), c=Get("no.way")).values(record) == {
        "a": 1,
        "b": 5,
        "c": None,
    }


def test_fields_keep_the_order_of_their_declaration() -> None:
    rows = RowMap(d=FREE, total_capacity=Get("t"), a=Const(1), used_capacity=Get("u"), b=Get("b"))
    assert list(rows.row("s", {})) == [
        "d",
        "total_capacity",
        "a",
        "used_capacity",
        "b",
        "storage_id",
    ]


@pytest.mark.parametrize(("used", "free"), [(3, 6), (None, None)])
def test_free_is_what_is_not_used(used: int | None, free: int | None) -> None:
    rows = RowMap(free_capacity=FREE, total_capacity=Get("t"), used_capacity=Get("u"))
    assert rows.values({"t": 9, "u": used})["free_capacity"] == free


def test_a_calculation_from_the_row_that_does_not_fit_is_malformed() -> None:
    rows = RowMap(free_capacity=FREE, total_capacity=Get("t"), used_capacity=Get("u"))
    with pytest.raises(exception.InvalidResults, match="free_capacity: cannot be computed"):
        rows.values({"t": 9, "u": "three"})


def test_an_error_of_the_drivers_own_gets_the_drivers_name() -> None:
    def refuse(_: Any) -> None:
        raise exception.InvalidResults("two owners")

    with pytest.raises(exception.InvalidResults, match="acme: two owners"):
        RowMap("acme", owner=Calc(refuse)).values({})


def test_rows_are_as_many_as_the_records() -> None:
    rows = RowMap(name=Get("label"))
    assert rows.rows("s1", iter([{"label": "a"}, {}])) == [
        {"name": "a", "storage_id": "s1"},
        {"name": None, "storage_id": "s1"},
    ]


EVERY_RULE = RowMap(
    plain=Get("a"),
    with_default=Get("a", default="none"),
    nested=Get("b.c"),
    item=Get("b.list.1"),
    number=Get("n", int),
    scaled=Get("n", mib),
    word=Get("w", STATES, default="unknown"),
    absent=Get("w", absent=("off",)),
    required=Get("id", required=True),
    required_word=Get("id", {1: "one"}, required=True),
    const=Const(5),
    calc=Calc(lambda record: record.get("n")),
    total_capacity=Get("n", default=9),
    used_capacity=Get("u"),
    free_capacity=FREE,
)


@pytest.mark.parametrize(
    "record",
    [
        {"id": 1},
        {"id": 1, "a": "", "n": "", "w": "", "u": None, "b": None},
        {"id": 1, "a": 0, "n": 0, "w": "off", "u": 0, "b": {"c": False, "list": [1, 2]}},
        {"id": 2, "a": "x", "n": 7, "w": "on", "u": 3, "b": {"c": {}, "list": [1]}},
        {"id": "1", "a": [], "n": 3, "w": "new", "u": 3, "b": [1, 2]},
        MappingProxyType({"id": True, "a": 1.5, "n": 4, "b": MappingProxyType({"c": 1})}),
    ],
)
def test_both_ways_through_a_map_lead_to_the_same_row(record: Any) -> None:
    assert EVERY_RULE._read(record) == EVERY_RULE._carefully(record) == EVERY_RULE.values(record)


@pytest.mark.parametrize(
    "record",
    [{}, {"id": ""}, {"id": [1]}, {"id": 1, "n": "x"}, {"id": 1, "w": []}, {"id": 1, "u": "x"}, 5],
)
def test_what_the_quick_way_refuses_the_careful_one_explains(record: Any) -> None:
    with pytest.raises(Exception):  # noqa: B017, PT011 - any will do: it only sends us the other way
        EVERY_RULE._read(record)
    with pytest.raises(exception.InvalidResults, match="test_mapping"):
        EVERY_RULE.values(record)
