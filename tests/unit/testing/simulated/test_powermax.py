"""A simulated Unisphere's own interface, seen by plain requests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from delfin.testing.simulated.powermax import PowerMax, Sizes
from delfin.testing.simulated.powermax.iterators import Iterators

ARRAY, OTHER = "000297900330", "000297900331"
GOOD = ("admin", "Fake-Array-1")


@pytest.fixture
def unisphere() -> Iterator[PowerMax]:
    arrays = {ARRAY: Sizes(volumes=2500), OTHER: Sizes(volumes=1)}
    with PowerMax(arrays=arrays, remote=["000297900999"], version="101") as unisphere:
        yield unisphere


def ask(
    unisphere: PowerMax,
    path: str,
    *,
    method: str = "GET",
    body: Any = None,
    account: tuple[str, str] | None = GOOD,
    root: str = "/restapi",
) -> requests.Response:
    return requests.request(
        method,
        f"https://127.0.0.1:{unisphere.port}/univmax{root}{path}",
        json=body,
        auth=account,
        verify=str(unisphere.certificate_path),
        timeout=5,
    )


@pytest.mark.parametrize("account", [None, ("admin", "wrong"), ("other", "Fake-Array-1")])
def test_nothing_is_told_without_the_account(
    unisphere: PowerMax, account: tuple[str, str] | None
) -> None:
    answer = ask(unisphere, "/version", account=account)
    assert (answer.status_code, answer.json()) == (401, {"message": "Unauthorized"})
    assert unisphere.sessions.logins == 0


def test_a_unisphere_serves_its_version_and_the_two_before(unisphere: PowerMax) -> None:
    assert ask(unisphere, "/version").json()["supported_api_versions"] == ["92", "100", "101"]
    statuses = [
        ask(unisphere, f"/{version}/system/symmetrix").status_code
        for version in ("91", "92", "100", "101", "102")
    ]
    assert statuses == [404, 200, 200, 200, 404]


def test_all_arrays_are_listed_and_only_local_ones_are_called_so(unisphere: PowerMax) -> None:
    names = ask(unisphere, "/100/system/symmetrix").json()["symmetrixId"]
    local = [ask(unisphere, f"/100/system/symmetrix/{n}").json()["local"] for n in names]
    assert local == [True, True, False]


def test_a_long_listing_is_handed_out_by_an_iterator(unisphere: PowerMax) -> None:
    path = f"/100/sloprovisioning/symmetrix/{ARRAY}/volume?data_volume=false"
    first = ask(unisphere, path).json()
    assert (first["count"], first["maxPageSize"], len(first["resultList"]["result"])) == (
        *(2500, 1000),
        1000,
    )
    page = f"/common/Iterator/{first['id']}/page?from=2001&to=2500"
    assert len(ask(unisphere, page).json()["result"]) == 500
    assert ask(unisphere, f"/common/Iterator/{first['id']}", method="DELETE").status_code == 204
    assert ask(unisphere, page).status_code == 404


def test_an_iterator_ends_some_time_after_its_last_use() -> None:
    now = [0.0]
    iterators = Iterators(clock=lambda: now[0])
    name = iterators.first(list(range(1500)))["id"]
    for now[0] in (200.0, 400.0):
        assert iterators.page(name, 1001, 1500) is not None
    now[0] = 641.0
    assert iterators.page(name, 1001, 1500) is None
    assert iterators.open == 0


def enhanced(unisphere: PowerMax, path: str, array: str = OTHER) -> requests.Response:
    return ask(unisphere, f"/v1/systems/{array}/volumes{path}", root="/rest")


def test_enhanced_calls_tell_what_is_selected(unisphere: PowerMax) -> None:
    first, *_ = enhanced(unisphere, "").json()["volumes"]
    assert first == {"id": "00001"}
    first, *_ = enhanced(unisphere, "?select=id,type,srp,srp.id,nothing").json()["volumes"]
    assert first == {"id": "00001", "type": "TDEV", "srp": {"id": "SRP_1"}}
    first, *_ = enhanced(unisphere, "?select=srp,storage_groups").json()["volumes"]
    assert first == {"srp": {}, "storage_groups": [{}]}


def test_enhanced_calls_have_a_root_and_a_first_version_of_their_own(unisphere: PowerMax) -> None:
    assert ask(unisphere, f"/v1/systems/{OTHER}/volumes").status_code == 404
    assert ask(unisphere, "/version", root="/rest").status_code == 404
    assert enhanced(unisphere, "").status_code == 200
    unisphere.served = ("91", "92", "100")
    assert enhanced(unisphere, "").status_code == 404


def test_enhanced_calls_go_on_from_the_token_of_a_page(unisphere: PowerMax) -> None:
    unisphere.enhanced_page = 2000
    first = enhanced(unisphere, "", ARRAY).json()
    paging = first["paging"]
    assert (paging["total_instances"], paging["remaining_instances"]) == (2502, 502)
    last = enhanced(unisphere, f"?resume_token={paging['resume_token']}", ARRAY).json()
    assert (len(first["volumes"]), len(last["volumes"]), "paging" in last) == (2000, 502, False)
    for unknown in ("after-9999", "nothing"):
        assert enhanced(unisphere, f"?resume_token={unknown}", ARRAY).status_code == 404


def test_data_volumes_are_listed_unless_they_are_filtered_out(unisphere: PowerMax) -> None:
    path = f"/100/sloprovisioning/symmetrix/{OTHER}/volume"
    every = ask(unisphere, path).json()["resultList"]["result"]
    assert [one["volumeId"] for one in every] == ["00001", "FFC00", "FFC01"]
    own = ask(unisphere, f"{path}?data_volume=false").json()["resultList"]["result"]
    assert [one["volumeId"] for one in own] == ["00001"]
    kinds = enhanced(unisphere, "?select=type").json()["volumes"]
    assert kinds == [{"type": "TDEV"}, {"type": "TDAT"}, {"type": "TDAT"}]
    told = ask(unisphere, f"/100/sloprovisioning/symmetrix/{OTHER}").json()
    assert (told["device_count"], told["host_visible_device_count"]) == (3, 1)


def test_an_alert_is_acknowledged_and_stays_until_it_is_deleted(unisphere: PowerMax) -> None:
    alert = ask(unisphere, f"/100/system/alert?array={OTHER}").json()["alertId"][0]
    path = f"/100/system/alert/{alert}"
    assert ask(unisphere, path).json()["state"] == "NEW"
    assert ask(unisphere, path, method="PUT", body={"a": 1}).status_code == 400
    order = {"editAlertActionParam": "ACKNOWLEDGE"}
    assert ask(unisphere, path, method="PUT", body=order).json()["state"] == "ACKNOWLEDGED"
    assert ask(unisphere, path).json()["acknowledged"] is True
    assert ask(unisphere, path, method="DELETE").status_code == 204
    assert ask(unisphere, path).status_code == 404
    assert ask(unisphere, path, method="PUT", body=order).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/100/system/symmetrix/000000000000",
        f"/100/sloprovisioning/symmetrix/{ARRAY}/volume/FFFFF",
        f"/100/sloprovisioning/symmetrix/{ARRAY}/nothing",
        f"/100/system/symmetrix/{ARRAY}/director/XX-9Z/port/1",
        "/performance/Array/metrics",
        "/",
    ],
)
def test_what_there_is_not_is_not_found(unisphere: PowerMax, path: str) -> None:
    answer = ask(unisphere, path)
    assert (answer.status_code, answer.json()["message"]) == (404, "Cannot find the resource")


def measured(unisphere: PowerMax, **asked: Any) -> requests.Response:
    end = ask(unisphere, "/performance/Array/keys").json()["arrayInfo"][0]["lastAvailableDate"]
    body = {"systemId": ARRAY, "startDate": end, "endDate": end, "dataFormat": "Average"}
    body |= {"metrics": ["Reads"], **asked}
    body["startDate"] = end - body.pop("span", 0)
    return ask(unisphere, "/performance/Volume/metrics", method="POST", body=body)


def test_volumes_are_measured_by_range_and_by_storage_group(unisphere: PowerMax) -> None:
    ranged = {"volumeStartRange": "00002", "volumeEndRange": "00003"}
    found = measured(unisphere, **ranged).json()
    assert (found["count"], found["maxPageSize"]) == (2, 1000)
    one, two = found["resultList"]["result"]
    assert (one["volumeId"], two["volumeId"]) == ("00002", "00003")
    assert one["volumeResult"] != two["volumeResult"]
    grouped = measured(unisphere, commaSeparatedStorageGroupList=one["storageGroups"]).json()
    assert grouped["count"] == 2500 / 4
    assert one in grouped["resultList"]["result"]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"span": 3_600_001}, "The time range can not exceed 1 hour"),
        (
            {"commaSeparatedStorageGroupList": ",".join(f"SG-{n}" for n in range(101))},
            "At most 100 storage groups can be specified",
        ),
    ],
)
def test_too_much_about_volumes_at_once_is_refused(
    unisphere: PowerMax, asked: dict[str, Any], said: str
) -> None:
    if "commaSeparatedStorageGroupList" not in asked:
        asked = {"volumeStartRange": "00001", "volumeEndRange": "00001", **asked}
    answer = measured(unisphere, **asked)
    assert (answer.status_code, answer.json()) == (400, {"message": said})


def test_the_keys_of_a_removed_storage_group_stay_with_its_samples(unisphere: PowerMax) -> None:
    body = {"symmetrixId": ARRAY}
    told = ask(unisphere, "/performance/StorageGroup/keys", method="POST", body=body).json()
    until = {one["storageGroupId"]: one["lastAvailableDate"] for one in told["storageGroupInfo"]}
    assert set(until) == {f"app-000{n}-SG" for n in range(1, 6)}
    assert until["app-0005-SG"] == until["app-0001-SG"] - 24 * 3_600_000
