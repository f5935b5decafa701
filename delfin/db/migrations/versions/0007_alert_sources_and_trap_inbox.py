"""Alert sources and trap inbox."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from delfin.db import base

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "snmp_engines",
        sa.Column("engine_id", sa.String(length=64), nullable=False),
        sa.Column("boots", sa.BigInteger(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("engine_id", name=op.f("pk_snmp_engines")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_nopad_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("snmp_engines", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_snmp_engines_seen_at"), ["seen_at"], unique=False)

    op.create_table(
        "trap_receivers",
        sa.Column("receiver", sa.String(length=255), nullable=False),
        sa.Column("started_at", base.UtcDateTime(), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(), nullable=False),
        sa.Column("counts", base.Json(), nullable=False),
        sa.PrimaryKeyConstraint("receiver", name=op.f("pk_trap_receivers")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_nopad_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("trap_receivers", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_trap_receivers_updated_at"), ["updated_at"], unique=False
        )

    op.create_table(
        "alert_sources",
        sa.Column("storage_id", sa.String(length=36), nullable=False),
        sa.Column("host", sa.String(length=1024), nullable=False),
        sa.Column("version", sa.String(length=16), nullable=False),
        sa.Column("community_string", sa.Text(), nullable=True),
        sa.Column("username", sa.String(length=32), nullable=True),
        sa.Column("security_level", sa.String(length=16), nullable=True),
        sa.Column("auth_protocol", sa.String(length=16), nullable=True),
        sa.Column("auth_key", sa.Text(), nullable=True),
        sa.Column("privacy_protocol", sa.String(length=16), nullable=True),
        sa.Column("privacy_key", sa.Text(), nullable=True),
        sa.Column("engine_id", sa.String(length=64), nullable=True),
        sa.Column("context_name", sa.String(length=32), nullable=True),
        sa.Column("port", sa.Integer(), nullable=True),
        sa.Column("retry_num", sa.Integer(), nullable=True),
        sa.Column("expiration", sa.Integer(), nullable=True),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("created_at", base.UtcDateTime(), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["storage_id"],
            ["storages.id"],
            name=op.f("fk_alert_sources_storage_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("storage_id", name=op.f("pk_alert_sources")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_nopad_bin",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "trap_inbox",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("trap_key", sa.String(length=64), nullable=False),
        sa.Column("storage_id", sa.String(length=36), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("content", base.Json(), nullable=False),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["storage_id"],
            ["storages.id"],
            name=op.f("fk_trap_inbox_storage_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trap_inbox")),
        sa.UniqueConstraint("trap_key", name=op.f("uq_trap_inbox_trap_key")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_nopad_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("trap_inbox", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_trap_inbox_done_at_storage_id_id"),
            ["done_at", "storage_id", "id"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_trap_inbox_storage_id"), ["storage_id"], unique=False)

    op.create_table(
        "trap_lanes",
        sa.Column("storage_id", sa.String(length=36), nullable=False),
        sa.Column("owner", sa.String(length=255), nullable=True),
        sa.Column("leased_until", sa.BigInteger(), nullable=False),
        sa.Column("crashes", sa.Integer(), nullable=False),
        sa.Column("sync_asked_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["storage_id"],
            ["storages.id"],
            name=op.f("fk_trap_lanes_storage_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("storage_id", name=op.f("pk_trap_lanes")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_nopad_bin",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "alert_source_state",
        sa.Column("storage_id", sa.String(length=36), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("error", sa.String(length=1024), nullable=True),
        sa.Column("checked_at", base.UtcDateTime(), nullable=True),
        sa.Column("answered_at", base.UtcDateTime(), nullable=True),
        sa.Column("next_check", sa.BigInteger(), nullable=False),
        sa.Column("found_engine_id", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["storage_id"],
            ["alert_sources.storage_id"],
            name=op.f("fk_alert_source_state_storage_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("storage_id", name=op.f("pk_alert_source_state")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_nopad_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("alert_source_state", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_alert_source_state_found_engine_id"), ["found_engine_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_alert_source_state_next_check"), ["next_check"], unique=False
        )
