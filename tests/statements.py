"""The statements that a database is asked, for stories and benchmarks that count them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from delfin.db.session import Database

_VERBS = ("SELECT", "INSERT", "UPDATE", "DELETE")


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """The texts of those that this thread sends while the block runs; neither BEGIN nor COMMIT."""
    sent: list[str] = []
    me = threading.get_ident()

    def note(_conn: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        # The pool asks whether a connection is alive, with a SELECT of nothing.
        ours = statement.startswith(_VERBS) and statement != "SELECT 1"
        if ours and threading.get_ident() == me:
            sent.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
