"""Text, time and file tools of drivers written for SODA Delfin 1.x."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self
from unittest import mock

import pytest

from delfin.drivers.utils.tools import Tools

PATTERN = "%Y-%m-%d %H:%M:%S"

CAPACITIES = [
    (None, 0),
    ("", 0),
    ("-", 0),
    ("0B", 0),
    ("12", 12.0),
    ("1.5GB", 1610612736.0),
    ("10 MB", 10485760.0),
    ("2kb", 2048.0),
    ("1TB", 1099511627776.0),
    ("1PB", 1.0),
    ("1.5", 1.0),
]

SPLIT = [
    (
        'Node Name: a b\r\nValue: x: y\r\nQuoted: ""\r\nno separator\r\n\r\nNode Name: c\r\n',
        {},
        [{"NodeName": "a b", "Value": "y", "Quoted": ""}, {"NodeName": "c"}],
    ),
    ("A: 1\r\nbare key\r\n\r\n", {"is_mapping": True}, [{"A": "1", "barekey": ""}]),
    (
        "Text: begins\r\n and goes on\r\n2 entries were displayed.\r\n\r\n",
        {"is_alert": True},
        [{"Text": "begins and goes on"}],
    ),
    ("A= 1\r\nB: 2\r\n", {"split": "="}, [{"A": "1"}]),
    ("\r\n\r\n", {}, []),
    ("", {}, []),
]


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_local_times(berlin: None) -> None:
    assert Tools().time_str_to_timestamp("2024-07-01 14:00:00", PATTERN) == 1719835200000
    assert Tools().timestamp_to_time_str(1719835200999, PATTERN) == "2024-07-01 14:00:00"
    assert Tools.timestamp_to_utc_time_str(1719835200000, PATTERN) == "2024-07-01 12:00:00"


def test_no_time_is_an_empty_text() -> None:
    assert Tools().time_str_to_timestamp("", PATTERN) == ""
    assert Tools().timestamp_to_time_str(0, PATTERN) == ""
    assert Tools.timestamp_to_utc_time_str(0, PATTERN) == ""


@pytest.mark.parametrize(
    ("unit", "size"),
    [("TB", 2**40), ("gb", 2**30), ("Mb", 2**20), ("KB", 2**10), ("B", 1), ("PB", 1), ("", 1)],
)
def test_unit_in_bytes(unit: str, size: int) -> None:
    assert Tools.change_capacity_to_bytes(unit) == size


@pytest.mark.parametrize(("text", "size"), CAPACITIES)
def test_capacity_in_bytes(text: str | None, size: float) -> None:
    assert Tools.get_capacity_size(text) == size


@pytest.mark.parametrize("text", ["5B", "abc"])
def test_text_that_is_no_capacity(text: str) -> None:
    with pytest.raises(ValueError, match="could not convert"):
        Tools.get_capacity_size(text)


@pytest.mark.parametrize(("text", "options", "records"), SPLIT)
def test_records_of_key_value_lines(
    text: str, options: dict[str, Any], records: list[dict[str, str]]
) -> None:
    kept = [{"first": "1"}]
    assert Tools.split_value_map_list(text, kept, **options) is kept
    assert kept == [{"first": "1"}, *records]


def test_numbers_in_brackets() -> None:
    assert Tools.get_numbers_in_brackets("alert (17) of (18)", r"\(\d+\)") == "17"
    assert Tools.get_numbers_in_brackets("alert (17)", r"\((\d+)\)") == "17"
    assert Tools.get_numbers_in_brackets("alert", r"\(\d+\)") == ""


class ScpStub:
    """Stands in for the SSH connection: 'downloads' the given bytes."""

    def __init__(self, content: bytes | Exception) -> None:
        self.content = content
        self.asked: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_args: object) -> None:
        """Nothing to close."""

    def get(self, remote: str, local: str) -> None:
        self.asked.append(remote)
        if isinstance(self.content, Exception):
            raise self.content
        Path(local).write_bytes(self.content)


def fetched(content: bytes | Exception, folder: Path) -> tuple[Any, ScpStub]:
    stub = ScpStub(content)
    with mock.patch("scp.SCPClient", return_value=stub) as made:
        root = Tools.get_remote_file_to_xml(
            mock.Mock(), "Nv_stats_node1_220101_1200", str(folder), "/dumps/iostats"
        )
    assert made.call_args.kwargs == {"socket_timeout": 15}
    return root, stub


def test_remote_statistics_become_xml_and_leave_no_file(tmp_path: Path) -> None:
    (tmp_path / "Nv_stats_node1_220101_1100").touch()
    (tmp_path / "Nv_stats_node2_220101_1100").touch()
    root, stub = fetched(b"<stats><vdsk id='1'/><vdsk id='2'/></stats>", tmp_path)
    assert [child.get("id") for child in root] == ["1", "2"]
    assert stub.asked == ["/dumps/iostats/Nv_stats_node1_220101_1200"]
    assert [path.name for path in tmp_path.iterdir()] == ["Nv_stats_node2_220101_1100"]


@pytest.mark.parametrize(
    "content",
    [
        OSError("connection lost"),
        b"<cut",
        b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
    ],
)
def test_unusable_statistics_are_none(tmp_path: Path, content: bytes | Exception) -> None:
    root, _ = fetched(content, tmp_path)
    assert root is None
    assert not list(tmp_path.iterdir())
