"""The kit is worth what it rejects: one broken driver for each rule, and the finding it gets."""

# ruff: noqa: ARG004 - the contract fixes the arguments

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any, ClassVar

import pytest

from delfin import exception
from delfin.testing.conformance import contract
from delfin.testing.conformance.checks import CHECKS
from delfin.testing.conformance.questions import Questions
from delfin.testing.recording import about as about_file
from tests.unit.testing import bravo
from tests.unit.testing.bravo import Bravo
from tests.unit.testing.kit import findings


@pytest.mark.parametrize("check", CHECKS, ids=[check.name for check in CHECKS])
def test_the_good_driver_passes(recording: Path, check: Any) -> None:
    assert findings(check.name, Bravo, recording) == []


def row_change(**changes: Any) -> Callable[[Any], Any]:
    return lambda rows: [{**rows[0], **changes}, *rows[1:]]


def broken(method: str, change: Callable[[Any], Any]) -> type[Bravo]:
    """A driver whose method answers otherwise."""

    def answer(self: Any, *arguments: Any) -> Any:
        return change(getattr(Bravo, method)(self, *arguments))

    # The signature is not what is being tried.
    answer.__signature__ = __import__("inspect").signature(getattr(Bravo, method))  # type: ignore[attr-defined]
    return type("Broken", (Bravo,), {method: answer})


@pytest.mark.parametrize(
    ("check", "method", "change", "said"),
    [
        ("rows", "list_volumes", row_change(free_capacit=1), "volumes: no column for"),
        ("rows", "list_volumes", row_change(status="Online"), "want one of"),
        ("rows", "list_volumes", lambda _: None, "list_volumes returned NoneType"),
        ("rows", "get_storage", lambda row: {**row, "serial_number": ""}, "no serial_number"),
        ("references", "list_volumes", row_change(native_storage_pool_id="p9"), "points at 'p9'"),
        ("implemented means data", "list_volumes", lambda _: [], "returned no rows"),
        ("accepted rows", "list_volumes", row_change(name="other"), 'became "name": "other"'),
        ("alerts", "list_alerts", row_change(severity="minor"), "severity is 'minor'"),
        ("alerts", "list_alerts", row_change(occur_time=1_795_000_000), "not in epoch milli"),
        ("alerts", "list_alerts", row_change(occur_time="now"), "occur_time is str"),
        ("alerts", "list_alerts", row_change(alert_id=42), "alert_id is int"),
        ("alerts", "list_alerts", row_change(alert_name=None), "no alert_name"),
        ("alerts", "list_alerts", row_change(colour="red"), "no field 'colour'"),
        ("alerts", "list_alerts", lambda _: None, "list_alerts returned None"),
        ("metrics", "collect_perf_metrics", lambda _: None, "is not implemented"),
        ("metrics", "collect_perf_metrics", lambda _: [], "returned nothing"),
        ("metrics", "collect_perf_metrics", lambda _: {}, "returned dict"),
        ("metrics", "collect_perf_metrics", lambda _: [("iops", {}, {})], "metric_struct"),
    ],
)
def test_a_wrong_answer_is_found(
    recording: Path, check: str, method: str, change: Callable[[Any], Any], said: str
) -> None:
    found = findings(check, broken(method, change), recording)
    assert any(said in text for text in found), found


BEGIN, END = bravo.WINDOW


@pytest.mark.parametrize(
    ("values", "labels", "said"),
    [
        ({BEGIN // 1000: 1}, {}, "lies outside"),
        ({END + 1: 1}, {}, "lies outside"),
        ({END: 1, BEGIN: 1}, {}, "not in order"),
        ({str(BEGIN): 1}, {}, "times must be int"),
        ({BEGIN: None}, {}, "a value is NoneType"),
        ({BEGIN: -1}, {}, "a value is -1"),
        ({BEGIN: float("nan")}, {}, "a value is nan"),
        ({}, {}, "no values"),
        ({BEGIN: 1}, {"unit": "ms"}, "unit 'ms', declared 'IOPS'"),
        ({BEGIN: 1}, {"resource_id": None}, "label resource_id is missing"),
        ({BEGIN: 1}, {"resource_type": "pool"}, "not among the capabilities"),
        ({BEGIN: 1}, {"type": "AVG"}, "want 'RAW'"),
        ({BEGIN: 1}, {"storage_id": "other"}, "not the driver's"),
    ],
)
def test_a_wrong_metric_is_found(
    recording: Path, values: dict[Any, Any], labels: dict[str, Any], said: str
) -> None:
    from delfin.testing.replay.player import STORAGE_ID

    wrong = broken(
        "collect_perf_metrics", lambda _: [bravo.metric(STORAGE_ID, "v1", values, **labels)]
    )
    found = findings("metrics", wrong, recording)
    assert any(said in text for text in found), found


@pytest.mark.parametrize(
    ("metric", "said"),
    [
        ({"iops": {"unit": "1/s", "description": "x"}}, "want 'IOPS'"),
        ({"speed": {"unit": "IOPS", "description": "x"}}, "unknown metric"),
        ({"iops": {"unit": "IOPS"}}, "needs unit and description"),
        (
            {
                "iops": {"unit": "IOPS", "description": "x"},
                "readIops": {"unit": "IOPS", "description": "x"},
            },
            "volume.readIops: declared and never delivered",
        ),
    ],
)
def test_wrong_capabilities_are_found(recording: Path, metric: dict[str, Any], said: str) -> None:
    class Declares(Bravo):
        @staticmethod
        def get_capabilities(context: Any, filters: Any = None) -> Any:
            return {"is_historic": True, "resource_metrics": {"volume": metric}}

    found = findings("metrics", Declares, recording)
    assert any(said in text for text in found), found


class LacksPorts(Bravo):
    """Declares metrics of ports, of which it delivers nothing."""

    @staticmethod
    def get_capabilities(context: Any, filters: Any = None) -> Any:
        told = Bravo.get_capabilities(context)
        port = {"iops": {"unit": "IOPS", "description": "x"}}
        return {**told, "resource_metrics": {**told["resource_metrics"], "port": port}}


class SaysSo(LacksPorts):
    def collect_perf_metrics(
        self, context: Any, storage_id: str, wanted: Any, start_time: int, end_time: int
    ) -> Any:
        if wanted.keys() == {"port"}:
            raise NotImplementedError
        return super().collect_perf_metrics(context, storage_id, wanted, start_time, end_time)


def lacking(recording: Path, **reasons: str) -> Path:
    """The recording with what its array does not measure."""
    told = about_file.read(recording)
    about_file.write(recording, replace(told, unmeasured=reasons))
    return recording


@pytest.mark.parametrize(("says_so", "count"), [(True, 0), (False, 1)])
def test_what_is_declared_and_not_delivered_is_forgiven_only_to_who_says_so(
    recording: Path, says_so: bool, count: int
) -> None:
    driver = SaysSo if says_so else LacksPorts
    found = findings("metrics", driver, lacking(recording, port="no ports are measured before 5"))
    assert found == ["metric port.iops: declared and never delivered"][:count]


def test_a_recording_may_lack_of_what_is_declared_only_what_it_names(recording: Path) -> None:
    [found] = findings("metrics", SaysSo, recording)
    assert found.startswith("port is declared and NotImplementedError said of it")


@pytest.mark.parametrize(
    ("kind", "said"), [("volume", "was delivered"), ("disk", "is not declared")]
)
def test_what_a_recording_names_as_lacking_without_need_is_found(
    recording: Path, kind: str, said: str
) -> None:
    found = findings("metrics", Bravo, lacking(recording, **{kind: "before version 5"}))
    assert found == [f"{kind} is 'unmeasured' in about.yaml, and {said}"]


def test_what_a_recording_lacks_has_a_reason(recording: Path) -> None:
    with pytest.raises(ValueError, match="each with the reason"):
        lacking(recording, port="")
    path = recording / about_file.FILE
    path.write_text(f"{path.read_text()}unmeasured: [port]\n")
    with pytest.raises(ValueError, match="each with the reason"):
        about_file.read(recording)


class TestContract:
    def test_a_class_that_no_entry_point_leads_to(
        self, recording: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(contract, "entry_points", lambda **_: [])
        assert "no entry point" in findings("entry point", Bravo, recording)[0]

    def test_an_entry_point_of_one_word(
        self, recording: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        point = EntryPoint("bravo", f"{Bravo.__module__}:Bravo", "g")
        monkeypatch.setattr(contract, "entry_points", lambda **_: [point])
        assert "not '<vendor> <model>'" in findings("entry point", Bravo, recording)[0]

    def test_another_name_of_a_parameter(self, recording: Path) -> None:
        class Odd(Bravo):
            def list_volumes(self, ctx: Any) -> Any:
                return super().list_volumes(ctx)

        assert findings("signatures", Odd, recording) == [
            "list_volumes takes (self, ctx), the contract (self, context)"
        ]

        class Answer(Questions):
            parameter_names_are_the_contracts = "written for an older framework"

        assert findings("signatures", Odd, recording, Answer) == []

    def test_a_parameter_that_the_framework_does_not_give(self, recording: Path) -> None:
        class Odd(Bravo):
            def list_volumes(self, context: Any, more: Any) -> Any:  # type: ignore[override]
                return super().list_volumes(context)

        assert "takes (self, context, more)" in findings("signatures", Odd, recording)[0]

    def test_a_method_where_the_class_is_asked(self, recording: Path) -> None:
        class Odd(Bravo):
            def parse_alert(self, context: Any, alert: Any) -> Any:  # type: ignore[override]
                return None

        assert findings("signatures", Odd, recording) == ["parse_alert must be a static method"]

    def test_a_misspelt_method(self, recording: Path) -> None:
        class Odd(Bravo):
            def list_disk(self, context: Any) -> Any:
                return []

        found = findings("signatures", Odd, recording)
        assert found == ["list_disk is never called: did you mean list_disks?"]

    def test_a_class_of_another_family(self) -> None:
        assert "does not derive" in contract.signature_findings(dict)[0]

    def test_an_abstract_class(self) -> None:
        from delfin.drivers.driver import StorageDriver

        found = contract.signature_findings(type("Bare", (StorageDriver,), {}))
        assert "get_storage is abstract still" in found


class TestAnswers:
    def test_an_empty_list_without_asking(self, recording: Path) -> None:
        class Lazy(Bravo):
            def list_disks(self, context: Any) -> Any:
                return []

        found = findings("implemented means data", Lazy, recording)
        assert "list_disks returns nothing without asking the array" in found[0]

    def test_a_kind_with_an_answer_may_be_empty_and_must_be(self, recording: Path) -> None:
        class NoVolumes(Questions):
            empty: ClassVar = {"volumes": "the recorded array is new"}

        none = broken("list_volumes", lambda _: [])
        assert findings("implemented means data", none, recording, NoVolumes) == []
        found = findings("implemented means data", Bravo, recording, NoVolumes)
        assert "take the answer back" in found[0]

    def test_an_error_while_listing(self, recording: Path) -> None:
        def fail(_: Any) -> Any:
            raise KeyError("size")

        found = findings("rows", broken("list_volumes", fail), recording)
        assert "list_volumes raised KeyError: 'size'" in found

    def test_rows_that_are_never_the_same(self, recording: Path) -> None:
        turn = iter(range(100))
        changing = broken(
            "list_volumes", lambda rows: [{**rows[0], "name": f"n{next(turn)}"}, *rows[1:]]
        )
        assert (
            "volumes differ between two readings"
            in findings("the same twice", changing, recording)[0]
        )

        class Volatile(Questions):
            volatile: ClassVar = {"volumes.name": "this array renames them all the time"}

        assert findings("the same twice", changing, recording, Volatile) == []

    @pytest.mark.parametrize(
        "answer",
        [
            {"capacities_add_up": False},
            {"capacities_add_up": "no"},
            {"empty": {"volumes": ""}},
            {"empty": {"lungs": "there are none in this array"}},
            {"other_errors": {"flood": (KeyError, "it is wet in this cellar")}},
            {"other_errors": {"403": (KeyError, "")}},
        ],
    )
    def test_an_answer_without_a_reason(self, recording: Path, answer: dict[str, Any]) -> None:
        given = type("Given", (Questions,), answer)
        assert findings("questions answered with reasons", Bravo, recording, given)


class TestAlerts:
    def test_a_time_range_that_is_not_honoured(self, recording: Path) -> None:
        class All(Bravo):
            def list_alerts(self, context: Any, query_para: Any = None) -> Any:
                return super().list_alerts(context)

        assert "list_alerts kept an alert" in findings("alerts", All, recording)[0]

    def test_a_time_range_that_hides_everything(self, recording: Path) -> None:
        class Seconds(Bravo):
            def list_alerts(self, context: Any, query_para: Any = None) -> Any:
                return [] if query_para else super().list_alerts(context)

        assert "left out an alert" in findings("alerts", Seconds, recording)[0]

    def test_a_trap_of_another_vendor(self, recording: Path) -> None:
        class Trusting(Bravo):
            @staticmethod
            def parse_alert(context: Any, alert: Any) -> Any:
                return bravo.alert(int(alert[f"{bravo.TRAP}.1.0"]), bravo.NOON)

        assert "another vendor's trap raised KeyError" in findings("traps", Trusting, recording)[0]

    def test_a_recorded_trap_that_is_not_known(self, recording: Path) -> None:
        class Deaf(Bravo):
            @staticmethod
            def parse_alert(context: Any, alert: Any) -> Any:
                return None

        assert "traps/0001: parse_alert knows nothing" in findings("traps", Deaf, recording)[0]

    def test_another_alert_than_the_accepted_one(self, recording: Path) -> None:
        class Changed(Bravo):
            @staticmethod
            def parse_alert(context: Any, alert: Any) -> Any:
                told = Bravo.parse_alert(context, alert)
                return told and {**told, "description": "another one"}

        assert "not the accepted one" in findings("traps", Changed, recording)[0]

    def test_an_error_for_an_alert_that_is_not_there(self, recording: Path) -> None:
        class Fussy(Bravo):
            def clear_alert(self, context: Any, sequence_number: str) -> None:
                super().clear_alert(context, sequence_number)
                raise exception.StorageClearAlertFailed("unknown")

            def acknowledge_alert(self, context: Any, sequence_number: str) -> None:
                raise exception.ComponentNotFound(sequence_number)

        cleared, acknowledged = findings("orders about an unknown alert", Fussy, recording)
        assert "clear_alert of an unknown alert raised StorageClearAlertFailed" in cleared
        assert "acknowledge_alert of an unknown alert raised ComponentNotFound" in acknowledged
