"""Short history of performance, and what exporters of resources have delivered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

from delfin.db import base

revision = "0011"
down_revision = "0010"

_PACKED = sa.LargeBinary().with_variant(mysql.MEDIUMBLOB(), "mysql", "mariadb")
_OPTIONS = {
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_nopad_bin",
    "mysql_engine": "InnoDB",
}


def upgrade() -> None:
    op.create_table(
        "metric_histories",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("storage_id", sa.String(length=36), nullable=False),
        sa.Column("newest", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["storage_id"],
            ["storages.id"],
            name=op.f("fk_metric_histories_storage_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_metric_histories")),
        sa.UniqueConstraint("storage_id", name=op.f("uq_metric_histories_storage_id")),
        **_OPTIONS,
    )
    op.create_table(
        "metric_names",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_metric_names")),
        sa.UniqueConstraint("name", "unit", name=op.f("uq_metric_names_name_unit")),
        **_OPTIONS,
    )
    op.create_table(
        "metric_resources",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("history_id", sa.Integer(), nullable=False),
        sa.Column("resource_type", sa.String(length=64), nullable=False),
        sa.Column("resource_id", sa.String(length=255), nullable=False),
        sa.Column("resource_name", sa.String(length=255), nullable=False),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        _of_history("metric_resources"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_metric_resources")),
        sa.UniqueConstraint(
            "history_id",
            "resource_type",
            "resource_id",
            name=op.f("uq_metric_resources_history_id_resource_type_resource_id"),
        ),
        **_OPTIONS,
    )
    for table in ("metric_blocks", "metric_hours"):
        op.create_table(
            table,
            sa.Column("history_id", sa.Integer(), nullable=False),
            sa.Column("start", sa.BigInteger(), nullable=False),
            sa.Column("resource", sa.Integer(), autoincrement=False, nullable=False),
            sa.Column("data", _PACKED, nullable=False),
            _of_history(table),
            sa.PrimaryKeyConstraint("history_id", "start", "resource", name=op.f(f"pk_{table}")),
            **_OPTIONS,
        )
    op.create_table(
        "metric_hours_due",
        sa.Column("history_id", sa.Integer(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("touched", sa.Integer(), nullable=False),
        _of_history("metric_hours_due"),
        sa.PrimaryKeyConstraint("history_id", "start", name=op.f("pk_metric_hours_due")),
        **_OPTIONS,
    )
    op.create_table(
        "exported_storages",
        sa.Column("exporter", sa.String(length=64), nullable=False),
        sa.Column("digests", _PACKED, nullable=False),
        sa.PrimaryKeyConstraint("exporter", name=op.f("pk_exported_storages")),
        **_OPTIONS,
    )
    op.create_table(
        "exported_kinds",
        sa.Column("exporter", sa.String(length=64), nullable=False),
        sa.Column("storage_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("reading", base.UtcDateTime(), nullable=True),
        sa.Column("digests", _PACKED, nullable=False),
        sa.ForeignKeyConstraint(
            ["storage_id"],
            ["storages.id"],
            name=op.f("fk_exported_kinds_storage_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("exporter", "storage_id", "kind", name=op.f("pk_exported_kinds")),
        **_OPTIONS,
    )
    with op.batch_alter_table("exported_kinds", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_exported_kinds_storage_id"), ["storage_id"], unique=False
        )


def _of_history(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["history_id"],
        ["metric_histories.id"],
        name=op.f(f"fk_{table}_history_id"),
        ondelete="CASCADE",
    )
