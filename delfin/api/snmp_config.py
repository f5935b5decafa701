"""SNMP settings of storages, made, changed and shown without keys; and who receives traps.

Whether the agent answers with them is found out by the alert managers, in the background.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from delfin import exception
from delfin.alerts.internal import AGENT_UNREACHABLE
from delfin.api.exchange import Answer, Request
from delfin.api.listing import TOTAL
from delfin.api.parts import ApiParts
from delfin.api.schemas.snmp import (
    COMMUNITY_COLUMNS,
    RECEIVER_COLUMNS,
    SECURE_COLUMNS,
    STATE_COLUMNS,
)
from delfin.common.redaction import MASK, conceal
from delfin.db import alert_sources, storages, trap_inbox
from delfin.db.alert_sources import PENDING, AlertSource, AlertSourceState
from delfin.db.session import retried
from delfin.db.snmp_secrets import SECRETS, opened, seal

Row = dict[str, Any]

_SECURE_ONLY = (
    *("username", "security_level", "auth_protocol", "auth_key"),
    *("privacy_protocol", "privacy_key", "engine_id"),
)
_AUTH, _PRIVACY = ("auth_protocol", "auth_key"), ("privacy_protocol", "privacy_key")
_NEEDED = {
    "noauthnopriv": (),
    "authnopriv": _AUTH,
    "authpriv": (*_AUTH, *_PRIVACY),
}


def find(parts: ApiParts, _request: Request) -> Answer:
    with parts.database.reader() as session:
        rows = [_shown(parts, row, state) for row, state in alert_sources.everyone(session)]
    return Answer({"snmp_configs": rows}, {TOTAL: str(len(rows))})


def show(parts: ApiParts, request: Request) -> Answer:
    storage_id = request.ids["storage_id"]
    with parts.database.reader() as session:
        row = alert_sources.get(session, storage_id)
        return Answer(_shown(parts, row, session.get(AlertSourceState, storage_id)))


def update(parts: ApiParts, request: Request) -> Answer:
    """Make the settings, or change those that are sent.

    Raises:
        exception.StorageNotFound: There is no such storage.
        exception.InvalidInput: With what is stored already, they are not complete.
    """
    storage_id = request.ids["storage_id"]

    @retried
    def attempt() -> Row:
        with parts.database.writer() as session:
            storages.get(session, storage_id, lock=True)
            try:
                row = alert_sources.get(session, storage_id, lock=True)
                row.generation += 1
            except exception.AlertSourceNotFound:
                row = AlertSource(storage_id=storage_id, generation=1)
            _change(parts, row, request.body)
            session.add(row)
            session.flush()
            state = alert_sources.state_of(session, storage_id)
            # The next alert manager that looks checks it, whatever its last check said.
            state.status, state.error, state.next_check = PENDING, None, 0
            state.found_engine_id = None
            session.flush()
            session.refresh(row)
            return _shown(parts, row, state)

    answer = attempt()
    parts.doorbell.ring()
    return Answer(answer)


def remove(parts: ApiParts, request: Request) -> Answer:
    storage_id = request.ids["storage_id"]

    @retried
    def attempt() -> None:
        with parts.database.writer() as session:
            session.delete(alert_sources.get(session, storage_id, lock=True))
            # Nobody will find out any more that it answers again.
            AGENT_UNREACHABLE.recovery(session, storage_id)

    attempt()
    parts.doorbell.ring()
    return Answer()


def find_receivers(parts: ApiParts, _request: Request) -> Answer:
    with parts.database.reader() as session:
        rows = [
            {name: getattr(row, name) for name in RECEIVER_COLUMNS}
            for row in trap_inbox.receivers(session)
        ]
    return Answer({"trap_receivers": rows}, {TOTAL: str(len(rows))})


def _change(parts: ApiParts, row: AlertSource, sent: Mapping[str, Any]) -> None:
    for name, value in sent.items():
        stored = value
        if name in SECRETS:
            conceal(value)
            stored = seal(parts.keyring, row.storage_id, name, value)
        setattr(row, name, stored)
    if row.version.lower() == "snmpv3":
        row.community_string = None
        _require(row, ("username", "security_level"))
        _check_engine_id(row)
        needed = _NEEDED[str(row.security_level).lower()]
        _require(row, needed)
        unwanted = [name for name in (*_AUTH, *_PRIVACY) if name not in needed]
    else:
        _require(row, ("community_string",))
        unwanted = list(_SECURE_ONLY)
    for name in unwanted:
        setattr(row, name, None)


def _require(row: AlertSource, names: tuple[str, ...]) -> None:
    missing = [name for name in names if not getattr(row, name)]
    if missing:
        raise exception.InvalidInput("; ".join(f"{name} is required" for name in missing))


def _check_engine_id(row: AlertSource) -> None:
    try:
        engine_id = bytes.fromhex((row.engine_id or "").removeprefix("0x"))
    except ValueError:
        raise exception.InvalidInput("engine_id must be hexadecimal, two digits a byte") from None
    row.engine_id = engine_id.hex() or None


def _shown(parts: ApiParts, row: AlertSource, state: AlertSourceState | None) -> Row:
    secure = row.version.lower() == "snmpv3"
    told = {name: getattr(row, name) for name in (SECURE_COLUMNS if secure else COMMUNITY_COLUMNS)}
    if not secure:
        told["community_string"] = _community(parts, row)
    found = {name: getattr(state, name, None) for name in STATE_COLUMNS}
    return {**told, **found, "status": found["status"] or PENDING}


def _community(parts: ApiParts, row: AlertSource) -> str:
    if not parts.conf.show_community_string:
        return MASK
    return opened(parts.keyring, row)["community_string"] or ""
