"""Arrays behind one address, relays, and users that several arrays have in common."""

from __future__ import annotations

from typing import Any

import pytest
from oslo_db import exception as db_exception

from delfin.alert_manager.snmp import reasons
from delfin.db import alert_sources
from delfin.db.alert_sources import AlertSource, AlertSourceState
from delfin.drivers.fake_storage.alerts import ENTERPRISE
from delfin.inventory.hardware import Controller
from tests.service.traps.rig import Rig, run, send, variables
from tests.service.traps.test_versions import ENGINE, known, options, secure
from tests.waiting import wait_until

WORDS = options("HMACSHA", "AES")
SECURE = secure("HMACSHA", "AES")
SERIAL = f"{ENTERPRISE}.9.1.0"
OTHER_ENGINE = "8000000005060708"


def both(rig: Rig, **settings: str) -> tuple[str, str]:
    """Two arrays whose traps come from one address."""
    first = rig.array("127.0.0.1", "SN1", **settings)
    second = rig.array("127.0.0.1", "SN12", **settings)
    wait_until(lambda: rig.knows("127.0.0.1", 2))
    return first, second


def test_behind_one_address_the_serial_number_in_the_trap_tells(rig: Rig) -> None:
    first, second = both(rig)
    send(rig, told=[*variables(), SERIAL, "s", "array SN12"])
    wait_until(lambda: rig.count(second) == 1)
    send(rig, told=[*variables(), SERIAL, "s", "SN1"])
    wait_until(lambda: rig.count(first) == 1)
    send(rig)
    wait_until(lambda: rig.counted(reasons.AMBIGUOUS_SOURCE) == 1)
    assert (rig.count(first), rig.count(second)) == (1, 1)


def test_behind_one_address_the_engine_tells(rig: Rig) -> None:
    first = rig.array("127.0.0.1", "SN1", engine_id=ENGINE, **SECURE)
    second = rig.array("127.0.0.1", "SN2", engine_id=OTHER_ENGINE, **SECURE)
    wait_until(lambda: rig.knows("127.0.0.1", 2))
    send(rig, [*WORDS, "-e", OTHER_ENGINE])
    wait_until(lambda: rig.count(second) == 1)
    send(rig, [*WORDS, "-e", ENGINE])
    wait_until(lambda: rig.count(first) == 1)
    # From elsewhere too: the engine is certain.
    send(rig, [*WORDS, "-e", ENGINE], source="127.0.0.99")
    wait_until(lambda: rig.count(first) == 2)
    send(rig, [*WORDS, "-e", "8000000009"])
    wait_until(lambda: rig.counted(reasons.UNKNOWN_ENGINE) == 1)


def test_an_engine_that_was_not_given_is_found_out(rig: Rig) -> None:
    storage_id = known(rig, **SECURE)
    send(rig, [*WORDS, "-e", ENGINE])
    wait_until(lambda: rig.count(storage_id) == 1)

    def kept() -> bool:
        with rig.database.reader() as session:
            state = session.get(AlertSourceState, storage_id)
            return state is not None and state.found_engine_id == ENGINE

    wait_until(kept)
    # Its address has changed, its engine has not.
    send(rig, [*WORDS, "-e", ENGINE], source="127.0.0.50")
    wait_until(lambda: rig.count(storage_id) == 2)


def test_of_two_with_one_user_the_other_goes_on_when_one_is_deleted(rig: Rig) -> None:
    first = known(rig, "127.0.0.1", "SN1", **SECURE)
    second = known(rig, "127.0.0.2", "SN2", **SECURE)
    send(rig, [*WORDS, "-e", ENGINE])
    send(rig, [*WORDS, "-e", OTHER_ENGINE], source="127.0.0.2")
    wait_until(lambda: (rig.count(first), rig.count(second)) == (1, 1))
    with rig.database.writer() as session:
        session.delete(alert_sources.get(session, first))
    wait_until(lambda: rig.knows("127.0.0.1", 0))
    send(rig, [*WORDS, "-e", OTHER_ENGINE], source="127.0.0.2")
    wait_until(lambda: rig.count(second) == 2)
    send(rig, [*WORDS, "-e", ENGINE])
    wait_until(lambda: rig.counted(reasons.UNKNOWN_SOURCE) == 1)


def test_one_bad_row_stops_nobody(rig: Rig) -> None:
    bad = rig.array("127.0.0.3", "SN3", **SECURE)
    with rig.database.writer() as session:
        row = session.get(AlertSource, bad)
        assert row is not None
        row.auth_key, row.generation = "sealed:00000000:AAAA", 7
    good = known(rig)
    send(rig)
    wait_until(lambda: rig.count(good) == 1)
    assert rig.knows("127.0.0.3", 0)


def test_a_change_that_could_not_be_read_is_known_when_the_database_is_back(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage_id, reader = known(rig), rig.database.reader
    refused: list[None] = []

    def away() -> Any:
        refused.append(None)
        raise db_exception.DBConnectionError

    monkeypatch.setattr(rig.parts.sources._database, "reader", away)
    wait_until(lambda: refused)
    # Another process has changed it, and its bell was not heard.
    monkeypatch.setattr(rig.parts.sources, "ring", lambda: None)
    rig.settings(storage_id, host="127.0.0.4")
    seen = len(refused)
    wait_until(lambda: len(refused) > seen)
    assert rig.knows("127.0.0.1"), "what was known goes on"
    monkeypatch.setattr(rig.parts.sources._database, "reader", reader)
    wait_until(lambda: rig.knows("127.0.0.4"))
    send(rig, source="127.0.0.4")
    wait_until(lambda: rig.count(storage_id) == 1)
    assert rig.knows("127.0.0.1", 0)


def test_a_relay_names_the_array(rig: Rig) -> None:
    storage_id = known(rig, "127.0.0.8")
    origin = ["1.3.6.1.6.3.18.1.3.0", "a", "127.0.0.8"]
    send(rig, source="127.0.0.9", told=[*variables(), *origin])
    wait_until(lambda: rig.count(storage_id) == 1)
    target = f"127.0.0.1:{rig.port}"
    first = [ENTERPRISE, "127.0.0.8", "6", "1", ""]
    run("snmptrap", ["-v1", "-c", "public"], target, *first, *variables(), source="127.0.0.9")
    wait_until(lambda: rig.count(storage_id) == 2)


def test_the_inner_address_in_a_version_1_trap_misleads_nobody(rig: Rig) -> None:
    """Many arrays use the same addresses inside; one may be another array's real one."""
    sender, other = known(rig, "127.0.0.1"), known(rig, "127.0.0.8", "SN8")
    target = f"127.0.0.1:{rig.port}"
    first = [ENTERPRISE, "127.0.0.8", "6", "1", ""]
    run("snmptrap", ["-v1", "-c", "public"], target, *first, *variables(), source="127.0.0.1")
    wait_until(lambda: rig.count(sender) == 1)
    assert not rig.alerts(other)


def test_controllers_send_from_their_own_addresses(rig: Rig) -> None:
    storage_id = rig.array("127.0.0.1")
    with rig.database.writer() as session:
        session.add(
            Controller(
                id="c",
                storage_id=storage_id,
                native_controller_id="c",
                name="c",
                mgmt_ip="127.0.0.21",
            )
        )
    rig.settings(storage_id, host="127.0.0.1")
    wait_until(lambda: rig.knows("127.0.0.21"))
    send(rig, source="127.0.0.21")
    wait_until(lambda: rig.count(storage_id) == 1)


def test_an_array_may_have_several_addresses_and_names(rig: Rig) -> None:
    storage_id = rig.array("127.0.0.31, localhost,127.0.0.32", "SN1")
    hosts = ("127.0.0.1", "127.0.0.31", "127.0.0.32")
    wait_until(lambda: all(rig.knows(host) for host in hosts))
    for host in hosts:
        send(rig, source=host)
    wait_until(lambda: rig.count(storage_id) == len(hosts))
