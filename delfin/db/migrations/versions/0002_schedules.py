"""Schedules."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from delfin.db import base

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "schedules",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=True),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("storage_id", sa.String(length=36), nullable=True),
        sa.Column("resource_kinds", base.Json(), nullable=False),
        sa.Column("interval", sa.Integer(), nullable=True),
        sa.Column("cron", sa.String(length=255), nullable=True),
        sa.Column("time_zone", sa.String(length=64), nullable=True),
        sa.Column("at", base.UtcDateTime(), nullable=True),
        sa.Column("jitter", sa.Integer(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("when_late", sa.String(length=8), nullable=False),
        sa.Column("grace", sa.Integer(), nullable=False),
        sa.Column("origin", sa.String(length=8), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("counts_from", base.UtcDateTime(), nullable=False),
        sa.Column("created_at", base.UtcDateTime(), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["storage_id"],
            ["storages.id"],
            name=op.f("fk_schedules_storage_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedules")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_nopad_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("schedules", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_schedules_created_at_id"), ["created_at", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_schedules_enabled"), ["enabled"], unique=False)
        batch_op.create_index(batch_op.f("ix_schedules_kind"), ["kind"], unique=False)
        batch_op.create_index(batch_op.f("ix_schedules_name"), ["name"], unique=False)
        batch_op.create_index(batch_op.f("ix_schedules_origin"), ["origin"], unique=False)
        batch_op.create_index(batch_op.f("ix_schedules_priority"), ["priority"], unique=False)
        batch_op.create_index(batch_op.f("ix_schedules_storage_id"), ["storage_id"], unique=False)

    op.create_table(
        "schedule_state",
        sa.Column("schedule_id", sa.String(length=36), nullable=False),
        sa.Column("storage_id", sa.String(length=36), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("next_due", base.UtcDateTime(), nullable=True),
        sa.Column("last_run", base.UtcDateTime(), nullable=True),
        sa.Column("last_job_id", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(
            ["schedule_id"],
            ["schedules.id"],
            name=op.f("fk_schedule_state_schedule_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["storage_id"],
            ["storages.id"],
            name=op.f("fk_schedule_state_storage_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("schedule_id", "storage_id", name=op.f("pk_schedule_state")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_nopad_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("schedule_state", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_schedule_state_next_due"), ["next_due"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_schedule_state_storage_id"), ["storage_id"], unique=False
        )

    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_jobs_priority"), ["priority"], unique=False)
