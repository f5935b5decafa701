"""State and long leases of reports."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from delfin.db import base

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    with op.batch_alter_table("reports", schema=None) as batch_op:
        batch_op.add_column(sa.Column("told_at", base.UtcDateTime(), nullable=True))
        batch_op.alter_column(
            "lease", existing_type=sa.INTEGER(), type_=sa.BigInteger(), existing_nullable=False
        )
