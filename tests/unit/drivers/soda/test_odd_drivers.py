"""Drivers written for SODA Delfin 1.x, through the driver API and a synchronisation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from oslo_config import cfg

from delfin import cryptor, exception
from delfin.common.key_file import open_key_ring
from delfin.context import RequestContext
from delfin.db import storages
from delfin.db.access_info import AccessInfo
from delfin.db.access_secrets import seal
from delfin.db.session import Database
from delfin.drivers.api import DriverAPI
from delfin.drivers.manager import DriverManager
from delfin.inventory.access import HOST_GROUPS, HOST_INITIATORS, MASKING_VIEWS, PORT_GROUPS
from delfin.inventory.block import POOLS, VOLUMES
from delfin.inventory.file import QUOTAS
from delfin.inventory.hardware import CONTROLLERS, DISKS, PORTS
from delfin.jobs.board import JobBoard
from delfin.jobs.queue import JobQueue
from delfin.testing.simulated.fake_storage import FakeStorage
from tests.unit.conftest import Bench
from tests.unit.drivers.soda import odd_drivers
from tests.unit.drivers.utils.ssh_server import PASSWORD as SSH_PASSWORD
from tests.unit.drivers.utils.ssh_server import Answer, ssh_server

PASSWORD = "Fr0nt-d00r"


class OldDrivers(DriverManager):
    """Finds the classes of 'odd_drivers' by their name as a model."""

    def driver_class(self, vendor: str, model: str) -> Any:
        return getattr(odd_drivers, model)


@pytest.fixture
def old(database: Database, conf: cfg.ConfigOpts) -> Iterator[Bench]:
    queue = JobQueue(database, conf)
    keyring = open_key_ring(conf.secrets.key_file, {})
    arrays = DriverAPI(database, keyring, OldDrivers())
    yield Bench(database, conf, keyring, queue, JobBoard(queue, conf), arrays)
    arrays.sessions.close()


def register(bench: Bench, model: str, **blocks: Any) -> str:
    """A storage whose access information is in the database as a registration leaves it."""
    storage_id = str(uuid4())
    login = {"host": "h", "port": 8443, "username": "u", "password": cryptor.encode(PASSWORD)}
    blocks = blocks or {"rest": login}
    access = {"vendor": "acme", "model": model, **blocks, "storage_id": storage_id}
    row = bench.arrays.discover_storage(RequestContext(), access)
    with bench.database.writer() as session:
        storages.add(session, storage_id, row)
        sealed = seal(bench.keyring, storage_id, blocks)
        session.add(
            AccessInfo(storage_id=storage_id, vendor="acme", model=model, generation=1, **sealed)
        )
    return storage_id


def context() -> RequestContext:
    return RequestContext()


class TestOddRows:
    def test_what_can_be_understood_is_stored(self, old: Bench) -> None:
        storage_id = register(old, "OddRows")
        finished = old.sync(storage_id)
        assert finished.state == "done", finished
        pool = old.rows(POOLS, storage_id)["1"]
        assert (pool["total_capacity"], pool["used_capacity"]) == (100, 40)
        assert pool["free_capacity"] is None, "unknown is never zero"
        volume = old.rows(VOLUMES, storage_id)["v1"]
        assert (len(volume["name"]), volume["deduplicated"]) == (255, True)
        assert (volume["compressed"], volume["total_capacity"]) == (None, None)
        controllers = old.rows(CONTROLLERS, storage_id)
        assert controllers["a"]["memory_size"] == 1024
        assert controllers["b"]["memory_size"] is None
        port = old.rows(PORTS, storage_id)["p"]
        assert (port["speed"], port["max_speed"]) == (32 * 10**9, 64 * 10**9)
        disk = old.rows(DISKS, storage_id)["d"]
        assert (disk["speed"], disk["capacity"]) == (None, 5)
        quota = old.rows(QUOTAS, storage_id)["q"]
        assert (quota["capacity_hard_limit"], quota["file_count"]) == (None, 12)
        assert len(old.rows(HOST_INITIATORS, storage_id)) == 1
        assert len(old.rows(MASKING_VIEWS, storage_id)) == 1

    def test_both_forms_of_groups_have_their_members(self, old: Bench) -> None:
        storage_id = register(old, "OddRows")
        old.sync(storage_id)
        groups = old.rows(HOST_GROUPS, storage_id)
        assert sorted(groups["g"]["storage_hosts"]) == ["h1", "h2"]
        assert groups["e"]["storage_hosts"] == []
        assert old.rows(PORT_GROUPS, storage_id)["pg"]["ports"] == ["p"]

    def test_a_second_synchronisation_works_as_well(self, old: Bench) -> None:
        storage_id = register(old, "OddRows")
        old.sync(storage_id)
        before = old.rows(DISKS, storage_id)
        assert old.sync(storage_id).state == "done"
        assert old.rows(DISKS, storage_id) == before

    def test_the_storages_numbers_are_numbers(self, old: Bench) -> None:
        login = {"host": "h", "port": 1, "username": "u", "password": cryptor.encode("x")}
        access = {"vendor": "acme", "model": "OddRows", "rest": login}
        row = old.arrays.discover_storage(context(), access)
        assert (row["total_capacity"], row["used_capacity"]) == (1000, 400)
        assert row["raw_capacity"] is None

    def test_capabilities_are_asked_for_with_the_firmware(self, old: Bench) -> None:
        storage_id = register(old, "OddRows")
        told = old.arrays.get_capabilities(context(), storage_id)
        assert told["resource_metrics"].keys() == {"volume"}
        metrics = old.arrays.collect_perf_metrics(
            context(), storage_id, told["resource_metrics"], 5, 9
        )
        assert [(m.name, m.values) for m in metrics] == [("iops", {5: 1})]
        assert metrics[0].labels["storage_id"] == storage_id

    def test_a_driver_that_compares_the_firmware_is_told_nothing_without_it(
        self, old: Bench
    ) -> None:
        asked = (context(), "acme", "ComparesFirmware")
        for firmware in ("9.8", None, ""):
            told = old.arrays.capabilities_of(*asked, firmware, ["rest", "ssh"])
            assert told["is_historic"] is True
        with pytest.raises(exception.StorageCapabilityNotSupported):
            old.arrays.capabilities_of(*asked, "9.7", ["rest", "ssh"])


class TestOddErrors:
    @pytest.mark.parametrize(
        ("kind", "error", "text"),
        [
            (POOLS, exception.NotAuthorized, "Not authorized"),
            (VOLUMES, exception.InvalidResults, "list_volumes returned NoneType"),
            (CONTROLLERS, KeyError, "controllers"),
            (PORTS, exception.InvalidResults, r"told \{0\} braces"),
            (DISKS, exception.StorageBackendException, r"\{0\}"),
        ],
    )
    def test_each_arrives_as_itself(
        self, old: Bench, kind: Any, error: type[Exception], text: str
    ) -> None:
        storage_id = register(old, "OddErrors")
        with pytest.raises(error, match=text):
            old.arrays.list_rows(context(), storage_id, kind)

    def test_a_synchronisation_tells_which_kinds_failed_and_loses_nothing(self, old: Bench) -> None:
        storage_id = register(old, "OddErrors")
        finished = old.sync(storage_id)
        failed = {kind["kind"] for kind in finished.result["failed_kinds"]}
        assert {"storage_pools", "volumes", "controllers", "ports", "disks"} <= failed
        assert "shares" not in failed

    def test_alerts_are_asked_for_with_a_whole_range_or_none(self, old: Bench) -> None:
        storage_id = register(old, "OddErrors")
        assert old.arrays.list_alerts(context(), storage_id) == []
        assert old.arrays.list_alerts(context(), storage_id, begin_time=5) == []


@pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning")
def test_a_driver_that_swaps_tokens_in_its_session_works(old: Bench) -> None:
    with FakeStorage(password=PASSWORD) as array:
        login = {
            "host": array.host,
            "port": array.port,
            "username": "admin",
            "password": cryptor.encode(PASSWORD),
        }
        storage_id = register(old, "OldRest", rest=login)
        assert old.sync(storage_id).state == "done"
        assert len(old.rows(VOLUMES, storage_id)) == 200


def test_a_driver_with_an_ssh_pool_of_its_own_works(old: Bench) -> None:
    said = {"show system": b"Serial: S-1\r\n\r\n", "show pools": b"p1,1.5GB\np2,10MB\n"}
    with ssh_server(lambda command: Answer(said[command])) as server:
        login = {**server.access, "password": cryptor.encode(SSH_PASSWORD)}
        storage_id = register(old, "OldShell", ssh=login)
        assert old.sync(storage_id).state == "done"
        pools = old.rows(POOLS, storage_id)
        assert pools["p1"]["total_capacity"] == 1610612736
        old.arrays.sessions.close()


def test_positional_calls_reach_parameters_of_any_name(old: Bench) -> None:
    storage_id = register(old, "OddRows")
    taken = old.arrays.list_rows(context(), storage_id, HOST_INITIATORS)
    assert [row["native_storage_host_initiator_id"] for row in taken.rows] == ["i"]
    assert any("repeated" in note for note in taken.notes)
    assert POOLS.lister in dir(old.arrays)


def test_options_registered_on_import_are_tolerated(old: Bench) -> None:
    # As two drivers do, at the top of their modules and perhaps twice.
    option = cfg.StrOpt("fake_pool_range", default="1-100", help="as it was declared")
    for _ in range(2):
        cfg.CONF.register_opts([option], "fake_driver")
    assert old.sync(register(old, "OddRows")).state == "done"
    assert cfg.CONF.fake_driver.fake_pool_range == "1-100"
