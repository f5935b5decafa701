"""Sends alerts on as SNMP traps or informs, versions 2c and 3."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from oslo_config import cfg
from pysnmp.hlapi.v3arch.asyncio import (
    CommunityData,
    ContextData,
    NotificationType,
    ObjectIdentity,
    SnmpEngine,
    Udp6TransportTarget,
    UdpTransportTarget,
    UsmUserData,
    send_notification,
)
from pysnmp.proto.rfc1902 import Counter64, OctetString

from delfin.common.constants import AUTH_PROTOCOL_MAP, PRIVACY_PROTOCOL_MAP
from delfin.exporter.base_exporter import BaseExporter

Alert = dict[str, Any]

# The trap is <enterprise>.0.1 for a fault or an event, <enterprise>.0.2 for a recovery. Its
# variables are <enterprise>.1.<place in this list, from 1>.
VARIABLES = (
    *("id", "change", "category", "severity", "type", "alert_id", "alert_name"),
    *("sequence_number", "description", "resource_type", "location", "storage_id"),
    *("storage_name", "vendor", "model", "serial_number", "occur_time"),
)
# Some receivers refuse datagrams of more than about 1500 bytes.
_LONGEST_TEXT = 255
_INFORM_RETRIES = 2
# The count has 31 bits; this leaves room until the year 2091.
_BOOTS_FROM = 1_700_000_000


class SnmpTrapExporter(BaseExporter):
    """One trap for each change of an alert."""

    def __init__(self, options: Any, timeout: float) -> None:
        """'options' is the option group [exporter_snmp_trap]; 'timeout' of a delivery in seconds."""
        self._options = options
        self._timeout = timeout
        if options.inform:
            # What was confirmed is not sent again because the next one was not.
            self.batch_limit = 1

    @classmethod
    def of(cls, conf: cfg.ConfigOpts) -> SnmpTrapExporter:
        options = conf.exporter_snmp_trap
        if options.version == "3" and not options.username:
            raise ValueError("[exporter_snmp_trap] username is not set")
        return cls(options, conf.exporters.timeout)

    def dispatch(self, ctxt: Any, data: list[Alert]) -> None:  # noqa: ARG002 - the SDK's form
        asyncio.run(self._send(data))

    async def _send(self, alerts: list[Alert]) -> None:
        options = self._options
        engine_id = OctetString(hexValue=options.engine_id) if options.engine_id else None
        engine = _engine(engine_id)
        try:
            target = await self._target()
            for alert in alerts:
                problem, status, _, _ = await send_notification(
                    engine,
                    self._authority(engine_id),
                    target,
                    ContextData(),
                    "inform" if options.inform else "trap",
                    notification(alert, options.enterprise_oid),
                )
                if problem or status:
                    raise OSError(f"SNMP: {problem or status}")
        finally:
            engine.close_dispatcher()

    async def _target(self) -> UdpTransportTarget | Udp6TransportTarget:
        kind = Udp6TransportTarget if ":" in self._options.host else UdpTransportTarget
        address = (self._options.host, self._options.port)
        waits = self._timeout * 0.8 / (_INFORM_RETRIES + 1)
        return await kind.create(address, timeout=waits, retries=_INFORM_RETRIES)

    def _authority(self, engine_id: OctetString | None) -> CommunityData | UsmUserData:
        options = self._options
        if options.version == "2c":
            return CommunityData(options.community)
        return UsmUserData(
            options.username,
            authKey=options.auth_key or None,
            privKey=options.privacy_key or None,
            authProtocol=AUTH_PROTOCOL_MAP[options.auth_protocol],
            privProtocol=PRIVACY_PROTOCOL_MAP[options.privacy_protocol],
            securityEngineId=None if options.inform else engine_id,
        )


def _engine(engine_id: OctetString | None) -> SnmpEngine:
    """An engine whose count of starts grows with the time.

    Receivers refuse a count that goes back. pysnmp would keep it in a file whose place in the
    folder for temporary files anybody can guess.
    """
    engine = SnmpEngine()
    identity, boots = engine.get_mib_builder().import_symbols(
        "__SNMP-FRAMEWORK-MIB", "snmpEngineID", "snmpEngineBoots"
    )
    boots.syntax = boots.syntax.clone(int(time.time()) - _BOOTS_FROM)
    if engine_id is not None:
        identity.syntax = identity.syntax.clone(engine_id)
        engine.snmpEngineID = identity.syntax
    return engine


def notification(alert: Alert, enterprise: str) -> NotificationType:
    """The trap of an alert; variables that the array did not tell are left out."""
    number = 2 if alert.get("category") == "Recovery" else 1
    trap = NotificationType(ObjectIdentity(f"{enterprise}.0.{number}"))
    variables = []
    for place, name in enumerate(VARIABLES, 1):
        value = alert.get(name)
        if value is not None:
            oid = ObjectIdentity(f"{enterprise}.1.{place}.0")
            variables.append((oid, _as_snmp(value)))
    return trap.add_varbinds(*variables)


def _as_snmp(value: Any) -> Any:
    if isinstance(value, int):
        return Counter64(value)
    return OctetString(str(value).encode()[:_LONGEST_TEXT])
