"""What hangs together on an array, where a volume leads to, and what is hit when a part fails."""

from __future__ import annotations

from delfin import exception
from delfin.api.exchange import Answer, Request
from delfin.api.parts import ApiParts
from delfin.inventory.block import VOLUMES
from delfin.inventory.kind import ResourceKind
from delfin.inventory.topology import graph

_WORDS = ", ".join(graph.BY_WORD) + "; of a group all its members are meant"
PARAMETERS = (
    ("impact_of", f"Only what is hit when this fails: kind:id, the kind one of {_WORDS}"),
    ("path_of", "Only what leads to this and what it rests on; likewise, and not both"),
)


def show(parts: ApiParts, request: Request) -> Answer:
    """The whole array, or what one of its rows has to do with."""
    storage_id, query = request.ids["storage_id"], request.query
    if "impact_of" in query and "path_of" in query:
        raise exception.InvalidInput("impact_of: not together with path_of")
    with parts.database.reader() as session:
        if "impact_of" in query:
            return Answer(
                graph.impact(session, *_named(query["impact_of"], "impact_of"), storage_id)
            )
        if "path_of" in query:
            return Answer(graph.path(session, *_named(query["path_of"], "path_of"), storage_id))
        return Answer(graph.whole(session, storage_id))


def volume_path(parts: ApiParts, request: Request) -> Answer:
    with parts.database.reader() as session:
        return Answer(graph.path(session, VOLUMES, request.ids["id"]))


def _named(text: str, parameter: str) -> tuple[ResourceKind, str]:
    word, colon, row_id = text.partition(":")
    kind = graph.BY_WORD.get(word)
    if kind is None or not colon or not row_id:
        raise exception.InvalidInput(f"{parameter}: must be kind:id, the kind one of {_WORDS}")
    return kind, row_id.replace("\0", "\ufffd")
