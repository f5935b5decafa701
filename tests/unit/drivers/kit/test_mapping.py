"""How vendor records become rows."""

from __future__ import annotations

from typing import Any

import pytest

from delfin import exception
from delfin.drivers.kit import mapping
from delfin.drivers.kit.groups import GroupMap
from delfin.drivers.kit.mapping import Calc, Const, Get, RowMap

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
    monkeypatch.setattr(mapping.UnknownWords, "LIMIT", 5)
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


GROUPS = GroupMap(
    groups="port_groups",
    group_id="native_port_group_id",
    members="port_grp_port_rels",
    member_id="native_port_id",
    path="ports",
    group=RowMap(native_port_group_id=Get("id", required=True)),
)


def test_groups_and_members_come_apart() -> None:
    assert GROUPS.lists("s", [{"id": "g1", "ports": ["p1", "p2"]}, {"id": "g2"}]) == {
        "port_groups": [
            {"native_port_group_id": "g1", "storage_id": "s"},
            {"native_port_group_id": "g2", "storage_id": "s"},
        ],
        "port_grp_port_rels": [
            {"storage_id": "s", "native_port_group_id": "g1", "native_port_id": "p1"},
            {"storage_id": "s", "native_port_group_id": "g1", "native_port_id": "p2"},
        ],
    }


def test_members_that_are_no_list_are_malformed() -> None:
    with pytest.raises(exception.InvalidResults, match="native_port_id: no list at 'ports'"):
        GROUPS.lists("s", [{"id": "g1", "ports": "p1,p2"}])
