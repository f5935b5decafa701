"""Which certificates of an array are trusted, and which storages share a manager."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from delfin.db import base

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    with op.batch_alter_table("access_info", schema=None) as batch_op:
        batch_op.add_column(sa.Column("tls", base.Json(), nullable=True))
        batch_op.add_column(sa.Column("manager_key", sa.String(length=36), nullable=True))
        batch_op.create_index(
            batch_op.f("ix_access_info_manager_key"), ["manager_key"], unique=False
        )
