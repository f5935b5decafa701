"""What command lines print, as records; and what is cut off, as an error."""

from __future__ import annotations

import doctest
from collections.abc import Callable
from typing import Any

import pytest

from delfin import exception
from delfin.drivers.kit import tables

DISKS = """\
Slot  Vendor       Size   State
----  -----------  -----  ---------
 0    Acme Inc.    10 TB  online
 1    Acme Inc.    10 TB  spare, hot
----  -----------  -----  ---------
"""
PIPES = """\
 ID | Name      | Size
----+-----------+-----
  1 | first one | 10
  2 |           | 5
"""


def test_the_samples_are_true() -> None:
    ran = doctest.testmod(tables)
    assert ran.attempted > 8
    assert ran.failed == 0


def test_a_ruler_tells_the_columns() -> None:
    assert tables.columns(DISKS) == [
        {"Slot": "0", "Vendor": "Acme Inc.", "Size": "10 TB", "State": "online"},
        {"Slot": "1", "Vendor": "Acme Inc.", "Size": "10 TB", "State": "spare, hot"},
    ]
    assert tables.columns(PIPES, ["id", "name", "size"]) == [
        {"id": "1", "name": "first one", "size": "10"},
        {"id": "2", "name": "", "size": "5"},
    ]


def test_nothing_is_no_rows() -> None:
    assert tables.columns("\n") == []
    assert tables.columns("Slot  Size\n") == []
    assert tables.delimited("", ":") == []
    assert tables.blocks("") == []
    assert tables.comma_separated("") == []


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        (lambda text: tables.columns(text, ["one"]), DISKS),
        (lambda text: tables.delimited(text, ":"), "id:name:state\n0:node1:on\n1:no"),
        (lambda text: tables.delimited(text, ":", ["a", "b"]), "0:node1:on"),
        (tables.comma_separated, 'id,name\n1,"a'),
        (tables.comma_separated, "id,name\n1\n"),
        (tables.json_of, '{"a": [1, 2'),
        (tables.json_of, "<html></html>"),
        (tables.json_of, '{"a": NaN}'),
        (tables.json_of, ""),
        (lambda text: tables.listed(tables.json_of(text), "disks"), '{"disks": {}}'),
        (lambda text: tables.listed(tables.json_of(text), "disks"), "[]"),
        (lambda text: tables.listed(tables.json_of(text), "disks"), '{"disks": [1]}'),
        (tables.xml_of, "<disks><disk id='1'/>"),
        (tables.xml_of, "ls: not found"),
        (tables.xml_of, ""),
        (lambda text: tables.complete(text, r"\d+ rows"), "a\nb\n"),
        (lambda text: tables.complete(text, r"\d+ rows"), ""),
    ],
)
def test_what_is_cut_off_or_of_another_form_is_an_error(
    parse: Callable[[str], Any], text: str
) -> None:
    with pytest.raises(exception.InvalidResults):
        parse(text)


def test_xml_cannot_read_files_or_fill_memory() -> None:
    bomb = '<!DOCTYPE a [<!ENTITY b "x"><!ENTITY c "&b;&b;">]><a>&c;</a>'
    outside = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><a>&b;</a>'
    for text in (bomb, outside):
        with pytest.raises(exception.InvalidResults, match="not XML"):
            tables.xml_of(text)
