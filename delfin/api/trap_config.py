"""Has arrays send their traps to our receivers, or stop."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

from delfin import exception
from delfin.api.exchange import Answer, Request
from delfin.api.parts import ApiParts
from delfin.common.redaction import conceal
from delfin.db import services, storages, trap_inbox
from delfin.db.snmp_secrets import sealed_in_transit

Row = dict[str, Any]

RECEIVING = ("delfin-alert", "delfin-standalone")
_PORT = 162


def add(parts: ApiParts, request: Request) -> Answer:
    """Makes the array send its traps to every receiver of ours."""
    return _configure(parts, request, "add_trap_config")


def remove(parts: ApiParts, request: Request) -> Answer:
    """Makes it stop."""
    return _configure(parts, request, "remove_trap_config")


def _configure(parts: ApiParts, request: Request, name: str) -> Answer:
    storage_id, config = request.ids["storage_id"], {"version": "SNMPv2c", **request.body}
    with parts.database.reader() as session:
        storages.get(session, storage_id)
    targets = list(parts.conf.alerts.trap_targets) or _live(parts)
    if not targets:
        raise exception.InvalidInput(
            "no receiver of traps is there, and [alerts] trap_targets names none"
        )
    if "community_string" in config:
        plain = config["community_string"]
        conceal(plain)
        config["community_string"] = sealed_in_transit(parts.keyring, storage_id, plain)
    told = [dict(zip(("host", "port"), _address(target), strict=True)) for target in targets]
    parts.calls.ask(storage_id, name, config=config, targets=told)
    return Answer({"targets": targets})


def _live(parts: ApiParts) -> list[str]:
    """Where the processes listen that receive traps now, as this node resolves their hosts.

    All of them are taken to listen on the port that this process is configured with.
    """
    with parts.database.reader() as session:
        nodes = services.nodes_of(session, RECEIVING, parts.conf.service_down_time)
        listening = {row.receiver.rpartition(":")[0] for row in trap_inbox.receivers(session)}
    hosts = dict.fromkeys(_outward(node) for node in nodes if node in listening)
    port = parts.conf.trap_receiver_port
    return [host if port == _PORT else _with_port(host, port) for host in hosts]


def _outward(node: str) -> str:
    """An address of the node that others can reach; its name, where only loopback is known."""
    try:
        found = socket.getaddrinfo(node, None, type=socket.SOCK_DGRAM)
    except (OSError, UnicodeError):
        return node
    addresses = [ipaddress.ip_address(str(one[4][0]).partition("%")[0]) for one in found]
    outward = [one for one in addresses if not one.is_loopback and not one.is_link_local]
    return str(min(outward, key=lambda one: one.version)) if outward else node


def _with_port(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _address(target: str) -> tuple[str, int]:
    """Host and port of 'host', 'host:port' or '[IPv6]:port'."""
    host, colon, port = target.rpartition(":")
    if colon and port.isdigit() and (":" not in host or host.endswith("]")):
        return host.strip("[]"), int(port)
    return target.strip("[]"), _PORT
