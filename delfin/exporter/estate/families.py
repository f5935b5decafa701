"""Gauges about arrays and their parts; those of the parts follow from the resource kinds."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session, defer

from delfin.alerts.words import LASTING
from delfin.db.access_state import OK, AccessState
from delfin.db.alerts import Alert, ExportCursor
from delfin.db.base import utcnow
from delfin.db.reports import Report
from delfin.db.services import DOWN, UP, Service
from delfin.db.storages import Storage
from delfin.inventory.kind import ResourceKind

Labels = Mapping[str, Any]
_SIZES = tuple(
    name
    for name in Storage.__table__.columns.keys()  # noqa: SIM118 - columns are no dict
    if name.endswith("_capacity")
)
_INFO = ("vendor", "model", "serial_number", "firmware_version", "location")


class Sample(NamedTuple):
    """One line of the page."""

    family: str
    labels: Labels
    value: float


class Source(NamedTuple):
    """Families that one query fills: their help texts by name, and what reads them."""

    families: Mapping[str, str]
    read: Callable[[Session], Iterable[Sample]]


def sources(kinds: Sequence[ResourceKind], down_after: float) -> list[Source]:
    """Everything on the page; 'down_after' seconds of silence a process counts as down."""
    return [
        _storages(),
        *(_of_kind(kind) for kind in kinds),
        _alerts(),
        _exporters(),
        _services(down_after),
    ]


def _storages() -> Source:
    families = {
        "delfin_storage_info": "A registered array; always 1",
        "delfin_storage_status": "Health of the array, as the label status says; always 1",
        "delfin_storage_access": "Whether the array lets delfin in, as the label state says",
        "delfin_storage_last_sync_timestamp_seconds": "When its inventory was last read",
        "delfin_storage_last_sync_ok": "1 when everything could be read then",
        "delfin_storage_report_age_seconds": "Time since it last told of its pools, or since it "
        "was first asked to",
        "delfin_storage_report_lease_seconds": "For how long what it tells counts as current",
        **{f"delfin_storage_{name}_bytes": Storage.__table__.c[name].doc or "" for name in _SIZES},
    }

    def read(session: Session) -> Iterator[Sample]:
        states = {state.storage_id: state.state for state in session.scalars(select(AccessState))}
        asked = select(Report).options(defer(Report.capabilities))
        reports = {report.storage_id: report for report in session.scalars(asked)}
        for storage in session.scalars(select(Storage).where(Storage.deleted.is_(False))):
            labels = {"storage_id": storage.id, "storage_name": storage.name}
            info = {name: getattr(storage, name) for name in _INFO}
            yield Sample("delfin_storage_info", {**labels, **info}, 1)
            yield Sample("delfin_storage_status", {**labels, "status": storage.status}, 1)
            state = states.get(storage.id, OK)
            yield Sample("delfin_storage_access", {**labels, "state": state}, 1)
            for name in _SIZES:
                value = getattr(storage, name)
                if value is not None:
                    yield Sample(f"delfin_storage_{name}_bytes", labels, value)
            report = reports.get(storage.id)
            if report is not None:
                yield Sample("delfin_storage_report_age_seconds", labels, report.age)
                lease = report.lease / 1000
                yield Sample("delfin_storage_report_lease_seconds", labels, lease)
            if storage.last_sync is not None:
                last = storage.last_sync
                finished = last["finished_at"] / 1000
                yield Sample("delfin_storage_last_sync_timestamp_seconds", labels, finished)
                yield Sample("delfin_storage_last_sync_ok", labels, last["result"] == "done")

    return Source(families, read)


def _of_kind(kind: ResourceKind) -> Source:
    """Of each row what it is and belongs to, its health, and each of its capacities."""
    stem = f"delfin_{singular(kind)}"
    # Two columns of one kind may be in bytes and end alike; the unit comes last in Prometheus.
    sizes = {
        name: f"{stem}_{name.removesuffix('_bytes')}_bytes"
        for name, column in kind.columns.items()
        if column.info.get("unit") == "bytes"
    }
    refers = [name for name, column in kind.columns.items() if "refers_to" in column.info]
    has_status = "status" in kind.columns
    families = {f"{stem}_info": f"{_doc(kind)} What it belongs to; always 1"}
    if has_status:
        families[f"{stem}_status"] = "Health, as the label status says; always 1"
    families |= {sizes[name]: kind.columns[name].doc or "" for name in sizes}
    named = "name" if "name" in kind.columns else kind.native_id
    wanted = dict.fromkeys((kind.native_id, named, *refers, *sizes, *["status"] * has_status))
    query: Select[Any] = (
        select(
            Storage.id.label("_storage_id"),
            Storage.name.label("_storage_name"),
            # As listings show it: what nobody looks after is no news of now.
            *(kind.shown[name].label(name) for name in wanted),
        )
        .join(Storage, Storage.id == kind.table.c.storage_id)
        .where(Storage.deleted.is_(False))
        .execution_options(yield_per=1000)
    )

    def read(session: Session) -> Iterator[Sample]:
        for row in session.execute(query).mappings():
            labels = {
                "storage_id": row["_storage_id"],
                "storage_name": row["_storage_name"],
                "resource_id": row[kind.native_id],
                "resource_name": row[named],
            }
            belongs = {name: row[name] for name in refers}
            yield Sample(f"{stem}_info", {**labels, **belongs}, 1)
            if has_status:
                yield Sample(f"{stem}_status", {**labels, "status": row["status"]}, 1)
            for name, family in sizes.items():
                if row[name] is not None:
                    yield Sample(family, labels, row[name])

    return Source(families, read)


def _alerts() -> Source:
    name = "delfin_alerts"

    def read(session: Session) -> Iterator[Sample]:
        labels = (Alert.storage_id, Alert.storage_name, Alert.severity, Alert.state)
        counted = select(*labels, func.count()).where(Alert.state.in_(LASTING)).group_by(*labels)
        for storage_id, storage_name, severity, state, number in session.execute(counted):
            shown = {"storage_id": storage_id, "storage_name": storage_name}
            yield Sample(name, {**shown, "severity": severity, "state": state}, number)

    return Source({name: "Alerts that last; without storage_id those about delfin itself"}, read)


def _exporters() -> Source:
    families = {
        "delfin_exporter_failing": "1 while an exporter of alerts or resources delivers nothing",
        "delfin_exporter_delivered": "Changes that it has delivered",
        "delfin_exporter_dropped": "Changes that it has given up",
    }

    def read(session: Session) -> Iterator[Sample]:
        for cursor in session.scalars(select(ExportCursor)):
            labels = {"exporter": cursor.exporter}
            failing = cursor.failing_since is not None
            yield Sample("delfin_exporter_failing", labels, failing)
            yield Sample("delfin_exporter_delivered", labels, cursor.delivered)
            yield Sample("delfin_exporter_dropped", labels, cursor.dropped)

    return Source(families, read)


def _services(down_after: float) -> Source:
    name = "delfin_services"

    def read(session: Session) -> Iterator[Sample]:
        heard_since = utcnow() - timedelta(seconds=down_after)
        state = case((Service.heartbeat_at >= heard_since, UP), else_=DOWN)
        columns = (Service.process, Service.node, state)
        counted = select(*columns, func.count()).group_by(*columns)
        for process, node, standing, number in session.execute(counted):
            yield Sample(name, {"process": process, "node": node, "state": standing}, number)

    return Source({name: "Processes of delfin that are up, or were not heard of for a while"}, read)


@functools.cache
def singular(kind: ResourceKind) -> str:
    """`storage_pool`; what the families of a kind begin with, behind delfin_."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", kind.model.__name__).lower()


def _doc(kind: ResourceKind) -> str:
    return " ".join((kind.model.__doc__ or "").split("\n\n", maxsplit=1)[0].split())
