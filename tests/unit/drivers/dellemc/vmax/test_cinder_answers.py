"""The driver against answers that somebody else wrote down: the PowerMax constants of Cinder.

They are the shapes of Unisphere 9.2 and 10.0 answers that Cinder's own driver is tested on. A server
hands them out over HTTPS; what Cinder has no answer for is not asked here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import pytest

from delfin.drivers.dellemc.vmax import performance
from delfin.drivers.dellemc.vmax.driver import VmaxDriver
from delfin.testing.simulated.array import SimulatedArray
from delfin.testing.simulated.server import Answer, Request
from tests.unit.drivers.dellemc.vmax.conftest import Connect
from tests.wheels import constants_of, source_of

WHEEL = "cinder==29.0.0"
FILE = "cinder/tests/unit/volume/drivers/dell_emc/powermax/powermax_data.py"
ROOT = "/univmax/restapi"

Data = dict[str, Any]


class Served(SimulatedArray):
    """Answers by path and nothing else."""

    def __init__(self, answers: Data) -> None:
        super().__init__()
        self.answers = answers
        self.missed: list[str] = []

    def answer(self, request: Request) -> Answer:
        path = unquote(request.path.removeprefix(ROOT))
        if request.method == "DELETE":
            return Answer(204)
        if path not in self.answers:
            self.missed.append(path)
            return Answer(404, {"message": f"nothing is recorded for {path}"})
        return Answer(200, self.answers[path])


@pytest.fixture(scope="session")
def data() -> Data:
    return constants_of(source_of(WHEEL, FILE), "PowerMaxData")


def answers(data: Data) -> Data:
    """Which constant is the answer to which path."""
    array = data["array"]
    slo, system = f"/92/sloprovisioning/symmetrix/{array}", f"/92/system/symmetrix/{array}"
    groups = {one["storageGroupId"]: one for one in data["sg_details"]}
    told: Data = {
        "/version": data["version_details"],
        "/92/system/symmetrix": {"symmetrixId": [array]},
        system: data["powermax_model_details"],
        slo: {"symmetrixId": array},
        f"{slo}/srp": {"srpId": [data["srp"]]},
        f"{slo}/srp/{data['srp']}": data["srp_details"],
        f"{slo}/storagegroup": {"storageGroupId": list(groups)},
        # The first page of an iterator of two, and its second page.
        f"{slo}/volume": data["volume_list"][0],
        f"/common/Iterator/{data['volume_list'][0]['id']}/page": data["volume_list"][1][
            "resultList"
        ],
        f"{slo}/initiator": data["initiator_list"][2],
        "/performance/Array/keys": data["array_keys"],
    }
    told |= {f"{slo}/volume/{one['volumeId']}": one for one in data["volume_details"][:2]}
    told |= {f"{slo}/storagegroup/{name}": one for name, one in groups.items()}
    for kind, key, objects in (
        ("host", "hostId", data["initiator_group_list"]),
        ("portgroup", "portGroupId", data["portgroup"]),
        ("maskingview", "maskingViewId", data["maskingview"][:2]),
    ):
        told[f"{slo}/{kind}"] = {key: [one[key] for one in objects]}
        told |= {f"{slo}/{kind}/{one[key]}": one for one in objects}
    paths = data["initiator_list"][2]["initiatorId"]
    told |= {
        f"{slo}/initiator/{p}": one
        for p, one in zip(paths, data["initiator_list"][:2], strict=True)
    }
    ports = data["port_list"]
    keys = [one["symmetrixPort"]["symmetrixPortKey"] for one in ports]
    told[f"{system}/director"] = {"directorId": [key["directorId"] for key in keys]}
    for key, one in zip(keys, ports, strict=True):
        place = f"{system}/director/{key['directorId']}/port"
        told[place] = {"symmetrixPortKey": [key]}
        told[f"{place}/{key['portId']}"] = one
    return told


@pytest.fixture
def served(data: Data) -> Iterator[Served]:
    with Served(answers(data)) as array:
        yield array
        assert array.missed == []


@pytest.fixture
def driver(served: Served, data: Data, connect: Connect) -> VmaxDriver:
    return connect(served, storage_name=data["array"])


def test_the_array_and_its_pool(driver: VmaxDriver, data: Data) -> None:
    assert driver.client.version == "92"
    storage, (pool,) = driver.get_storage(None), driver.list_storage_pools(None)
    assert (storage["serial_number"], storage["model"]) == (data["array"], "PowerMax_2000")
    assert storage["firmware_version"] == "5978.1091.1092"
    assert pool["total_capacity"] == round(24.45 * 2**40) == storage["total_capacity"]
    assert pool["used_capacity"] == round(8.62 * 2**40)
    assert pool["subscribed_capacity"] == round(93.52 * 2**40)


def test_volumes_of_two_pages(driver: VmaxDriver, data: Data) -> None:
    one, two = driver.list_volumes(None)
    assert [row["native_volume_id"] for row in (one, two)] == [
        data["device_id"],
        data["device_id2"],
    ]
    assert [row["total_capacity"] for row in (one, two)] == [2 * 2**30, 2**30]
    assert one["name"].startswith("OS-")
    assert one["wwn"] == data["volume_wwn"]
    # Cinder's is too short to be one, and is told as it is.
    assert two["wwn"] == "600012345"
    assert {row["native_storage_pool_id"] for row in (one, two)} == {data["srp"]}


def test_who_sees_what(driver: VmaxDriver, data: Data) -> None:
    fibre, iscsi = driver.list_masking_views(None)
    assert fibre["name"] == data["masking_view_name_f"]
    assert fibre["native_storage_host_id"] == data["initiatorgroup_name_f"]
    assert iscsi["native_volume_group_id"] == data["storagegroup_name_i"]
    assert iscsi["native_port_group_id"] == data["port_group_name_i"]
    hosts = {row["native_storage_host_id"] for row in driver.list_storage_hosts(None)}
    assert hosts == {data["initiatorgroup_name_f"], data["initiatorgroup_name_i"]}
    initiators = {row["name"]: row for row in driver.list_storage_host_initiators(None)}
    assert initiators[data["wwpn1"]]["native_storage_host_id"] == data["initiatorgroup_name_f"]
    assert initiators[data["initiator"]]["type"] == "iscsi"


def test_ports_and_their_groups(driver: VmaxDriver, data: Data) -> None:
    fibre, iscsi = driver.list_ports(None)
    assert (fibre["native_port_id"], fibre["type"], fibre["wwn"]) == (
        "FA-1D:4",
        "fc",
        data["wwpn1"],
    )
    assert (iscsi["native_port_id"], iscsi["ipv4"]) == ("SE-4E:0", data["ip"])
    members = driver.list_port_groups(None)["port_grp_port_rels"]
    assert [one["native_port_id"] for one in members] == ["FA-1D:4", "SE-4E:0"]


def test_a_port_with_its_state(served: Served, driver: VmaxDriver, data: Data) -> None:
    place = f"/92/system/symmetrix/{data['array']}/director/FA-1D/port/4"
    states = {}
    for name in ("port_info", "port_info_no_status"):
        served.answers[place] = data["port_info"] | ({} if name == "port_info" else NO_STATUS)
        row = driver.list_ports(None)[0]
        states[name] = (row["connection_status"], row["health_status"])
    assert states["port_info"] == ("connected", "normal")
    assert states["port_info_no_status"] == ("unknown", "unknown")


NO_STATUS = {"symmetrixPort": {"symmetrixPortKey": {"directorId": "FA-1D", "portId": "4"}}}


def test_the_newest_sample(driver: VmaxDriver, data: Data) -> None:
    found = performance.latest(driver.client, data["array"])
    assert found == data["l_date"] == 1594730100000
