"""The table of the durable job queue; delfin.jobs.queue works on it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from delfin.db.base import Base, Json, Timestamped, big_integer


class Job(Timestamped, Base):
    """A piece of work that is not lost, whoever dies.

    Two unique keys make the database the judge: 'active_key' keeps the same
    work from being queued twice, 'running_key' keeps two jobs of one storage
    from running in one lane (delfin.jobs.lanes). Both are null when they do
    not apply.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        Index(None, "state", "not_before"),
        Index(None, "storage_id", "kind"),
        Index(None, "created_at", "id"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, doc="Id of the job (UUID)")
    kind: Mapped[str] = mapped_column(String(64), doc="What is to be done", index=True)
    storage_id: Mapped[str | None] = mapped_column(
        ForeignKey("storages.id", ondelete="SET NULL"),
        doc="The storage it is about; null once that is removed",
    )
    state: Mapped[str] = mapped_column(
        String(16), doc="queued, running, done, partial, failed, cancelled or parked"
    )
    priority: Mapped[int] = mapped_column(
        Integer, default=0, doc="Higher goes first: high 10, normal 0, low -10", index=True
    )
    not_before: Mapped[int] = big_integer("Earliest start, epoch milliseconds")
    attempt: Mapped[int] = mapped_column(Integer, default=0, doc="How often it was started")
    crashes: Mapped[int] = mapped_column(
        Integer, default=0, doc="How often its worker died while it ran"
    )
    payload: Mapped[dict[str, Any]] = mapped_column(Json, doc="What the job's kind allows")
    result: Mapped[dict[str, Any] | None] = mapped_column(Json, doc="What came of the last attempt")
    lease_owner: Mapped[str | None] = mapped_column(String(255), doc="The worker that runs it")
    lease_until: Mapped[int | None] = big_integer("When its lease ends, epoch milliseconds")
    generation: Mapped[int] = mapped_column(
        Integer, default=0, doc="Grows with each lease; an older holder can write nothing"
    )
    active_key: Mapped[str | None] = mapped_column(
        String(128), unique=True, doc="Set while it is queued or running"
    )
    running_key: Mapped[str | None] = mapped_column(
        String(128), unique=True, doc="Set while it is running"
    )
    started_at: Mapped[int | None] = big_integer("Start of the last attempt, epoch milliseconds")
    finished_at: Mapped[int | None] = big_integer("End of the last attempt, epoch milliseconds")
