"""Asks an SNMP agent whether it answers with the settings of an alert source; by pysnmp."""

from __future__ import annotations

from dataclasses import dataclass

from pysnmp.error import PySnmpError
from pysnmp.hlapi.v3arch import asyncio as pysnmp

from delfin import exception
from delfin.alert_manager.snmp.messages import VERSION_1, VERSION_3
from delfin.alert_manager.snmp.usm import User
from delfin.common.constants import AUTH_PROTOCOL_MAP, PRIVACY_PROTOCOL_MAP, SNMP_QUERY_OID

_ENGINE_ID_OID = "1.3.6.1.6.3.10.2.1.1.0"


@dataclass(frozen=True)
class Agent:
    """One agent and how it is spoken to."""

    host: str
    port: int
    version: int
    community: bytes | None
    user: User | None
    context_name: str
    timeout: float
    retries: int


async def ask(agent: Agent) -> bytes | None:
    """The id of the agent's engine, where it tells one.

    Raises:
        exception.SNMPConnectionFailed: No answer, or one that refuses us.
    """
    engine = pysnmp.SnmpEngine()
    try:
        values = await _values(engine, agent)
    except (PySnmpError, OSError, UnicodeError) as error:
        # Their texts can quote the settings.
        raise exception.SNMPConnectionFailed(f"{agent.host}: {type(error).__name__}") from None
    finally:
        engine.close_dispatcher()
    return values.get(_ENGINE_ID_OID)


async def _values(engine: pysnmp.SnmpEngine, agent: Agent) -> dict[str, bytes]:
    transport = pysnmp.Udp6TransportTarget if ":" in agent.host else pysnmp.UdpTransportTarget
    target = await transport.create(
        (agent.host, agent.port), timeout=agent.timeout, retries=agent.retries
    )
    wanted = [SNMP_QUERY_OID]
    if agent.version == VERSION_3:
        # An agent of version 1 answers nothing at all when it lacks one of several.
        wanted.append(_ENGINE_ID_OID)
    failed, status, _index, bindings = await pysnmp.get_cmd(
        engine,
        _credentials(agent),
        target,
        pysnmp.ContextData(contextName=agent.context_name),
        *(pysnmp.ObjectType(pysnmp.ObjectIdentity(oid)) for oid in wanted),
        lookupMib=False,
    )
    if failed:
        raise exception.SNMPConnectionFailed(f"{agent.host}: {failed}")
    if status:
        raise exception.SNMPConnectionFailed(f"{agent.host}: {status.prettyPrint()}")
    return {
        str(name): bytes(value) for name, value in bindings if isinstance(value, pysnmp.OctetString)
    }


def _credentials(agent: Agent) -> pysnmp.UsmUserData | pysnmp.CommunityData:
    user = agent.user
    if user is None:
        community = (agent.community or b"").decode()
        return pysnmp.CommunityData(community, mpModel=int(agent.version != VERSION_1))
    return pysnmp.UsmUserData(
        user.name,
        authKey=user.digest_password or None,
        privKey=user.cipher_password or None,
        authProtocol=AUTH_PROTOCOL_MAP[(user.digest or "none").lower()],
        privProtocol=PRIVACY_PROTOCOL_MAP[(user.cipher or "none").lower()],
    )
