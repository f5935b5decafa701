"""Alerts of one array: asked of it live, cleared at it, read into the store; and its traps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from delfin import exception
from delfin.alerts import store
from delfin.alerts.report import tidy
from delfin.alerts.words import BY_USER
from delfin.api import alerts
from delfin.api.exchange import Answer, Request
from delfin.api.listing import TOTAL
from delfin.api.parts import ApiParts
from delfin.api.schemas.alerts import READING_COLUMNS
from delfin.common.alert_util import fill_storage_attributes
from delfin.common.redaction import conceal
from delfin.context import RequestContext, get_admin_context
from delfin.db import storages
from delfin.db.alerts import Alert, AlertReading
from delfin.db.session import retried

T = TypeVar("T")
Row = dict[str, Any]

SOURCE = ("source", "'store': as delfin keeps them, with paging, sorting and filters; else live")
_ATTRIBUTES = ("id", "name", "vendor", "model", "serial_number")


def listing(parts: ApiParts, request: Request) -> Answer:
    """Live from the array, unless the store is asked for."""
    storage_id = request.ids["storage_id"]
    storage = _storage(parts, storage_id)
    source = request.query.get("source") or "array"
    if source == "store":
        return alerts.stored(parts, request, (Alert.storage_id == storage_id,))
    if source != "array":
        raise exception.InvalidInput("source: must be array or store")
    begin, end = alerts.time_range(request.query)
    with _supported(storage_id, "alerts"):
        # Drivers differ in what they make of a time range; all of them list everything.
        listed = parts.arrays.list_alerts(_context(storage_id), storage_id)
    if not isinstance(listed, list | tuple):
        raise exception.InvalidResults(f"list_alerts returned {type(listed).__name__}, not a list")
    shown = [_shown(alert, storage) for alert in listed]
    rows = [
        row for row in shown if begin <= row["occur_time"] and (not end or row["occur_time"] <= end)
    ]
    return Answer({"alerts": rows}, {TOTAL: str(len(rows))})


def clear(parts: ApiParts, request: Request) -> Answer:
    """Clears it at the array, then here; the exporters are told."""
    storage_id, number = request.ids["storage_id"], request.ids["sequence_number"]
    _storage(parts, storage_id)
    with _supported(storage_id, "clearing alerts"):
        parts.arrays.clear_alert(_context(storage_id), storage_id, number)

    @retried
    def attempt() -> None:
        with parts.database.writer() as session:
            which = (Alert.storage_id == storage_id) & (
                Alert.sequence_number == number.replace("\0", "\ufffd")
            )
            store.clear(session, which, BY_USER)

    attempt()
    parts.doorbell.ring()
    return Answer()


def sync(parts: ApiParts, request: Request) -> Answer:
    """Queues it; 'show_sync' says how it went."""
    storage_id = request.ids["storage_id"]
    begin, end = alerts.time_range(request.body)

    @retried
    def attempt() -> None:
        with parts.database.writer() as session:
            storages.get(session, storage_id, lock=True)
            parts.jobs.request_alert_sync(session, storage_id, begin, end)

    attempt()
    parts.doorbell.ring()
    return Answer()


def show_sync(parts: ApiParts, request: Request) -> Answer:
    """How the last alert sync went; all null before the first."""
    storage_id = request.ids["storage_id"]
    with parts.database.reader() as session:
        storages.get(session, storage_id)
        reading = session.get(AlertReading, storage_id)
        shown = {name: getattr(reading, name, None) for name in READING_COLUMNS}
    return Answer(shown)


def add_traps(parts: ApiParts, request: Request) -> Answer:
    """Makes the array send its traps to every receiver of ours."""
    return _configure_traps(parts, request, parts.arrays.add_trap_config)


def remove_traps(parts: ApiParts, request: Request) -> Answer:
    """Makes it stop."""
    return _configure_traps(parts, request, parts.arrays.remove_trap_config)


def _configure_traps(
    parts: ApiParts, request: Request, call: Callable[[RequestContext, str, Row], Any]
) -> Answer:
    storage_id, asked = request.ids["storage_id"], {"version": "SNMPv2c", **request.body}
    _storage(parts, storage_id)
    targets = parts.conf.alerts.trap_targets
    if not targets:
        raise exception.InvalidInput(
            "the receivers of traps are not configured: [alerts] trap_targets is empty"
        )
    if "community_string" in asked:
        conceal(asked["community_string"])
    for target in targets:
        host, port = _address(target)
        with _supported(storage_id, "trap configuration"):
            call(_context(storage_id), storage_id, {**asked, "host": host, "port": port})
    return Answer({"targets": list(targets)})


def _address(target: str) -> tuple[str, int]:
    """Host and port of 'host', 'host:port' or '[IPv6]:port'."""
    host, colon, port = target.rpartition(":")
    if colon and port.isdigit() and (":" not in host or host.endswith("]")):
        return host.strip("[]"), int(port)
    return target.strip("[]"), 162


def _shown(alert: Any, storage: Row) -> Row:
    """With the keys of SODA's model alone, words of the vocabulary, and time in milliseconds."""
    tidied = tidy(alert).row
    row: Row = {
        name: value
        for name, value in tidied.items()
        if name == "occur_time" or alert.get(name) not in (None, "")
    }
    if isinstance(alert.get("sequence_number"), int):
        row["sequence_number"] = alert["sequence_number"]
    fill_storage_attributes(row, storage)
    return row


def _storage(parts: ApiParts, storage_id: str) -> Row:
    with parts.database.reader() as session:
        storage = storages.get(session, storage_id)
        return {name: getattr(storage, name) for name in _ATTRIBUTES}


def _context(storage_id: str) -> RequestContext:
    return get_admin_context(storage_id=storage_id)


@contextmanager
def _supported(storage_id: str, what: str) -> Iterator[None]:
    """Says that the driver cannot do it, where it says so."""
    try:
        yield
    except NotImplementedError:
        raise exception.OperationNotSupported(storage_id, what) from None
