"""Controllers, ports and disks."""

from __future__ import annotations

from sqlalchemy.orm import Mapped

from delfin import exception
from delfin.common import constants
from delfin.inventory.kind import (
    Resource,
    ResourceKind,
    big_number,
    choice,
    native_id,
    number,
    size,
    text,
)


class Controller(Resource):
    """A storage processor (node, director, canister) of the array."""

    __tablename__ = "controllers"

    native_controller_id: Mapped[str] = native_id("Controller id on the array")
    name: Mapped[str | None] = text("Controller name")
    status: Mapped[str | None] = choice("Health", constants.ControllerStatus.ALL)
    location: Mapped[str | None] = text("Where it sits")
    soft_version: Mapped[str | None] = text("Firmware it runs")
    cpu_info: Mapped[str | None] = text("Processor model")
    cpu_count: Mapped[int | None] = number("Number of processors")
    memory_size: Mapped[int | None] = size("Memory")
    mgmt_ip: Mapped[str | None] = text("Management address; traps of this controller come from it")


class Port(Resource):
    """A front-end, back-end or management port."""

    __tablename__ = "ports"

    native_port_id: Mapped[str] = native_id("Port id on the array")
    name: Mapped[str | None] = text("Port name")
    location: Mapped[str | None] = text("Where it sits")
    type: Mapped[str | None] = choice("Protocol", constants.PortType.ALL)
    logical_type: Mapped[str | None] = choice("Role", constants.PortLogicalType.ALL)
    connection_status: Mapped[str | None] = choice("Link", constants.PortConnectionStatus.ALL)
    health_status: Mapped[str | None] = choice("Health", constants.PortHealthStatus.ALL)
    native_parent_id: Mapped[str | None] = text("The controller or module it belongs to")
    speed: Mapped[int | None] = big_number("Speed in use", "bit/s")
    max_speed: Mapped[int | None] = big_number("Highest speed", "bit/s")
    wwn: Mapped[str | None] = text("World wide name or iSCSI name")
    mac_address: Mapped[str | None] = text("MAC address")
    ipv4: Mapped[str | None] = text("IPv4 address")
    ipv4_mask: Mapped[str | None] = text("IPv4 net mask")
    ipv6: Mapped[str | None] = text("IPv6 address")
    ipv6_mask: Mapped[str | None] = text("IPv6 prefix")


class Disk(Resource):
    """A physical drive, or what the array takes for one."""

    __tablename__ = "disks"

    native_disk_id: Mapped[str] = native_id("Disk id on the array")
    name: Mapped[str | None] = text("Disk name")
    physical_type: Mapped[str | None] = choice("Technology", constants.DiskPhysicalType.ALL)
    logical_type: Mapped[str | None] = choice("Role", constants.DiskLogicalType.ALL)
    status: Mapped[str | None] = choice("Health", constants.DiskStatus.ALL)
    location: Mapped[str | None] = text("Enclosure and slot")
    native_disk_group_id: Mapped[str | None] = text("The group it belongs to")
    serial_number: Mapped[str | None] = text("Serial number")
    manufacturer: Mapped[str | None] = text("Manufacturer")
    model: Mapped[str | None] = text("Model")
    firmware: Mapped[str | None] = text("Firmware")
    speed: Mapped[int | None] = number("Rotation", "rpm")
    capacity: Mapped[int | None] = size("Raw capacity")
    health_score: Mapped[int | None] = number("Health from 0 to 100", "%")


CONTROLLERS = ResourceKind(
    model=Controller,
    lister="list_controllers",
    missing=exception.ControllerNotFound,
    filters=("name", "status", "id", "storage_id", "native_controller_id"),
)
PORTS = ResourceKind(
    model=Port,
    lister="list_ports",
    missing=exception.PortNotFound,
    filters=(
        *("name", "id", "storage_id", "wwn", "native_port_id"),
        *("connection_status", "health_status"),
    ),
    impossible_filters=("status", "native_controller_id"),
)
DISKS = ResourceKind(
    model=Disk,
    lister="list_disks",
    missing=exception.DiskNotFound,
    filters=("name", "status", "id", "storage_id", "native_disk_id", "native_disk_group_id"),
)
