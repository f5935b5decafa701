"""Hosts, initiators, groups and masking views: who may reach what."""

from __future__ import annotations

from sqlalchemy.orm import Mapped

from delfin import exception
from delfin.common import constants
from delfin.inventory.kind import (
    Embed,
    Resource,
    ResourceKind,
    choice,
    member,
    native_id,
    ref,
    text,
)


class StorageHostInitiator(Resource):
    """The name under which a host port logs in."""

    __tablename__ = "storage_host_initiators"

    native_storage_host_initiator_id: Mapped[str] = native_id("Initiator id on the array")
    name: Mapped[str | None] = text("Initiator name")
    description: Mapped[str | None] = text("Free text")
    alias: Mapped[str | None] = text("Alias")
    wwn: Mapped[str | None] = text("World wide name or iSCSI name")
    status: Mapped[str | None] = choice("Login", constants.InitiatorStatus.ALL)
    type: Mapped[str | None] = choice("Protocol", constants.InitiatorType.ALL)
    native_storage_host_id: Mapped[str | None] = ref("storage_hosts", "The host it belongs to")


class StorageHost(Resource):
    """A computer that uses the array."""

    __tablename__ = "storage_hosts"

    native_storage_host_id: Mapped[str] = native_id("Host id on the array")
    name: Mapped[str | None] = text("Host name")
    description: Mapped[str | None] = text("Free text")
    os_type: Mapped[str | None] = choice("Operating system", constants.HostOSTypes.ALL)
    ip_address: Mapped[str | None] = text("Address")
    status: Mapped[str | None] = choice("Health", constants.HostStatus.ALL, ("unknown",))


class StorageHostGroup(Resource):
    """Hosts that are given the same access."""

    __tablename__ = "storage_host_groups"

    native_storage_host_group_id: Mapped[str] = native_id("Host group id on the array")
    name: Mapped[str | None] = text("Group name")
    description: Mapped[str | None] = text("Free text")


class PortGroup(Resource):
    """Array ports through which access is given."""

    __tablename__ = "port_groups"

    native_port_group_id: Mapped[str] = native_id("Port group id on the array")
    name: Mapped[str | None] = text("Group name")
    description: Mapped[str | None] = text("Free text")


class VolumeGroup(Resource):
    """Volumes that are given out together."""

    __tablename__ = "volume_groups"

    native_volume_group_id: Mapped[str] = native_id("Volume group id on the array")
    name: Mapped[str | None] = text("Group name")
    description: Mapped[str | None] = text("Free text")


class MaskingView(Resource):
    """Which host or host group sees which volume or volume group, through which ports."""

    __tablename__ = "masking_views"

    native_masking_view_id: Mapped[str] = native_id("Masking view id on the array")
    name: Mapped[str | None] = text("Masking view name")
    description: Mapped[str | None] = text("Free text")
    native_storage_host_group_id: Mapped[str | None] = ref("storage_host_groups", "Host group")
    native_volume_group_id: Mapped[str | None] = ref("volume_groups", "Volume group")
    native_port_group_id: Mapped[str | None] = ref("port_groups", "Port group")
    native_storage_host_id: Mapped[str | None] = ref("storage_hosts", "Host")
    native_volume_id: Mapped[str | None] = ref("volumes", "Volume")


class StorageHostGroupMember(Resource):
    """A host in a host group."""

    __tablename__ = "storage_host_grp_host_rels"

    native_storage_host_group_id: Mapped[str] = member("storage_host_groups", "The group")
    native_storage_host_id: Mapped[str] = member("storage_hosts", "The member host")


class PortGroupMember(Resource):
    """A port in a port group."""

    __tablename__ = "port_grp_port_rels"

    native_port_group_id: Mapped[str] = member("port_groups", "The group")
    native_port_id: Mapped[str] = member("ports", "The member port")


class VolumeGroupMember(Resource):
    """A volume in a volume group."""

    __tablename__ = "vol_grp_vol_rels"

    native_volume_group_id: Mapped[str] = member("volume_groups", "The group")
    native_volume_id: Mapped[str] = member("volumes", "The member volume")


HOST_INITIATORS = ResourceKind(
    model=StorageHostInitiator,
    lister="list_storage_host_initiators",
    missing=exception.StorageHostInitiatorNotFound,
    filters=(
        *("name", "status", "wwn", "id", "storage_id", "native_storage_host_id"),
        *("native_storage_host_initiator_id", "description", "alias"),
    ),
    nested=True,
)
HOSTS = ResourceKind(
    model=StorageHost,
    lister="list_storage_hosts",
    missing=exception.StorageHostNotFound,
    filters=(
        *("name", "status", "id", "storage_id", "native_storage_host_id"),
        *("description", "ip_address", "os_type"),
    ),
    nested=True,
    embed=Embed(
        "storage_host_initiators",
        StorageHostInitiator,
        by="native_storage_host_id",
        shows="native_storage_host_initiator_id",
    ),
)
HOST_GROUPS = ResourceKind(
    model=StorageHostGroup,
    lister="list_storage_host_groups",
    missing=exception.StorageHostGroupNotFound,
    filters=("name", "id", "storage_id", "native_storage_host_group_id", "description"),
    nested=True,
    embed=Embed(
        "storage_hosts",
        StorageHostGroupMember,
        by="native_storage_host_group_id",
        shows="native_storage_host_id",
        written=True,
    ),
)
PORT_GROUPS = ResourceKind(
    model=PortGroup,
    lister="list_port_groups",
    missing=exception.PortGroupNotFound,
    filters=("name", "id", "storage_id", "native_port_group_id", "description"),
    nested=True,
    embed=Embed(
        "ports", PortGroupMember, by="native_port_group_id", shows="native_port_id", written=True
    ),
)
VOLUME_GROUPS = ResourceKind(
    model=VolumeGroup,
    lister="list_volume_groups",
    missing=exception.VolumeGroupNotFound,
    filters=("name", "id", "storage_id", "native_volume_group_id", "description"),
    nested=True,
    embed=Embed(
        "volumes",
        VolumeGroupMember,
        by="native_volume_group_id",
        shows="native_volume_id",
        written=True,
    ),
)
MASKING_VIEWS = ResourceKind(
    model=MaskingView,
    lister="list_masking_views",
    missing=exception.MaskingViewNotFound,
    filters=(
        *("name", "id", "storage_id", "native_storage_host_group_id", "native_storage_host_id"),
        *("native_volume_id", "native_masking_view_id", "description"),
        *("native_volume_group_id", "native_port_group_id"),
    ),
    impossible_filters=("native_storage_port_group_id", "native_storage_volume_group_id"),
    nested=True,
)
