"""What performance is to be collected of each storage."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from delfin.db import base

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "metrics_settings",
        sa.Column("storage_id", sa.String(length=36), nullable=False),
        sa.Column("form", sa.String(length=16), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("interval", sa.Integer(), nullable=False),
        sa.Column("historic", sa.Boolean(), nullable=False),
        sa.Column("supported", base.Json(), nullable=False),
        sa.Column("created_at", base.UtcDateTime(), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["storage_id"],
            ["storages.id"],
            name=op.f("fk_metrics_settings_storage_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("storage_id", name=op.f("pk_metrics_settings")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_nopad_bin",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "telemetry_configs",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("storage_id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=True),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("interval", sa.Integer(), nullable=False),
        sa.Column("historic", sa.Boolean(), nullable=False),
        sa.Column("resources", base.Json(), nullable=True),
        sa.Column("labels", base.Json(), nullable=False),
        sa.Column("created_at", base.UtcDateTime(), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["storage_id"],
            ["storages.id"],
            name=op.f("fk_telemetry_configs_storage_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_telemetry_configs")),
        sa.UniqueConstraint(
            "storage_id", "name", name=op.f("uq_telemetry_configs_storage_id_name")
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_nopad_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("telemetry_configs", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_telemetry_configs_storage_id"), ["storage_id"], unique=False
        )
