"""Run by Alembic, always on the connection that delfin.db.migration hands over."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate import rewriter
from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops

from delfin.db.migration import types_differ

finish = rewriter.Rewriter()


@finish.rewrites(ops.CreateTableOp)
def binary_names(_context: Any, _revision: Any, table: ops.CreateTableOp) -> ops.CreateTableOp:
    """MariaDB: names that differ in case, accent or trailing blanks are different names."""
    table.kw.update(
        mysql_engine="InnoDB", mysql_charset="utf8mb4", mysql_collate="utf8mb4_nopad_bin"
    )
    return table


def render_our_types(kind: str, thing: Any, autogen: AutogenContext) -> str | Literal[False]:
    if kind == "type" and type(thing).__module__ == "delfin.db.base":
        autogen.imports.add("from delfin.db import base")
        return f"base.{type(thing).__name__}()"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes.get("metadata"),
    compare_type=types_differ,
    render_as_batch=True,
    render_item=render_our_types,
    process_revision_directives=finish,
)
with context.begin_transaction():
    context.run_migrations()
