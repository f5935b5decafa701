"""Reports profiles and pool extras."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from delfin.db import base

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "profiles",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("description", sa.String(length=255), nullable=True),
        sa.Column("conditions", base.Json(), nullable=False),
        sa.Column("allow_stale", sa.Boolean(), nullable=False),
        sa.Column("satisfying", sa.Integer(), nullable=True),
        sa.Column("checked_at", sa.BigInteger(), nullable=False),
        sa.Column("created_at", base.UtcDateTime(), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profiles")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_nopad_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("profiles", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_profiles_created_at_id"), ["created_at", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_profiles_name"), ["name"], unique=False)

    op.create_table(
        "reports",
        sa.Column("storage_id", sa.String(length=36), nullable=False),
        sa.Column("reported_at", base.UtcDateTime(), nullable=True),
        sa.Column("attempted_at", base.UtcDateTime(), nullable=True),
        sa.Column("lease", sa.Integer(), nullable=False),
        sa.Column("valid_until", sa.BigInteger(), nullable=False),
        sa.Column("stopped_at", base.UtcDateTime(), nullable=True),
        sa.Column("stopped_reason", sa.String(length=1024), nullable=True),
        sa.Column("error_code", sa.String(length=64), nullable=True),
        sa.Column("error_msg", sa.String(length=1024), nullable=True),
        sa.Column("restarts", sa.Integer(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("capabilities", base.Json(), nullable=True),
        sa.ForeignKeyConstraint(
            ["storage_id"], ["storages.id"], name=op.f("fk_reports_storage_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("storage_id", name=op.f("pk_reports")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_nopad_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("port_grp_port_rels", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_port_grp_port_rels_storage_id_native_port_id"),
            ["storage_id", "native_port_id"],
            unique=False,
        )

    with op.batch_alter_table("storage_host_grp_host_rels", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_storage_host_grp_host_rels_storage_id_native_storage_host_id"),
            ["storage_id", "native_storage_host_id"],
            unique=False,
        )

    with op.batch_alter_table("storage_pools", schema=None) as batch_op:
        batch_op.add_column(sa.Column("availability_zone", sa.String(length=255), nullable=True))
        batch_op.add_column(sa.Column("extras", base.Json(), nullable=True))
        batch_op.create_index(
            batch_op.f("ix_storage_pools_availability_zone"), ["availability_zone"], unique=False
        )

    with op.batch_alter_table("vol_grp_vol_rels", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_vol_grp_vol_rels_storage_id_native_volume_id"),
            ["storage_id", "native_volume_id"],
            unique=False,
        )
