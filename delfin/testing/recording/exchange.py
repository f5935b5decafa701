"""One question to an array and its answer, and the file that holds them in order.

The file is a stream of YAML documents, so that a recorder only ever appends and a person can
read and mend it.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qsl, urlsplit

import orjson
import yaml

FILE = "exchanges.yaml"

_BETWEEN = re.compile(r"^---[ \t]*\n", re.MULTILINE)
Channel = Literal["rest", "exec", "shell", "sftp"]
Key = tuple[str, ...]

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Exchange:
    """What was asked and what was answered.

    A rest question has method, path, query (pairs) and, where there was one, a body; its answer
    has status, headers and a body. An exec question is a command, its answer stdout, stderr and
    status. A shell question is one line typed (the empty one stands for the greeting), its
    answer the text until the next line. Bodies are under 'json', 'text' or 'base64'. An sftp
    question is a path under 'list', 'read' or 'stat', and 'host' unless that is the first; its
    answer has files, a content (see files.py), or what is known of one file, or the status of
    a refusal.
    """

    channel: Channel
    asked: Any
    answer: dict[str, Any]

    def key(self, ignored: Collection[str] = ()) -> Key:
        """What a question is recognised by, without the 'ignored' parameters."""
        return key_of(self.channel, self.asked, ignored)


def key_of(channel: Channel, asked: Any, ignored: Collection[str] = ()) -> Key:
    if channel == "sftp":
        return channel, json.dumps(asked, sort_keys=True)
    if channel != "rest":
        return channel, str(asked)
    query = sorted((n, v) for n, v in asked.get("query", ()) if n not in ignored)
    body = asked.get("json", asked.get("text", asked.get("base64")))
    if isinstance(body, dict):
        body = {name: value for name, value in body.items() if name not in ignored}
    return (
        channel,
        asked["method"],
        asked["path"],
        json.dumps(query),
        json.dumps(body, sort_keys=True),
    )


def question(method: str, url: str, body: bytes) -> dict[str, Any]:
    """A rest question; 'url' may be a path with its query."""
    parts = urlsplit(url)
    query = [list(pair) for pair in parse_qsl(parts.query, keep_blank_values=True)]
    asked: dict[str, Any] = {"method": method.upper(), "path": parts.path or "/"}
    if query:
        asked["query"] = query
    return {**asked, **body_of(body)}


def body_of(raw: bytes) -> dict[str, Any]:
    """A body as it is written down: as JSON if it is some, else as text, else as Base64."""
    if not raw:
        return {}
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(raw).decode()}
    try:
        return {"json": json.loads(text)}
    except ValueError:
        return {"text": text}


def raw_body(written: dict[str, Any]) -> bytes:
    """The bytes of a body that was written down."""
    if "json" in written:
        return json.dumps(written["json"]).encode()
    if "base64" in written:
        return base64.b64decode(written["base64"])
    return str(written.get("text", "")).encode()


def spoken(channel: Channel, asked: Any) -> str:
    """The question for a message."""
    if channel == "sftp":
        return f"sftp {' '.join(f'{name} {value}' for name, value in asked.items())}"
    if channel != "rest":
        return f"{channel} {asked!r}"
    query = "&".join(f"{name}={value}" for name, value in asked.get("query", ()))
    body = asked.get("json", asked.get("text"))
    said = f"{asked['method']} {asked['path']}{'?' if query else ''}{query}"
    # A body may hold a password, so only its names are told.
    return f"{said} with {sorted(body)}" if isinstance(body, dict) else said


def dump(exchange: Exchange) -> str:
    """One YAML document. REST is written as JSON, which is YAML too and much quicker to write."""
    document = {exchange.channel: exchange.asked, "answer": exchange.answer}
    if exchange.channel == "rest":
        return f"---\n{_json(document)}\n"
    return yaml.dump(
        document,
        Dumper=_Dumper,
        explicit_start=True,
        sort_keys=False,
        allow_unicode=True,
        width=100,
    )


def _json(document: dict[str, Any]) -> str:
    try:
        text = orjson.dumps(document, option=orjson.OPT_INDENT_2).decode()
    except TypeError:
        # A number of more than 64 bits, or half of a surrogate pair.
        raw = json.dumps(document, indent=2, ensure_ascii=False).encode("utf-8", "replace")
        text = raw.decode()
    return _UNPRINTABLE.sub(lambda m: f"\\u{ord(m[0]):04x}", text)


# What JSON may hold as it is, and YAML may not, or takes for the end of a line.
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def load(folder: Path) -> list[Exchange]:
    """The exchanges of a recording; raises ValueError naming the document that is none."""
    text = (folder / FILE).read_text(encoding="utf-8")
    return list(_exchanges(_documents(text), folder))


def _documents(text: str) -> Iterator[Any]:
    """The documents; those that are JSON are read as such, which is many times quicker."""
    for part in _BETWEEN.split(text):
        if part.startswith("{"):
            yield json.loads(part)
        elif (document := yaml.load(part, Loader=_Loader)) is not None:  # noqa: S506 - a safe loader
            yield document


def save(folder: Path, exchanges: Iterable[Exchange]) -> None:
    (folder / FILE).write_text("".join(map(dump, exchanges)), encoding="utf-8")


def _exchanges(documents: Iterable[Any], folder: Path) -> Iterator[Exchange]:
    channels: tuple[Channel, ...] = ("rest", "exec", "shell", "sftp")
    for number, document in enumerate(documents, 1):
        channel = next((c for c in channels if isinstance(document, dict) and c in document), None)
        if channel is None or not isinstance(document.get("answer"), dict):
            raise ValueError(f"{folder / FILE}: document {number} is no question with an answer")
        yield Exchange(channel, document[channel], document["answer"])


class _Dumper(yaml.SafeDumper):
    """Lines of text as lines, and no references between documents' values."""

    def ignore_aliases(self, data: Any) -> bool:
        del data
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)
