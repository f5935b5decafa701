"""The processes of delfin: one row for each, which it renews for as long as it lives."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Integer, String, case, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from delfin import exception
from delfin.db.base import Base, Timestamped, UtcDateTime, big_integer, utcnow
from delfin.db.query import Listing, Page, find
from delfin.db.session import affected

UP, DOWN = "up", "down"


def _count(doc: str) -> Any:
    return mapped_column(Integer, default=0, doc=doc)


class Service(Timestamped, Base):
    """A process of delfin, as it last said that it was."""

    __tablename__ = "services"

    id: Mapped[str] = mapped_column(
        String(36), primary_key=True, doc="Id of the process (UUID), new with each start"
    )
    node: Mapped[str] = mapped_column(String(255), doc="Host name", index=True)
    process: Mapped[str] = mapped_column(
        String(64),
        doc="delfin-api, delfin-task, delfin-alert or delfin-standalone",
        index=True,
    )
    pid: Mapped[int] = mapped_column(Integer, doc="Process id on its node")
    worker: Mapped[int] = mapped_column(
        Integer, doc="Its number among the processes of that kind on the node, from 0"
    )
    version: Mapped[str] = mapped_column(String(64), doc="Release of delfin", index=True)
    weight: Mapped[int] = mapped_column(
        Integer, default=1, doc="Share of the storages that it owns, compared with that of others"
    )
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, doc="When the process started (UTC)")
    heartbeat_at: Mapped[datetime] = mapped_column(
        UtcDateTime, doc="When it was last heard of (UTC)", index=True
    )
    owned_storages: Mapped[int] = _count("Storages that it owns; 0 when it runs no jobs")
    sessions: Mapped[int] = _count("Arrays that it is logged in to")
    running_jobs: Mapped[int] = _count("Jobs that it runs")
    stuck_threads: Mapped[int] = _count("Threads that hang in jobs over their deadline")
    refused_messages: Mapped[int] = _count("Messages on the bus and on Redis that it refused")
    memory: Mapped[int] = big_integer("Resident memory in bytes", default=0)


SHOWN = (
    *("id", "node", "process", "pid", "worker", "version", "weight"),
    *("started_at", "heartbeat_at", "owned_storages", "sessions", "running_jobs"),
    *("stuck_threads", "refused_messages", "memory", "created_at", "updated_at"),
)
FILTERS = ("id", "node", "process", "version", "state")


def beat(session: Session, service_id: str, facts: Mapping[str, Any]) -> None:
    """Say that the process is there, and how it stands: the columns of the row."""
    row = session.get(Service, service_id)
    if row is None:
        row = Service(id=service_id)
        session.add(row)
    for name, value in facts.items():
        setattr(row, name, value)
    row.heartbeat_at = utcnow()


def leave(session: Session, service_id: str) -> None:
    """The process ends: it is listed no more."""
    session.execute(delete(Service).where(Service.id == service_id))


def strike_silent(session: Session, longer_than: float) -> int:
    """Delete processes that have said nothing for so many seconds; how many there were."""
    return affected(session, delete(Service).where(Service.heartbeat_at < _ago(longer_than)))


def find_services(session: Session, page: Page, down_after: float) -> Listing:
    """One page of processes, as dicts with the SHOWN columns and 'state'.

    Raises:
        exception.ServiceNotFound: There is no process with the marker's id.
    """
    return find(session, _fields(down_after), page, missing=exception.ServiceNotFound)


def get(session: Session, service_id: str, down_after: float) -> dict[str, Any]:
    """One process, likewise.

    Raises:
        exception.ServiceNotFound: There is none.
    """
    fields = _fields(down_after)
    named = (column.label(name) for name, column in fields.items())
    row = session.execute(select(*named).where(Service.id == service_id)).mappings().one_or_none()
    if row is None:
        raise exception.ServiceNotFound(service_id)
    return dict(row)


def nodes_of(session: Session, processes: Collection[str], down_after: float) -> list[str]:
    """The nodes on which one of these processes is up, sorted."""
    alive = (Service.process.in_(processes), Service.heartbeat_at >= _ago(down_after))
    return sorted(session.scalars(select(Service.node).where(*alive).distinct()))


def _fields(down_after: float) -> dict[str, ColumnElement[Any]]:
    is_up = Service.heartbeat_at >= _ago(down_after)
    columns = {name: Service.__table__.c[name] for name in SHOWN}
    return {**columns, "state": case((is_up, UP), else_=DOWN)}


def _ago(seconds: float) -> datetime:
    return utcnow() - timedelta(seconds=seconds)
