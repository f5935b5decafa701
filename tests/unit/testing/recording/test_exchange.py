"""What is written down can be read again, whatever an array says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from delfin.testing.recording import about, exchange, traps
from delfin.testing.recording.exchange import Exchange
from delfin.testing.replay.tape import Tape

ODD = 'tab\t quote" nul\0 del\x7f c1\x85 bom\ufeff snow\u2603 smile\U0001f600 --- : # \u2028 end '


@pytest.mark.parametrize(
    "written",
    [
        Exchange("rest", {"method": "GET", "path": "/"}, {"status": 204, "headers": {}}),
        Exchange(
            "rest",
            {"method": "POST", "path": "/q", "query": [["a", ODD]], "json": {ODD: [ODD, 2**80]}},
            {"status": 200, "headers": {"X": ODD}, "json": [{"a": None, "b": 1.5, "c": True}]},
        ),
        Exchange("exec", ODD, {"stdout": f"one\n{ODD}\n\n  two \n", "status": 0}),
        Exchange("shell", "", {"text": "\x1b[2Jarray:~> \r\n"}),
    ],
)
def test_an_exchange_is_read_as_it_was_written(tmp_path: Path, written: Exchange) -> None:
    exchange.save(tmp_path, [written, written])
    assert exchange.load(tmp_path) == [written, written]


@pytest.mark.parametrize("raw", [b"", b'{"a": [1]}', b"plain text", b"\xff\xfe\x00", b"5"])
def test_a_body_comes_back(raw: bytes) -> None:
    assert exchange.raw_body(exchange.body_of(raw)) == raw


def test_a_document_that_is_no_exchange_is_named(tmp_path: Path) -> None:
    (tmp_path / exchange.FILE).write_text("---\nexec: a\nanswer: {}\n---\nwhat: ever\n")
    with pytest.raises(ValueError, match="document 2 is no question"):
        exchange.load(tmp_path)


def asked(**question: Any) -> dict[str, Any]:
    return {"method": "GET", "path": "/v", **question}


class TestTape:
    def test_a_question_is_known_by_method_path_query_and_body(self) -> None:
        one = Exchange("rest", asked(query=[["b", "2"], ["a", "1"]]), {"status": 1})
        two = Exchange("rest", asked(json={"x": 1, "y": 2}), {"status": 2})
        tape = Tape([one, two])
        assert tape.answer("rest", asked(query=[["a", "1"], ["b", "2"]])) == {"status": 1}
        assert tape.answer("rest", asked(json={"y": 2, "x": 1})) == {"status": 2}
        assert tape.answer("rest", asked(method="PUT", json={"y": 2, "x": 1})) is None
        assert tape.misses == ["PUT /v with ['x', 'y']"]

    def test_repeated_questions_step_through_their_answers(self) -> None:
        tape = Tape([Exchange("exec", "show", {"stdout": n}) for n in "abc"])
        said = [tape.answer("exec", "show") for _ in range(2)]
        assert said == [{"stdout": "a"}, {"stdout": "b"}]
        assert tape.unused() == ["exec 'show'"]
        assert [tape.answer("exec", "show") for _ in range(2)] == [{"stdout": "c"}] * 2
        assert tape.unused() == []
        tape.rewind()
        assert tape.answer("exec", "show") == {"stdout": "a"}

    def test_what_differs_from_run_to_run_can_be_ignored(self) -> None:
        recorded = Exchange("rest", asked(query=[["at", "1"]], json={"now": 1, "k": 2}), {})
        tape = Tape([recorded], ignored={"at", "now"})
        assert tape.answer("rest", asked(query=[["at", "9"]], json={"now": 9, "k": 2})) == {}


class TestAbout:
    def test_it_is_read_as_it_was_written(self, tmp_path: Path) -> None:
        title = about.About(
            "a b", "documentation", "X", "1", "by hand", ("ssh",), {"k": "v"}, (1, 2)
        )
        about.write(tmp_path, title)
        assert about.read(tmp_path) == title

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("driver: a b\nsource: hearsay", "source"),
            ("driver: a\nsource: array", "driver"),
            ("source: array", "driver"),
            ("driver: a b\nsource: array\ncolour: red", "colour"),
            ("- 1", "no mapping"),
        ],
    )
    def test_a_wrong_one_is_refused_by_name(self, tmp_path: Path, text: str, said: str) -> None:
        (tmp_path / about.FILE).write_text(text)
        with pytest.raises(ValueError, match=said):
            about.read(tmp_path)


class TestTraps:
    PRINTED = (
        ".1.3.6.1.2.1.1.3.0 = Timeticks: (4711) 0:00:47.11\n"
        ".1.3.6.1.6.3.1.1.4.1.0 = OID: .1.3.6.1.4.1.32473.7.0.1\n"
        '.1.3.6.1.4.1.32473.7.1.3.0 = STRING: "Fan is slow"\n'
        ".1.3.6.1.4.1.32473.7.1.4.0 = INTEGER: 3\n"
        ".1.3.6.1.4.1.32473.7.1.5.0 = INTEGER: down(2)\n"
        ".1.3.6.1.4.1.32473.7.1.6.0 = Gauge32: 77\n"
    )

    def test_what_snmptrapd_prints_becomes_what_a_driver_gets(self) -> None:
        root = "1.3.6.1.4.1.32473.7"
        assert traps.parse(self.PRINTED) == {
            "1.3.6.1.2.1.1.3.0": "4711",
            "1.3.6.1.6.3.1.1.4.1.0": f"{root}.0.1",
            f"{root}.1.3.0": "Fan is slow",
            f"{root}.1.4.0": "3",
            f"{root}.1.5.0": "2",
            f"{root}.1.6.0": "77",
        }

    def test_it_is_written_so_that_it_reads_the_same(self) -> None:
        trap = traps.parse(self.PRINTED)
        assert traps.parse(traps.written(trap)) == trap

    def test_two_in_one_file_are_not_taken_for_one(self) -> None:
        with pytest.raises(ValueError, match="there are 2 traps"):
            traps.parse(self.PRINTED * 2)

    @pytest.mark.parametrize("text", ["", "hello", ".1.3.6 = INTEGER: 1"])
    def test_what_is_no_trap_is_refused(self, text: str) -> None:
        with pytest.raises(ValueError, match=r"OID|missing"):
            traps.parse(text)
