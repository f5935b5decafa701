"""What the inventory listings answer, read off the resource kinds."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, ColumnElement, Date, Integer

from delfin.db.base import Json, UtcDateTime
from delfin.inventory.kind import Computed, ResourceKind

Schema = dict[str, Any]
MOMENT: Schema = {
    "type": "string",
    "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}$",
    "description": "UTC with six fraction digits, without a zone",
}
# The first that fits counts; the rest is text.
_JSON_TYPES: tuple[tuple[type[Any], str], ...] = (
    (Boolean, "boolean"),
    (BigInteger, "integer"),
    (Integer, "integer"),
    (Json, "object"),
)


def item(kind: ResourceKind) -> Schema:
    """A row of the kind, with what it embeds."""
    properties = {name: column_schema(column) for name, column in kind.columns.items()}
    properties |= {one.name: _computed(one) for one in kind.computed}
    if kind.embed is not None:
        properties[kind.embed.field] = {
            "type": "array",
            "items": {"type": "string"},
            "description": f"Native ids: {kind.embed.shows}",
        }
    return closed(properties, kind.model.__doc__ or kind.key)


def collection(key: str, component: str) -> Schema:
    """A listing: one key, and nothing beside it."""
    items = {"type": "array", "items": {"$ref": f"#/components/schemas/{component}"}}
    return closed({key: items}, f"A page of {key.replace('_', ' ')}")


def closed(properties: dict[str, Schema], doc: str) -> Schema:
    """An object that always has all these keys and no other."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
        "description": doc,
    }


def sent(properties: dict[str, Schema], doc: str, *required: str, **more: Any) -> Schema:
    """An object in a request: it has no other keys than these, of which some are 'required'."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
        "description": doc,
        **more,
    }


def column_schema(column: ColumnElement[Any]) -> Schema:
    """What a column may hold. Words are told, not enforced: drivers of others use their own."""
    assert isinstance(column, Column)  # noqa: S101 - a table's column is one; the types say less
    schema: Schema = (
        dict(MOMENT) if isinstance(column.type, UtcDateTime) else {"type": _type_of(column)}
    )
    if isinstance(column.type, Date):
        schema["format"] = "date"
    if column.nullable:
        schema["type"] = [schema["type"], "null"]
    if column.doc:
        schema["description"] = column.doc
    if "choices" in column.info:
        schema["x-words"] = list(column.info["choices"])
    if "unit" in column.info:
        schema["x-unit"] = column.info["unit"]
    if "refers_to" in column.info:
        schema["x-refers-to"] = column.info["refers_to"]
    return schema


def _computed(column: Computed) -> Schema:
    is_moment = isinstance(column.expression.type, UtcDateTime)
    schema: Schema = dict(MOMENT) if is_moment else {"type": "string"}
    if column.nullable:
        schema["type"] = [schema["type"], "null"]
    schema["description"] = column.doc
    if column.words:
        schema["x-words"] = list(column.words)
    return schema


def _type_of(column: Column[Any]) -> str:
    return next((word for kind, word in _JSON_TYPES if isinstance(column.type, kind)), "string")
