"""Lost access raises one alert; access that is back ends it and runs what was missed."""

from __future__ import annotations

from sqlalchemy import select

from delfin.db import access_state
from delfin.db.alerts import Alert
from delfin.db.jobs import Job
from delfin.jobs.access_events import AccessEvents
from delfin.task_manager.probe import PROBE, Prober
from tests.unit.conftest import Bench
from tests.unit.scripted import Script


class Bell:
    rings = 0

    def ring(self) -> None:
        self.rings += 1


def alerts(bench: Bench) -> list[tuple[str | None, str]]:
    with bench.database.reader() as session:
        return [
            (row.alert_id, row.state)
            for row in session.scalars(select(Alert).order_by(Alert.created_at))
        ]


def test_one_alert_at_a_time_and_the_missed_sync(bench: Bench) -> None:
    storage_id = bench.register(Script())
    events = AccessEvents(bench.board, Bell())
    with bench.database.writer() as session:
        events.failed(session, storage_id, "unreachable", "ConnectTimeout", "no answer")
        events.failed(
            session, storage_id, "credentials_invalid", "InvalidUsernameOrPassword", "refused"
        )
        events.failed(
            session, storage_id, "credentials_invalid", "InvalidUsernameOrPassword", "refused"
        )
    assert sorted(alerts(bench)) == [
        ("delfin.access_failed", "open"),
        ("delfin.array_unreachable", "cleared"),
    ]
    with bench.database.writer() as session:
        events.recovered(session, storage_id)
    assert {state for _, state in alerts(bench)} == {"cleared"}
    lease = bench.queue.lease("test")
    assert lease is not None
    assert (lease.kind, lease.storage_id) == ("sync", storage_id)
    with bench.database.writer() as session:
        events.recovered(session, storage_id)


def test_probes_are_queued_when_they_are_due_and_once(bench: Bench) -> None:
    storage_id, well = bench.register(Script()), bench.register(Script("SN2"))
    with bench.database.writer() as session:
        access_state.locked(session, well)
        row = access_state.locked(session, storage_id)
        access_state.set_state(row, access_state.UNREACHABLE, "InvalidIpOrPort", "away")
    prober = Prober(bench.database, bench.queue, bench.conf)
    prober.queue_due()
    prober.queue_due()
    with bench.database.reader() as session:
        found = session.execute(select(Job.kind, Job.storage_id, Job.state)).all()
    assert [tuple(row) for row in found] == [(PROBE, storage_id, "queued")]
    lease = bench.queue.lease("test")
    assert lease is not None
    bench.queue.finish(lease, "failed", {})
    with bench.database.writer() as session:
        access_state.locked(session, storage_id).next_probe = 0
    prober.queue_due()
    with bench.database.reader() as session:
        states = list(session.scalars(select(Job.state).where(Job.kind == PROBE)))
    assert sorted(states) == ["failed", "queued"]
