"""Takes out of a recording what says whose array it is, and every secret.

The same value is replaced by the same stand-in wherever it occurs, so that references still
lead somewhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from delfin import cryptor
from delfin.common import constants
from delfin.common.constants import ACCESS_TYPE
from delfin.testing import rules
from delfin.testing.conformance.secrets import SECRET_NAME, forms
from delfin.testing.recording import files, hosts, patterns
from delfin.testing.recording.exchange import Exchange
from delfin.testing.recording.literals import Literals
from delfin.testing.recording.shapes import Shapes
from delfin.testing.recording.standins import HOST, PASSWORD, TOKEN, USER

Make = Callable[[str], str]

_SHORTEST = 4
# A shorter number is a count or a size as well.
_SHORTEST_NUMBER = 6
# Accounts that every array of a model has tell nothing; and their names are words besides.
_COMMON_USERS = {"root", "admin", "administrator", "user", "monitor", "service", "manage"}
# Names that people give lie in these columns; those of hardware stay.
_NAMES = ("name", "alias", "user_group_name", "description")
_HARDWARE = {"controllers", "ports", "disks"}
_IDENTITIES = ("serial_number", "wwn")
_WORDS = {
    word.lower()
    for vocabulary in vars(constants).values()
    if isinstance(vocabulary, type)
    for word in vars(vocabulary).values()
    if isinstance(word, str)
} | {"default", "system", "root", "local", "data", "home", "public", "server", "version", "array"}
_INLINE = re.compile(
    r"(?i)(\b(?:password|passwd|secret|token)\b[\"']?\s*[=:]\s*[\"']?)([^\s\"',;&]{4,})"
)
_DROPPED_HEADERS = {
    *("date", "server", "connection", "keep-alive", "transfer-encoding", "via"),
    *("content-length", "content-encoding"),
}


class Scrubber:
    """Knows an array's access info from the start, and learns from rows and from secret names."""

    def __init__(self, access: Mapping[str, Any]) -> None:
        self.shapes = Shapes()
        self._names = Literals()
        self._secrets = Literals()
        self._hosts: list[str] = []
        self._users: set[str] = set()
        self._tokens = 0
        # What rows told, whether or not the array has said it, and how to make its stand-in.
        self._told = Literals()
        self._makes: dict[str, Make] = {}
        for block in (access[name] for name in ACCESS_TYPE if access.get(name)):
            self._learn_login(block)
        for (host, _), stand_in in hosts.others(access.get("extra_attributes") or {}).items():
            self._learn_host(host, stand_in)

    def learn(self, table: str, rows: Any) -> None:
        """Names, serial numbers and WWNs in rows that the driver made; 'storage' is one row.

        A driver also puts names together and adds words of its own, so each is looked for in
        what the array says: see 'hear'.
        """
        for row in rules.plain_rows(rows):
            for column in _IDENTITIES:
                self._learn(row.get(column), self._like)
            if table not in _HARDWARE:
                word = _singular(table)
                # Where an array stands is told for the array alone.
                for column in (*_NAMES, "location") if table == "storage" else _NAMES:
                    self._learn(row.get(column), lambda v, w=word: self.shapes.counted(w, v))

    def hear(self, text: str) -> None:
        """Replace from now on what the rows told and this text has; of a path, its parts."""
        for name in dict.fromkeys(name for _, name in self._told.found(text)):
            if name not in self._names:
                self._names.add(name, self._makes[name](name))

    def exchange(self, exchange: Exchange) -> Exchange:
        """The exchange to be written."""
        self._learn_secrets(exchange)
        if exchange.channel == "sftp":
            return self._sftp(exchange)
        self.hear("\n".join(_strings([exchange.asked, exchange.answer])))
        if exchange.channel != "rest":
            asked = self.text(exchange.asked)
            return Exchange(exchange.channel, asked, self._value(exchange.answer))
        asked = self._value(exchange.asked)
        if "query" in asked:
            asked["query"] = [self._pair(*pair) for pair in exchange.asked["query"]]
        answer = self._value(exchange.answer)
        headers = exchange.answer.get("headers", {})
        answer["headers"] = {
            name: self._header(name, value)
            for name, value in headers.items()
            if name.lower() not in _DROPPED_HEADERS
        }
        return Exchange("rest", asked, answer)

    def _sftp(self, exchange: Exchange) -> Exchange:
        """What holds no text is left as it is, or it would be another number."""
        self.hear("\n".join([*exchange.asked.values(), *files.texts(exchange.answer)]))
        asked = {name: self.text(value) for name, value in exchange.asked.items()}
        return Exchange("sftp", asked, files.mapped(exchange.answer, self.text))

    def value(self, value: Any) -> Any:
        """Rows, alerts and the like, as 'text' does with texts."""
        return self._value(value)

    def text(self, text: str) -> str:
        text = self._secrets.replaced(text)
        text = _INLINE.sub(
            lambda m: m[1] + (m[2] if TOKEN in m[2] or PASSWORD in m[2] else "***"), text
        )
        for host in self._hosts:
            text = re.sub(rf"//{re.escape(host)}(?::\d+)?(?![\w.])", f"//{HOST}", text)
        return patterns.scrubbed(self._names.replaced(text), self.shapes)

    # What is learnt.

    def _learn_login(self, block: Mapping[str, Any]) -> None:
        host, user = str(block.get("host") or ""), str(block.get("username") or "")
        if host:
            self._hosts.append(host)
            self._learn_host(host, HOST)
        if user:
            self._users.add(user)
            if len(user) >= _SHORTEST and user.lower() not in _COMMON_USERS:
                self._names.add(user, USER)
        if block.get("password"):
            plain = cryptor.decode(block["password"])
            for form, stand_in in zip(forms(plain), forms(PASSWORD), strict=True):
                self._secrets.add(form, stand_in)

    def _learn_host(self, host: str, stand_in: str) -> None:
        if not re.fullmatch(r"[\d.:a-fA-F]+", host):
            self._names.add(host, stand_in)

    def _learn(self, value: Any, make: Any) -> None:
        if not isinstance(value, str):
            return
        if value.isdecimal() and (make != self._like or len(value) < _SHORTEST_NUMBER):
            return
        for part in value.split("/"):
            if len(part) >= _SHORTEST and part not in self._makes and part.lower() not in _WORDS:
                self._makes[part] = make
                self._told.add(part, "")

    def _like(self, value: str) -> str:
        """The same stand-in as where no row told what it is."""
        found = patterns.scrubbed(value, self.shapes)
        return found if found != value else self.shapes.like(value)

    def _learn_secrets(self, exchange: Exchange) -> None:
        if exchange.channel != "rest":
            return
        for part in (exchange.asked.get("json"), exchange.answer.get("json")):
            self._learn_members(part)
        for name, value in exchange.answer.get("headers", {}).items():
            if name.lower() == "set-cookie":
                self._learn_secret(_cookie(value)[1])
            elif SECRET_NAME.search(name):
                self._learn_secret(value)

    def _learn_members(self, value: Any) -> None:
        if isinstance(value, Mapping):
            for name, inner in value.items():
                if isinstance(inner, str) and SECRET_NAME.search(str(name)):
                    self._learn_secret(inner)
                else:
                    self._learn_members(inner)
        elif isinstance(value, list):
            for inner in value:
                self._learn_members(inner)

    def _learn_secret(self, secret: str) -> None:
        standing_in = any(text in secret for text in (TOKEN, *forms(PASSWORD)))
        known = secret in self._secrets or standing_in or secret.lower() in _WORDS
        if len(secret) >= _SHORTEST and not known:
            self._tokens += 1
            self._secrets.add(secret, f"{TOKEN}{self._tokens}")

    # What is replaced.

    def _value(self, value: Any) -> Any:
        if isinstance(value, str):
            return USER if value in self._users else self.text(value)
        if isinstance(value, Mapping):
            return {self._key(name): self._member(name, inner) for name, inner in value.items()}
        if isinstance(value, list | tuple):
            return [self._value(inner) for inner in value]
        return value

    def _key(self, name: Any) -> Any:
        """Some arrays answer with names as keys."""
        return self._names.replaced(name) if isinstance(name, str) else name

    def _member(self, name: Any, value: Any) -> Any:
        # Alone, a version of four numbers looks like an address.
        if isinstance(value, str) and patterns.speaks_of_versions(str(name)):
            return self._names.replaced(self._secrets.replaced(value))
        return self._value(value)

    def _pair(self, name: str, value: str) -> list[str]:
        return [name, str(self._member(name, value))]

    def _header(self, name: str, value: str) -> str:
        if name.lower() == "set-cookie":
            cookie, secret = _cookie(value)
            return f"{cookie}={self._secrets.replaced(secret)}; Path=/"
        return self.text(value)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield str(name)
            yield from _strings(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _strings(inner)


def _cookie(header: str) -> tuple[str, str]:
    name, _, value = header.partition(";")[0].partition("=")
    return name.strip(), value.strip()


def _singular(table: str) -> str:
    word = table.removeprefix("storage_").removesuffix("s")
    return word.replace("_", "") if table != "storage" else "array"
