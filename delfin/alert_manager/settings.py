"""The SNMP settings of a stored alert source, opened for use."""

from __future__ import annotations

from delfin.alert_manager.snmp.agent import Agent
from delfin.alert_manager.snmp.messages import VERSION_1, VERSION_2C, VERSION_3
from delfin.alert_manager.snmp.usm import User
from delfin.common.constants import (
    DEFAULT_SNMP_CONNECT_PORT,
    DEFAULT_SNMP_EXPIRATION_TIME,
    DEFAULT_SNMP_RETRY_NUM,
)
from delfin.common.keyring import KeyRing
from delfin.db.alert_sources import AlertSource
from delfin.db.snmp_secrets import opened

VERSIONS = {"snmpv1": VERSION_1, "snmpv2c": VERSION_2C, "snmpv3": VERSION_3}


def hosts(row: AlertSource) -> tuple[str, ...]:
    return tuple(host.strip() for host in row.host.split(",") if host.strip())


def speaker(keyring: KeyRing, row: AlertSource) -> tuple[bytes | None, User | None]:
    """The community, or the user: whichever the version has.

    Raises:
        delfin.common.keyring.KeyRingError: A secret cannot be opened.
        ValueError: The settings are not complete.
    """
    secrets = opened(keyring, row)
    version = VERSIONS.get(row.version.lower())
    if version is None:
        raise ValueError("the SNMP version is not known")
    if version != VERSION_3:
        return (secrets["community_string"] or "").encode(), None
    return None, User(
        row.username or "",
        row.auth_protocol,
        secrets["auth_key"] or "",
        row.privacy_protocol,
        secrets["privacy_key"] or "",
    )


def agents(keyring: KeyRing, row: AlertSource) -> list[Agent]:
    """The agents at the hosts of a source. Raises as 'speaker'."""
    community, user = speaker(keyring, row)
    return [
        Agent(
            host=host,
            port=DEFAULT_SNMP_CONNECT_PORT if row.port is None else row.port,
            version=VERSIONS[row.version.lower()],
            community=community,
            user=user,
            context_name=row.context_name or "",
            timeout=DEFAULT_SNMP_EXPIRATION_TIME if row.expiration is None else row.expiration,
            retries=DEFAULT_SNMP_RETRY_NUM if row.retry_num is None else row.retry_num,
        )
        for host in hosts(row)
    ]
