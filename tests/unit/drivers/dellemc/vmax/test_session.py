"""How the driver signs in to a Unisphere, finds its version, and serves several arrays over it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from delfin import cryptor, exception
from delfin.context import get_admin_context
from delfin.drivers.capabilities import checked
from delfin.drivers.dellemc.vmax.client import AT_ONCE, chosen
from delfin.drivers.dellemc.vmax.driver import VmaxDriver
from delfin.drivers.shared import ManagerSessions
from delfin.testing.simulated.powermax import PowerMax, Sizes
from delfin.testing.simulated.server import Answer, Request
from tests.unit.drivers.dellemc.vmax.conftest import Connect, OnlyTogether, Simulate, access_to

ONE, TWO, REMOTE = "000297900330", "000297900331", "000297900999"
PAIR = {ONE: Sizes(volumes=3), TWO: Sizes(volumes=5)}


@pytest.mark.parametrize(
    ("version", "used"),
    [(one, one) for one in ("90", "91", "92", "100", "101", "102")] + [("103", "102")],
)
def test_the_newest_version_that_both_know_is_used(
    simulate: Simulate, connect: Connect, version: str, used: str
) -> None:
    driver = connect(simulate(version=version))
    assert driver.client.version == used
    storage = driver.get_storage(None)
    assert storage["firmware_version"] == "5978.711.711"
    assert len(driver.list_volumes(None)) == 40


@pytest.mark.parametrize("version", ["90", "91", "92", "100", "101", "102"])
def test_an_alert_is_acknowledged_in_each_version(
    simulate: Simulate, connect: Connect, version: str
) -> None:
    unisphere = simulate(version=version)
    driver = connect(unisphere)
    number = driver.list_alerts(None)[0]["sequence_number"]
    driver.acknowledge_alert(None, number)
    told = unisphere.arrays[ONE].events.one(number)
    assert told is not None
    assert told["acknowledged"] is True


def test_a_unisphere_of_another_time_is_asked_in_the_version_nearest_to_ours() -> None:
    assert chosen({"version": "V11.0.0.1", "supported_api_versions": ["112", "111"]}) == "111"
    assert chosen({"version": "V8.4.0.15"}) == "90"
    assert chosen({"version": "T10.1.0.468"}) == "101"
    with pytest.raises(exception.InvalidResults, match="version"):
        chosen({"message": "hello"})


def test_an_upgrade_of_unisphere_is_noticed_by_a_held_session(
    simulate: Simulate, connect: Connect
) -> None:
    unisphere = simulate(version="92")
    driver = connect(unisphere)
    unisphere.served = ("100", "101", "102")
    with pytest.raises(exception.ComponentNotFound):
        driver.list_storage_pools(None)
    assert driver.get_storage(None)["serial_number"] == ONE
    assert driver.client.version == "102"
    assert driver.list_storage_pools(None)
    assert unisphere.sessions.logins == 1


def test_what_is_not_found_in_the_version_in_use_is_asked_for_once(
    unisphere: PowerMax, driver: VmaxDriver
) -> None:
    del unisphere.arrays[ONE]
    before = unisphere.counters.by_endpoint["version"]
    requests = unisphere.counters.requests
    with pytest.raises(exception.ComponentNotFound):
        driver.get_storage(None)
    assert unisphere.counters.by_endpoint["version"] == before + 1
    assert unisphere.counters.requests == requests + 2


def test_one_account_is_sent_with_each_request(unisphere: PowerMax, driver: VmaxDriver) -> None:
    driver.list_ports(None)
    driver.list_disks(None)
    assert (unisphere.sessions.logins, unisphere.sessions.failed_logins) == (1, 0)


@pytest.mark.parametrize("missing", ["host", "port", "username", "password"])
def test_missing_access_info_is_invalid_input(unisphere: PowerMax, missing: str) -> None:
    access = access_to(unisphere)
    access["rest"].pop(missing)
    with pytest.raises(exception.InvalidInput, match=missing):
        VmaxDriver(**access)
    assert unisphere.counters.requests == 0


def test_a_wrong_password_is_tried_once(unisphere: PowerMax) -> None:
    access = access_to(unisphere)
    access["rest"]["password"] = cryptor.encode("wrong")
    with pytest.raises(exception.InvalidUsernameOrPassword) as caught:
        VmaxDriver(**access)
    assert "wrong" not in str(caught.value)
    assert unisphere.sessions.failed_logins == 1


def test_a_changed_password_is_refused_once_and_not_sent_again(
    unisphere: PowerMax, driver: VmaxDriver
) -> None:
    unisphere.sessions.change_password("new")
    for _ in range(3):
        with pytest.raises(exception.InvalidUsernameOrPassword):
            driver.list_storage_pools(None)
    assert unisphere.sessions.failed_logins == 1


def test_a_password_that_changes_in_the_middle_of_a_listing_is_seen_twice_and_says_so(
    simulate: Simulate, connect: Connect, only_together: OnlyTogether
) -> None:
    unisphere = simulate(version="92")
    driver = connect(unisphere)
    as_before = unisphere.answer

    def changed(request: Request) -> Answer:
        if "/volume/" in request.path:
            unisphere.sessions.change_password("new")
        return as_before(request)

    unisphere.answer = changed  # type: ignore[method-assign]
    only_together(unisphere, "/volume/")
    with pytest.raises(exception.InvalidUsernameOrPassword) as refused:
        driver.list_volumes(None)
    assert unisphere.sessions.failed_logins == refused.value.tries == AT_ONCE == 2


def test_threads_may_call_at_the_same_time(unisphere: PowerMax, driver: VmaxDriver) -> None:
    with ThreadPoolExecutor(8) as threads:
        counts = list(threads.map(lambda _: len(driver.list_volumes(None)), range(8)))
    assert counts == [40] * 8


def test_no_secret_is_logged(
    unisphere: PowerMax, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("DEBUG"):
        driver = connect(unisphere)
        driver.list_storage_hosts(None)
    token = str(driver.client._token).partition(" ")[2]
    assert token
    assert "Fake-Array-1" not in caplog.text
    assert token not in caplog.text + repr(driver.client)


def test_the_certificate_is_verified(unisphere: PowerMax, simulate: Simulate) -> None:
    stranger = simulate()
    with pytest.raises(exception.SSLCertificateFailed):
        VmaxDriver(**access_to(unisphere, verify=str(stranger.certificate_path)))


def test_a_closed_driver_signs_in_to_nothing_until_it_is_reset(
    unisphere: PowerMax, driver: VmaxDriver
) -> None:
    driver.close_connection()
    with pytest.raises(exception.StorageBackendException, match="closed"):
        driver.list_storage_pools(None)
    driver.reset_connection(None, verify=str(unisphere.certificate_path))
    assert driver.list_storage_pools(None)


def test_the_only_local_array_needs_no_name(simulate: Simulate, connect: Connect) -> None:
    driver = connect(simulate(remote=[REMOTE]))
    assert driver.get_storage(None)["serial_number"] == ONE


@pytest.mark.parametrize(
    ("name", "said"), [("", "manages 2 arrays"), ("000297900123", "not the id of an array")]
)
def test_which_of_several_arrays_must_be_said(simulate: Simulate, name: str, said: str) -> None:
    unisphere = simulate(arrays=PAIR, remote=[REMOTE])
    with pytest.raises(exception.InvalidInput, match=said):
        VmaxDriver(**access_to(unisphere, storage_name=name))


def test_arrays_behind_one_unisphere_share_a_sign_in(simulate: Simulate) -> None:
    unisphere, sessions = simulate(arrays=PAIR), ManagerSessions()

    def member(storage_id: str, array_id: str) -> Any:
        access = access_to(unisphere, storage_id=storage_id, storage_name=array_id)
        return sessions.member("manager", VmaxDriver, access)

    drivers = {"s1": member("s1", ONE), "s2": member("s2", TWO)}
    volumes = {
        storage_id: driver.list_volumes(get_admin_context(storage_id=storage_id))
        for storage_id, driver in drivers.items()
    }
    assert {name: len(rows) for name, rows in volumes.items()} == {"s1": 3, "s2": 5}
    assert {row["storage_id"] for row in volumes["s2"]} == {"s2"}
    assert unisphere.counters.by_endpoint["version"] == 1
    drivers["s1"].delete_storage(get_admin_context(storage_id="s1"))
    with pytest.raises(exception.StorageNotFound):
        drivers["s2"].get_storage(get_admin_context(storage_id="s1"))
    assert drivers["s2"].get_storage(get_admin_context(storage_id="s2"))["serial_number"] == TWO
    drivers["s2"].close_connection()


def test_only_what_every_such_array_can_do_is_declared(driver: VmaxDriver) -> None:
    told = checked(driver.get_capabilities(None))
    assert told["features"] == ["thin_provisioning", "snapshots"]
    # Which protocols there are depends on the directors that an array has.
    assert "protocols" not in told
