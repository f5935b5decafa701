"""A real snmpd answers, dies and comes back; what was found out can be read, and is told once."""

from __future__ import annotations

import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from delfin.db import alert_sources
from delfin.db.access_info import AccessInfo
from delfin.db.alert_sources import AlertSource, AlertSourceState
from delfin.db.alerts import Alert, AlertEvent
from delfin.db.session import Database
from tests.conftest import make_conf
from tests.service.traps.rig import Rig, made, receiver
from tests.service.traps.test_versions import AUTH, PRIV, secure
from tests.waiting import wait_until


class Agent:
    """snmpd on a port of its own."""

    def __init__(self, folder: Path) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self._folder = folder
        self._file = folder / "snmpd.conf"
        self._file.write_text(
            f"rocommunity public 127.0.0.1\ncreateUser delfin SHA {AUTH} AES {PRIV}\n"
            "rouser delfin authPriv\n"
        )
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        program = shutil.which("snmpd", path="/usr/sbin:/usr/bin")
        assert program, "snmpd is not installed"
        self._process = subprocess.Popen(
            [program, "-f", "-Lf", "/dev/null", "-C", "-c", self._file, f"127.0.0.1:{self.port}"],
            env={"SNMP_PERSISTENT_DIR": str(self._folder / "state"), "MIBS": ""},
        )

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[Agent]:
    started = Agent(tmp_path)
    started.start()
    yield started
    started.stop()


@pytest.fixture
def rig(sqlite_database: Database, tmp_path: Path) -> Iterator[Rig]:
    conf = make_conf(tmp_path, sqlite_database.url)
    conf.set_override("agent_check_interval", 0.3, "traps")
    with receiver(conf, sqlite_database) as running:
        yield running


def checked(rig: Rig, storage_id: str) -> AlertSourceState:
    with rig.database.reader() as session:
        found = session.get(AlertSourceState, storage_id)
        assert found is not None
        session.expunge(found)
    return found


def array(rig: Rig, agent: Agent, serial: str = "SN1", **settings: str) -> str:
    """A storage whose agent is checked at once."""
    storage_id = rig.array("127.0.0.1", serial, **settings)
    with rig.database.writer() as session:
        row = session.get(AlertSource, storage_id)
        assert row is not None
        row.port, row.retry_num, row.expiration = agent.port, 1, 1
        row.generation += 1
        alert_sources.state_of(session, storage_id).next_check = 0
    rig.parts.ring()
    return storage_id


def faults(alerts: list[Alert]) -> list[tuple[str, int]]:
    return [(alert.state, alert.count) for alert in alerts]


@pytest.mark.parametrize("settings", [{}, secure("HMACSHA", "AES")], ids=["v2c", "v3"])
def test_one_fault_when_an_agent_dies_and_one_recovery(
    rig: Rig, agent: Agent, settings: dict[str, str]
) -> None:
    storage_id = array(rig, agent, **settings)
    wait_until(lambda: checked(rig, storage_id).status == "reachable")
    first = checked(rig, storage_id)
    assert first.error is None
    assert first.checked_at == first.answered_at is not None
    assert bool(first.found_engine_id) == bool(settings)
    agent.stop()
    wait_until(lambda: faults(rig.alerts(storage_id)) == [("open", 1)])
    gone = checked(rig, storage_id)
    assert gone.status == "failed"
    assert "127.0.0.1" in str(gone.error)
    # Neither a further check nor a restart tells it again.
    rig.stop()
    rig.parts = made(rig.conf, rig.database).parts
    rig.start()
    wait_until(lambda: checked(rig, storage_id).checked_at not in {None, gone.checked_at})
    assert faults(rig.alerts(storage_id)) == [("open", 1)]
    agent.start()
    wait_until(lambda: faults(rig.alerts(storage_id)) == [("cleared", 1)])
    assert checked(rig, storage_id).status == "reachable"


def test_several_receivers_tell_of_a_dead_agent_once(
    rig: Rig, agent: Agent, sqlite_database: Database, tmp_path: Path
) -> None:
    conf = make_conf(tmp_path, sqlite_database.url)
    conf.set_override("agent_check_interval", 0.3, "traps")
    with receiver(conf, sqlite_database, "b"):
        storage_id = array(rig, agent)
        wait_until(lambda: checked(rig, storage_id).status == "reachable")
        agent.stop()
        wait_until(lambda: faults(rig.alerts(storage_id)) == [("open", 1)])
        gone = checked(rig, storage_id)
        wait_until(lambda: checked(rig, storage_id).checked_at != gone.checked_at)
        agent.start()
        wait_until(lambda: faults(rig.alerts(storage_id)) == [("cleared", 1)])
        with rig.database.reader() as session:
            changes = [event.change for event in session.query(AlertEvent)]
        assert changes == ["raised", "cleared"]


def test_wrong_settings_can_be_read_and_alarm_nobody(rig: Rig, agent: Agent) -> None:
    wrong = array(rig, agent, **{**secure("HMACSHA", "AES"), "auth_key": "wrong-password"})
    wait_until(lambda: checked(rig, wrong).status == "failed")
    error = str(checked(rig, wrong).error)
    assert "127.0.0.1" in error
    assert "wrong-password" not in error
    assert not rig.alerts(wrong)


def test_an_array_without_an_agent_alarms_nobody(rig: Rig, agent: Agent) -> None:
    storage_id = rig.array("127.0.0.1")
    with rig.database.writer() as session:
        access = session.get(AccessInfo, storage_id)
        assert access is not None
        access.vendor, access.model = "linux", "lvm"
        alert_sources.state_of(session, storage_id).next_check = 0
    rig.parts.ring()
    wait_until(lambda: checked(rig, storage_id).status == "no_agent")
    assert checked(rig, storage_id).error is None
    assert not rig.alerts(storage_id)
