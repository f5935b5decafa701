"""A request and its answer, as routes see them: plain data, no web framework."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from delfin.api.listable import Listable
from delfin.api.parts import ApiParts
from delfin.exception import DelfinException


@dataclass(frozen=True)
class Request:
    """What is asked.

    Attributes:
        path: The path, with the prefix a proxy took off.
        query: Parameters; of a repeated one the last.
        ids: What stands in the path at its variable places.
        body: The JSON object that was sent, validated; empty where none is taken.
    """

    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    ids: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """What is said: a JSON document, or text that is ready to send, or nothing."""

    document: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    text: str | None = None
    # Another one than the operation's.
    status: int | None = None


Call = Callable[[ApiParts, Request], Answer]


@dataclass(frozen=True)
class Operation:
    """One method of one path; both the router and the OpenAPI document are made from it.

    Attributes:
        method: HTTP method.
        name: Unique name, the operationId of the document.
        summary: One sentence for readers.
        call: What does it.
        status: The status when it works.
        answer: Name of the schema of the answer; None when the body is empty.
        later: Name of the schema of the answer 202, for what may be done later.
        body: Name of the schema of the request body; None when it takes none.
        body_optional: No body is as good as an empty object.
        lists: Set for collections that page, sort and filter.
        parameters: Query parameters besides those, name and description.
        errors: What it may answer instead.
        media: Media type of the answer.
    """

    method: str
    name: str
    summary: str
    call: Call
    status: int = 200
    answer: str | None = None
    later: str | None = None
    body: str | None = None
    body_optional: bool = False
    lists: Listable | None = None
    parameters: tuple[tuple[str, str], ...] = ()
    errors: tuple[type[DelfinException], ...] = ()
    media: str = "application/json"


@dataclass(frozen=True)
class Route:
    """A path with '{names}' at its variable places, and what it offers."""

    path: str
    tag: str
    operations: tuple[Operation, ...]
