"""Records from what a command line prints: for a driver's parsers.py.

Each raises InvalidResults for text that is not of its form. Text that is cut off is told where the
form allows: a delimited row without all its fields, XML, JSON and CSV without their end; for the
others print something behind the answer, or ask for a count, and use `complete`.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import ElementTree  # type: ignore[import-untyped]
from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped]

from delfin import exception

Texts = dict[str, str]

_RULER = re.compile(r"[-=+| ]*[-=]{2,}[-=+| ]*")


def columns(text: str, names: Sequence[str] = ()) -> list[Texts]:
    r"""A table in columns of fixed width under a header, with or without a ruler below it.

    With a ruler of dashes, its groups are the columns; otherwise a column begins where its name
    does in the first line, and names are two blanks apart. 'names' replace those of the header.

    >>> columns("ID  Pool name  Size\n--  ---------  ----\n 1  fast one   10G\n 2             5G\n")
    [{'ID': '1', 'Pool name': 'fast one', 'Size': '10G'}, {'ID': '2', 'Pool name': '', 'Size': '5G'}]
    >>> columns("Name      State\nnode one  up\n", ["name", "state"])
    [{'name': 'node one', 'state': 'up'}]
    """
    lines = [line.rstrip() for line in text.splitlines() if line.strip()]
    if not lines:
        return []
    ruled = len(lines) > 1 and _RULER.fullmatch(lines[1]) is not None
    places = [
        part.span() for part in re.finditer(r"[-=]+" if ruled else r"\S+(?: \S+)*", lines[ruled])
    ]
    starts = [start for start, _ in places]
    ends = [*starts[1:], None]
    heads = names or [lines[0][a:b].strip(" |") for a, b in zip(starts, ends, strict=True)]
    if len(heads) != len(starts):
        raise exception.InvalidResults(f"the table has {len(starts)} columns, not {len(heads)}")
    rows = (line for line in lines[1 + ruled :] if not _RULER.fullmatch(line))
    return [
        {
            head: line[start:end].strip(" |")
            for head, start, end in zip(heads, starts, ends, strict=True)
        }
        for line in rows
    ]


def delimited(text: str, delimiter: str, names: Sequence[str] = ()) -> list[Texts]:
    r"""Lines of fields; without 'names' the first line has them.

    >>> delimited("id:name:state\n0:node1:online\n", ":")
    [{'id': '0', 'name': 'node1', 'state': 'online'}]
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    heads = list(names) or (lines.pop(0).split(delimiter) if lines else [])
    rows = []
    for number, line in enumerate(lines, 1):
        fields = line.split(delimiter)
        if len(fields) != len(heads):
            raise exception.InvalidResults(
                f"row {number} has {len(fields)} fields, not {len(heads)}: the answer is cut off or new"
            )
        rows.append(dict(zip(heads, fields, strict=True)))
    return rows


def blocks(text: str, separator: str = ":", first: str = "") -> list[Texts]:
    r"""Paragraphs of `key: value`; 'first' is the key that begins a record where no line is empty.

    A key that comes again in its block keeps its first value. Lines without a separator are left
    out.

    >>> blocks("Name: a\nSize : 5 GB\n\nName: b\nURL: http://x\n")
    [{'Name': 'a', 'Size': '5 GB'}, {'Name': 'b', 'URL': 'http://x'}]
    >>> blocks("id = 1\nup = yes\nid = 2\n", "=", first="id")
    [{'id': '1', 'up': 'yes'}, {'id': '2'}]
    """
    records: list[Texts] = [{}]
    for line in text.splitlines():
        key, found, value = line.partition(separator)
        if (not line.strip() and not first) or (first and key.strip() == first):
            records.append({})
        if found:
            records[-1].setdefault(key.strip(), value.strip())
    return [record for record in records if record]


def assignments(text: str) -> Texts:
    r"""`KEY="value"` lines, as in a shell script; comments are left out.

    >>> assignments('# made\nNAME="Debian"\nVERSION=12\n')
    {'NAME': 'Debian', 'VERSION': '12'}
    """
    pairs = (line.partition("=") for line in text.splitlines() if not line.startswith("#"))
    return {key.strip(): value.strip().strip("\"'") for key, _, value in pairs if key.strip()}


def sections(text: str, comments: tuple[str, ...] = ("#", ";")) -> list[Texts]:
    r"""`[name]` headings with `key = value` lines; the heading is the record's `name`.

    >>> sections("[data]\npath = /srv\n")
    [{'name': 'data', 'path': '/srv'}]
    """
    found: list[Texts] = []
    for line in map(str.strip, text.splitlines()):
        if line.startswith("[") and line.endswith("]"):
            found.append({"name": line[1:-1]})
        elif "=" in line and found and not line.startswith(comments):
            key, _, value = line.partition("=")
            found[-1].setdefault(key.strip(), value.strip())
    return found


def comma_separated(text: str, delimiter: str = ",") -> list[Texts]:
    r"""CSV with a header line and quotes.

    >>> comma_separated('id,name\n1,"a, b"\n')
    [{'id': '1', 'name': 'a, b'}]
    """
    try:
        lines = list(csv.reader(io.StringIO(text), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise exception.InvalidResults(f"the answer is not CSV, or cut off: {error}") from error
    heads, *rows = [line for line in lines if line] or [[]]
    for number, row in enumerate(rows, 1):
        if len(row) != len(heads):
            raise exception.InvalidResults(f"row {number} has {len(row)} fields, not {len(heads)}")
    return [dict(zip(heads, row, strict=True)) for row in rows]


def json_of(text: str) -> Any:
    """The JSON value that the text is.

    >>> json_of('{"a": [1]}')
    {'a': [1]}
    """
    try:
        return json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise exception.InvalidResults("the answer is not JSON, or cut off") from error


def listed(answer: Any, key: str) -> list[dict[str, Any]]:
    """The records under 'key' of a JSON answer.

    >>> listed({"disks": [{"id": 1}]}, "disks")
    [{'id': 1}]
    """
    found = answer.get(key) if isinstance(answer, dict) else None
    if not isinstance(found, list) or not all(isinstance(record, dict) for record in found):
        raise exception.InvalidResults(f"the answer has no list '{key}' of records")
    return found


def xml_of(text: str) -> Element:
    """The root of an XML document; entities and document types are refused."""
    try:
        root: Element = ElementTree.fromstring(text, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise exception.InvalidResults(f"the answer is not XML, or cut off: {error}") from error
    return root


def elements(root: Element, path: str) -> Iterator[Texts]:
    """Each element at the path as a record: its attributes, and the text of its children by tag.

    >>> list(elements(xml_of("<r><d id='1'><name>a</name></d></r>"), "d"))
    [{'id': '1', 'name': 'a'}]
    """
    for element in root.iterfind(path):
        yield {**element.attrib, **{child.tag: (child.text or "").strip() for child in element}}


def complete(text: str, footer: str) -> str:
    r"""The text before its last line, which must fit the regular expression 'footer' in full.

    >>> complete("a\nb\n2 rows\n", r"\d+ rows")
    'a\nb'
    """
    body, _, last = text.rstrip().rpartition("\n")
    if not re.fullmatch(footer, last.strip()):
        raise exception.InvalidResults("the answer is cut off: its last line is missing")
    return body


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is no JSON")
