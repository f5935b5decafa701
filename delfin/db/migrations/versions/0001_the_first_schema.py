"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from delfin.db import base

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "storages",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=True),
        sa.Column("description", sa.String(length=255), nullable=True),
        sa.Column("location", sa.String(length=255), nullable=True),
        sa.Column("status", sa.String(length=255), nullable=True),
        sa.Column("vendor", sa.String(length=255), nullable=True),
        sa.Column("model", sa.String(length=255), nullable=True),
        sa.Column("serial_number", sa.String(length=255), nullable=True),
        sa.Column("firmware_version", sa.String(length=255), nullable=True),
        sa.Column("total_capacity", sa.BigInteger(), nullable=True),
        sa.Column("used_capacity", sa.BigInteger(), nullable=True),
        sa.Column("free_capacity", sa.BigInteger(), nullable=True),
        sa.Column("raw_capacity", sa.BigInteger(), nullable=True),
        sa.Column("subscribed_capacity", sa.BigInteger(), nullable=True),
        sa.Column("live_serial", sa.String(length=255), nullable=True),
        sa.Column("last_sync", base.Json(), nullable=True),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("deleted_at", base.UtcDateTime(), nullable=True),
        sa.Column("created_at", base.UtcDateTime(), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_storages")),
        sa.UniqueConstraint("live_serial", name=op.f("uq_storages_live_serial")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_nopad_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("storages", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_storages_model"), ["model"], unique=False)
        batch_op.create_index(batch_op.f("ix_storages_name"), ["name"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_storages_serial_number"), ["serial_number"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_storages_status"), ["status"], unique=False)
        batch_op.create_index(batch_op.f("ix_storages_vendor"), ["vendor"], unique=False)

    op.create_table(
        "access_info",
        sa.Column("storage_id", sa.String(length=36), nullable=False),
        sa.Column("storage_name", sa.String(length=255), nullable=True),
        sa.Column("name", sa.String(length=255), nullable=True),
        sa.Column("description", sa.String(length=255), nullable=True),
        sa.Column("vendor", sa.String(length=255), nullable=False),
        sa.Column("model", sa.String(length=255), nullable=False),
        sa.Column("rest", base.Json(), nullable=True),
        sa.Column("ssh", base.Json(), nullable=True),
        sa.Column("cli", base.Json(), nullable=True),
        sa.Column("smis", base.Json(), nullable=True),
        sa.Column("extra_attributes", base.Json(), nullable=True),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("created_at", base.UtcDateTime(), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["storage_id"],
            ["storages.id"],
            name=op.f("fk_access_info_storage_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("storage_id", name=op.f("pk_access_info")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_nopad_bin",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "capacity_history",
        sa.Column("storage_id", sa.String(length=36), nullable=False),
        sa.Column("native_storage_pool_id", sa.String(length=255), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("total_capacity", sa.BigInteger(), nullable=True),
        sa.Column("used_capacity", sa.BigInteger(), nullable=True),
        sa.Column("free_capacity", sa.BigInteger(), nullable=True),
        sa.Column("subscribed_capacity", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["storage_id"],
            ["storages.id"],
            name=op.f("fk_capacity_history_storage_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "storage_id", "native_storage_pool_id", "day", name=op.f("pk_capacity_history")
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_nopad_bin",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "controllers",
        sa.Column("native_controller_id", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=True),
        sa.Column("status", sa.String(length=255), nullable=True),
        sa.Column("location", sa.String(length=255), nullable=True),
        sa.Column("soft_version", sa.String(length=255), nullable=True),
        sa.Column("cpu_info", sa.String(length=255), nullable=True),
        sa.Column("cpu_count", sa.Integer(), nullable=True),
        sa.Column("memory_size", sa.BigInteger(), nullable=True),
        sa.Column("mgmt_ip", sa.String(length=255), nullable=True),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("storage_id", sa.String(length=36), nullable=False),
        sa.Column("created_at", base.UtcDateTime(), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["storage_id"],
            ["storages.id"],
            name=op.f("fk_controllers_storage_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_controllers")),
        sa.UniqueConstraint(
            "storage_id",
            "native_controller_id",
            name=op.f("uq_controllers_storage_id_native_controller_id"),
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_nopad_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("controllers", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_controllers_created_at_id"), ["created_at", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_controllers_name"), ["name"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_controllers_native_controller_id"),
            ["native_controller_id"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_controllers_status"), ["status"], unique=False)

    op.create_table(
        "disks",
        sa.Column("native_disk_id", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=True),
        sa.Column("physical_type", sa.String(length=255), nullable=True),
        sa.Column("logical_type", sa.String(length=255), nullable=True),
        sa.Column("status", sa.String(length=255), nullable=True),
        sa.Column("location", sa.String(length=255), nullable=True),
        sa.Column("native_disk_group_id", sa.String(length=255), nullable=True),
        sa.Column("serial_number", sa.String(length=255), nullable=True),
        sa.Column("manufacturer", sa.String(length=255), nullable=True),
        sa.Column("model", sa.String(length=255), nullable=True),
        sa.Column("firmware", sa.String(length=255), nullable=True),
        sa.Column("speed", sa.Integer(), nullable=True),
        sa.Column("capacity", sa.BigInteger(), nullable=True),
        sa.Column("health_score", sa.Integer(), nullable=True),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("storage_id", sa.String(length=36), nullable=False),
        sa.Column("created_at", base.UtcDateTime(), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["storage_id"], ["storages.id"], name=op.f("fk_disks_storage_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disks")),
        sa.UniqueConstraint(
            "storage_id", "native_disk_id", name=op.f("uq_disks_storage_id_native_disk_id")
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_nopad_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("disks", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_disks_created_at_id"), ["created_at", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_disks_name"), ["name"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_disks_native_disk_group_id"), ["native_disk_group_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_disks_native_disk_id"), ["native_disk_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_disks_status"), ["status"], unique=False)

    op.create_table(
        "filesystems",
        sa.Column("native_filesystem_id", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=True),
        sa.Column("type", sa.String(length=255), nullable=True),
        sa.Column("status", sa.String(length=255), nullable=True),
        sa.Column("native_pool_id", sa.String(length=255), nullable=True),
        sa.Column("security_mode", sa.String(length=255), nullable=True),
        sa.Column("total_capacity", sa.BigInteger(), nullable=True),
        sa.Column("used_capacity", sa.BigInteger(), nullable=True),
        sa.Column("free_capacity", sa.BigInteger(), nullable=True),
        sa.Column("compressed", sa.Boolean(), nullable=True),
        sa.Column("deduplicated", sa.Boolean(), nullable=True),
        sa.Column("worm", sa.String(length=255), nullable=True),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("storage_id", sa.String(length=36), nullable=False),
        sa.Column("created_at", base.UtcDateTime(), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["storage_id"],
            ["storages.id"],
            name=op.f("fk_filesystems_storage_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filesystems")),
        sa.UniqueConstraint(
            "storage_id",
            "native_filesystem_id",
            name=op.f("uq_filesystems_storage_id_native_filesystem_id"),
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_nopad_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("filesystems", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_filesystems_created_at_id"), ["created_at", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_filesystems_name"), ["name"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_filesystems_native_filesystem_id"),
            ["native_filesystem_id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_filesystems_native_pool_id"), ["native_pool_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_filesystems_security_mode"), ["security_mode"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_filesystems_status"), ["status"], unique=False)

    op.create_table(
        "jobs",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("storage_id", sa.String(length=36), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.BigInteger(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("crashes", sa.Integer(), nullable=False),
        sa.Column("payload", base.Json(), nullable=False),
        sa.Column("result", base.Json(), nullable=True),
        sa.Column("lease_owner", sa.String(length=255), nullable=True),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("active_key", sa.String(length=128), nullable=True),
        sa.Column("running_key", sa.String(length=128), nullable=True),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.Column("created_at", base.UtcDateTime(), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["storage_id"], ["storages.id"], name=op.f("fk_jobs_storage_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sa.UniqueConstraint("active_key", name=op.f("uq_jobs_active_key")),
        sa.UniqueConstraint("running_key", name=op.f("uq_jobs_running_key")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_nopad_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_jobs_created_at_id"), ["created_at", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_jobs_kind"), ["kind"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_jobs_state_not_before"), ["state", "not_before"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_jobs_storage_id_kind"), ["storage_id", "kind"], unique=False
        )

    op.create_table(
        "kind_state",
        sa.Column("storage_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("supported", sa.Boolean(), nullable=True),
        sa.Column("row_count", sa.BigInteger(), nullable=True),
        sa.Column("last_success", base.UtcDateTime(), nullable=True),
        sa.Column("last_attempt", base.UtcDateTime(), nullable=False),
        sa.Column("error_code", sa.String(length=64), nullable=True),
        sa.Column("error_msg", sa.String(length=1024), nullable=True),
        sa.Column("doubted_at", base.UtcDateTime(), nullable=True),
        sa.Column("doubted_rows", sa.BigInteger(), nullable=True),
        sa.Column("notes", base.Json(), nullable=True),
        sa.ForeignKeyConstraint(
            ["storage_id"],
            ["storages.id"],
            name=op.f("fk_kind_state_storage_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("storage_id", "kind", name=op.f("pk_kind_state")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_nopad_bin",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "masking_views",
        sa.Column("native_masking_view_id", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=True),
        sa.Column("description", sa.String(length=255), nullable=True),
        sa.Column("native_storage_host_group_id", sa.String(length=255), nullable=True),
        sa.Column("native_volume_group_id", sa.String(length=255), nullable=True),
        sa.Column("native_port_group_id", sa.String(length=255), nullable=True),
        sa.Column("native_storage_host_id", sa.String(length=255), nullable=True),
        sa.Column("native_volume_id", sa.String(length=255), nullable=True),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("storage_id", sa.String(length=36), nullable=False),
        sa.Column("created_at", base.UtcDateTime(), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["storage_id"],
            ["storages.id"],
            name=op.f("fk_masking_views_storage_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_masking_views")),
        sa.UniqueConstraint(
            "storage_id",
            "native_masking_view_id",
            name=op.f("uq_masking_views_storage_id_native_masking_view_id"),
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_nopad_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("masking_views", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_masking_views_created_at_id"), ["created_at", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_masking_views_description"), ["description"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_masking_views_name"), ["name"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_masking_views_native_masking_view_id"),
            ["native_masking_view_id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_masking_views_native_port_group_id"),
            ["native_port_group_id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_masking_views_native_storage_host_group_id"),
            ["native_storage_host_group_id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_masking_views_native_storage_host_id"),
            ["native_storage_host_id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_masking_views_native_volume_group_id"),
            ["native_volume_group_id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_masking_views_native_volume_id"), ["native_volume_id"], unique=False
        )

    op.create_table(
        "port_groups",
        sa.Column("native_port_group_id", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=True),
        sa.Column("description", sa.String(length=255), nullable=True),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("storage_id", sa.String(length=36), nullable=False),
        sa.Column("created_at", base.UtcDateTime(), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["storage_id"],
            ["storages.id"],
            name=op.f("fk_port_groups_storage_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_port_groups")),
        sa.UniqueConstraint(
            "storage_id",
            "native_port_group_id",
            name=op.f("uq_port_groups_storage_id_native_port_group_id"),
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_nopad_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("port_groups", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_port_groups_created_at_id"), ["created_at", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_port_groups_description"), ["description"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_port_groups_name"), ["name"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_port_groups_native_port_group_id"),
            ["native_port_group_id"],
            unique=False,
        )

    op.create_table(
        "port_grp_port_rels",
        sa.Column("native_port_group_id", sa.String(length=255), nullable=False),
        sa.Column("native_port_id", sa.String(length=255), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("storage_id", sa.String(length=36), nullable=False),
        sa.Column("created_at", base.UtcDateTime(), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["storage_id"],
            ["storages.id"],
            name=op.f("fk_port_grp_port_rels_storage_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_port_grp_port_rels")),
        sa.UniqueConstraint(
            "storage_id",
            "native_port_group_id",
            "native_port_id",
            name=op.f("uq_port_grp_port_rels_storage_id_native_port_group_id_native_port_id"),
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_nopad_bin",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "ports",
        sa.Column("native_port_id", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=True),
        sa.Column("location", sa.String(length=255), nullable=True),
        sa.Column("type", sa.String(length=255), nullable=True),
        sa.Column("logical_type", sa.String(length=255), nullable=True),
        sa.Column("connection_status", sa.String(length=255), nullable=True),
        sa.Column("health_status", sa.String(length=255), nullable=True),
        sa.Column("native_parent_id", sa.String(length=255), nullable=True),
        sa.Column("speed", sa.BigInteger(), nullable=True),
        sa.Column("max_speed", sa.BigInteger(), nullable=True),
        sa.Column("wwn", sa.String(length=255), nullable=True),
        sa.Column("mac_address", sa.String(length=255), nullable=True),
        sa.Column("ipv4", sa.String(length=255), nullable=True),
        sa.Column("ipv4_mask", sa.String(length=255), nullable=True),
        sa.Column("ipv6", sa.String(length=255), nullable=True),
        sa.Column("ipv6_mask", sa.String(length=255), nullable=True),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("storage_id", sa.String(length=36), nullable=False),
        sa.Column("created_at", base.UtcDateTime(), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["storage_id"], ["storages.id"], name=op.f("fk_ports_storage_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ports")),
        sa.UniqueConstraint(
            "storage_id", "native_port_id", name=op.f("uq_ports_storage_id_native_port_id")
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_nopad_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("ports", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_ports_connection_status"), ["connection_status"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_ports_created_at_id"), ["created_at", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_ports_health_status"), ["health_status"], unique=False)
        batch_op.create_index(batch_op.f("ix_ports_name"), ["name"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_ports_native_port_id"), ["native_port_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_ports_wwn"), ["wwn"], unique=False)

    op.create_table(
        "qtrees",
        sa.Column("native_qtree_id", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=True),
        sa.Column("path", sa.String(length=255), nullable=True),
        sa.Column("native_filesystem_id", sa.String(length=255), nullable=True),
        sa.Column("security_mode", sa.String(length=255), nullable=True),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("storage_id", sa.String(length=36), nullable=False),
        sa.Column("created_at", base.UtcDateTime(), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["storage_id"], ["storages.id"], name=op.f("fk_qtrees_storage_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_qtrees")),
        sa.UniqueConstraint(
            "storage_id", "native_qtree_id", name=op.f("uq_qtrees_storage_id_native_qtree_id")
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_nopad_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("qtrees", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_qtrees_created_at_id"), ["created_at", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_qtrees_name"), ["name"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_qtrees_native_filesystem_id"), ["native_filesystem_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_qtrees_native_qtree_id"), ["native_qtree_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_qtrees_security_mode"), ["security_mode"], unique=False
        )

    op.create_table(
        "quotas",
        sa.Column("native_quota_id", sa.String(length=255), nullable=False),
        sa.Column("type", sa.String(length=255), nullable=True),
        sa.Column("native_filesystem_id", sa.String(length=255), nullable=True),
        sa.Column("native_qtree_id", sa.String(length=255), nullable=True),
        sa.Column("capacity_hard_limit", sa.BigInteger(), nullable=True),
        sa.Column("capacity_soft_limit", sa.BigInteger(), nullable=True),
        sa.Column("file_hard_limit", sa.BigInteger(), nullable=True),
        sa.Column("file_soft_limit", sa.BigInteger(), nullable=True),
        sa.Column("file_count", sa.BigInteger(), nullable=True),
        sa.Column("used_capacity", sa.BigInteger(), nullable=True),
        sa.Column("user_group_name", sa.String(length=255), nullable=True),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("storage_id", sa.String(length=36), nullable=False),
        sa.Column("created_at", base.UtcDateTime(), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["storage_id"], ["storages.id"], name=op.f("fk_quotas_storage_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quotas")),
        sa.UniqueConstraint(
            "storage_id", "native_quota_id", name=op.f("uq_quotas_storage_id_native_quota_id")
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_nopad_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("quotas", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_quotas_created_at_id"), ["created_at", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_quotas_native_filesystem_id"), ["native_filesystem_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_quotas_native_qtree_id"), ["native_qtree_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_quotas_native_quota_id"), ["native_quota_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_quotas_type"), ["type"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_quotas_user_group_name"), ["user_group_name"], unique=False
        )

    op.create_table(
        "shares",
        sa.Column("native_share_id", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=True),
        sa.Column("path", sa.String(length=255), nullable=True),
        sa.Column("native_filesystem_id", sa.String(length=255), nullable=True),
        sa.Column("native_qtree_id", sa.String(length=255), nullable=True),
        sa.Column("protocol", sa.String(length=255), nullable=True),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("storage_id", sa.String(length=36), nullable=False),
        sa.Column("created_at", base.UtcDateTime(), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["storage_id"], ["storages.id"], name=op.f("fk_shares_storage_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shares")),
        sa.UniqueConstraint(
            "storage_id", "native_share_id", name=op.f("uq_shares_storage_id_native_share_id")
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_nopad_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("shares", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_shares_created_at_id"), ["created_at", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_shares_name"), ["name"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_shares_native_filesystem_id"), ["native_filesystem_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_shares_native_qtree_id"), ["native_qtree_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_shares_native_share_id"), ["native_share_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_shares_protocol"), ["protocol"], unique=False)

    op.create_table(
        "storage_host_groups",
        sa.Column("native_storage_host_group_id", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=True),
        sa.Column("description", sa.String(length=255), nullable=True),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("storage_id", sa.String(length=36), nullable=False),
        sa.Column("created_at", base.UtcDateTime(), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["storage_id"],
            ["storages.id"],
            name=op.f("fk_storage_host_groups_storage_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_storage_host_groups")),
        sa.UniqueConstraint(
            "storage_id",
            "native_storage_host_group_id",
            name=op.f("uq_storage_host_groups_storage_id_native_storage_host_group_id"),
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_nopad_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("storage_host_groups", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_storage_host_groups_created_at_id"), ["created_at", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_storage_host_groups_description"), ["description"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_storage_host_groups_name"), ["name"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_storage_host_groups_native_storage_host_group_id"),
            ["native_storage_host_group_id"],
            unique=False,
        )

    op.create_table(
        "storage_host_grp_host_rels",
        sa.Column("native_storage_host_group_id", sa.String(length=255), nullable=False),
        sa.Column("native_storage_host_id", sa.String(length=255), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("storage_id", sa.String(length=36), nullable=False),
        sa.Column("created_at", base.UtcDateTime(), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["storage_id"],
            ["storages.id"],
            name=op.f("fk_storage_host_grp_host_rels_storage_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_storage_host_grp_host_rels")),
        sa.UniqueConstraint(
            "storage_id",
            "native_storage_host_group_id",
            "native_storage_host_id",
            name=op.f(
                "uq_storage_host_grp_host_rels_storage_id_native_storage_host_group_id_native_storage_host_id"
            ),
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_nopad_bin",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "storage_host_initiators",
        sa.Column("native_storage_host_initiator_id", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=True),
        sa.Column("description", sa.String(length=255), nullable=True),
        sa.Column("alias", sa.String(length=255), nullable=True),
        sa.Column("wwn", sa.String(length=255), nullable=True),
        sa.Column("status", sa.String(length=255), nullable=True),
        sa.Column("type", sa.String(length=255), nullable=True),
        sa.Column("native_storage_host_id", sa.String(length=255), nullable=True),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("storage_id", sa.String(length=36), nullable=False),
        sa.Column("created_at", base.UtcDateTime(), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["storage_id"],
            ["storages.id"],
            name=op.f("fk_storage_host_initiators_storage_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_storage_host_initiators")),
        sa.UniqueConstraint(
            "storage_id",
            "native_storage_host_initiator_id",
            name=op.f("uq_storage_host_initiators_storage_id_native_storage_host_initiator_id"),
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_nopad_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("storage_host_initiators", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_storage_host_initiators_alias"), ["alias"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_storage_host_initiators_created_at_id"),
            ["created_at", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_storage_host_initiators_description"), ["description"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_storage_host_initiators_name"), ["name"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_storage_host_initiators_native_storage_host_id"),
            ["native_storage_host_id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_storage_host_initiators_native_storage_host_initiator_id"),
            ["native_storage_host_initiator_id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_storage_host_initiators_status"), ["status"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_storage_host_initiators_wwn"), ["wwn"], unique=False)

    op.create_table(
        "storage_hosts",
        sa.Column("native_storage_host_id", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=True),
        sa.Column("description", sa.String(length=255), nullable=True),
        sa.Column("os_type", sa.String(length=255), nullable=True),
        sa.Column("ip_address", sa.String(length=255), nullable=True),
        sa.Column("status", sa.String(length=255), nullable=True),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("storage_id", sa.String(length=36), nullable=False),
        sa.Column("created_at", base.UtcDateTime(), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["storage_id"],
            ["storages.id"],
            name=op.f("fk_storage_hosts_storage_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_storage_hosts")),
        sa.UniqueConstraint(
            "storage_id",
            "native_storage_host_id",
            name=op.f("uq_storage_hosts_storage_id_native_storage_host_id"),
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_nopad_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("storage_hosts", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_storage_hosts_created_at_id"), ["created_at", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_storage_hosts_description"), ["description"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_storage_hosts_ip_address"), ["ip_address"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_storage_hosts_name"), ["name"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_storage_hosts_native_storage_host_id"),
            ["native_storage_host_id"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_storage_hosts_os_type"), ["os_type"], unique=False)
        batch_op.create_index(batch_op.f("ix_storage_hosts_status"), ["status"], unique=False)

    op.create_table(
        "storage_pools",
        sa.Column("native_storage_pool_id", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=True),
        sa.Column("description", sa.String(length=255), nullable=True),
        sa.Column("storage_type", sa.String(length=255), nullable=True),
        sa.Column("status", sa.String(length=255), nullable=True),
        sa.Column("total_capacity", sa.BigInteger(), nullable=True),
        sa.Column("used_capacity", sa.BigInteger(), nullable=True),
        sa.Column("free_capacity", sa.BigInteger(), nullable=True),
        sa.Column("subscribed_capacity", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("storage_id", sa.String(length=36), nullable=False),
        sa.Column("created_at", base.UtcDateTime(), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["storage_id"],
            ["storages.id"],
            name=op.f("fk_storage_pools_storage_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_storage_pools")),
        sa.UniqueConstraint(
            "storage_id",
            "native_storage_pool_id",
            name=op.f("uq_storage_pools_storage_id_native_storage_pool_id"),
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_nopad_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("storage_pools", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_storage_pools_created_at_id"), ["created_at", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_storage_pools_name"), ["name"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_storage_pools_native_storage_pool_id"),
            ["native_storage_pool_id"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_storage_pools_status"), ["status"], unique=False)

    op.create_table(
        "vol_grp_vol_rels",
        sa.Column("native_volume_group_id", sa.String(length=255), nullable=False),
        sa.Column("native_volume_id", sa.String(length=255), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("storage_id", sa.String(length=36), nullable=False),
        sa.Column("created_at", base.UtcDateTime(), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["storage_id"],
            ["storages.id"],
            name=op.f("fk_vol_grp_vol_rels_storage_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vol_grp_vol_rels")),
        sa.UniqueConstraint(
            "storage_id",
            "native_volume_group_id",
            "native_volume_id",
            name=op.f("uq_vol_grp_vol_rels_storage_id_native_volume_group_id_native_volume_id"),
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_nopad_bin",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "volume_groups",
        sa.Column("native_volume_group_id", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=True),
        sa.Column("description", sa.String(length=255), nullable=True),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("storage_id", sa.String(length=36), nullable=False),
        sa.Column("created_at", base.UtcDateTime(), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["storage_id"],
            ["storages.id"],
            name=op.f("fk_volume_groups_storage_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_volume_groups")),
        sa.UniqueConstraint(
            "storage_id",
            "native_volume_group_id",
            name=op.f("uq_volume_groups_storage_id_native_volume_group_id"),
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_nopad_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("volume_groups", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_volume_groups_created_at_id"), ["created_at", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_volume_groups_description"), ["description"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_volume_groups_name"), ["name"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_volume_groups_native_volume_group_id"),
            ["native_volume_group_id"],
            unique=False,
        )

    op.create_table(
        "volumes",
        sa.Column("native_volume_id", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=True),
        sa.Column("description", sa.String(length=255), nullable=True),
        sa.Column("type", sa.String(length=255), nullable=True),
        sa.Column("status", sa.String(length=255), nullable=True),
        sa.Column("native_storage_pool_id", sa.String(length=255), nullable=True),
        sa.Column("wwn", sa.String(length=255), nullable=True),
        sa.Column("total_capacity", sa.BigInteger(), nullable=True),
        sa.Column("used_capacity", sa.BigInteger(), nullable=True),
        sa.Column("free_capacity", sa.BigInteger(), nullable=True),
        sa.Column("compressed", sa.Boolean(), nullable=True),
        sa.Column("deduplicated", sa.Boolean(), nullable=True),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("storage_id", sa.String(length=36), nullable=False),
        sa.Column("created_at", base.UtcDateTime(), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["storage_id"], ["storages.id"], name=op.f("fk_volumes_storage_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_volumes")),
        sa.UniqueConstraint(
            "storage_id", "native_volume_id", name=op.f("uq_volumes_storage_id_native_volume_id")
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_nopad_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("volumes", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_volumes_created_at_id"), ["created_at", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_volumes_name"), ["name"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_volumes_native_storage_pool_id"),
            ["native_storage_pool_id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_volumes_native_volume_id"), ["native_volume_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_volumes_status"), ["status"], unique=False)
        batch_op.create_index(batch_op.f("ix_volumes_wwn"), ["wwn"], unique=False)
