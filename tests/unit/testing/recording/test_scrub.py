"""Nothing in a recording says whose array it is, no secret is in it, and references still lead on."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from delfin import cryptor
from delfin.testing.recording.exchange import Exchange
from delfin.testing.recording.scrub import Scrubber
from delfin.testing.recording.shapes import Shapes
from delfin.testing.recording.standins import HOST, PASSWORD, TOKEN, USER

SECRET = "Fr0nt-d00r"


def scrubber(**access: Any) -> Scrubber:
    block = {
        "host": "vault7.bank.example",
        "port": 8443,
        "username": "jsmith",
        "password": cryptor.encode(SECRET),
    }
    return Scrubber({"rest": {**block, **access}})


def rest(answer: Any, **asked: Any) -> Exchange:
    question = {"method": "GET", "path": "/x", **asked}
    return Exchange("rest", question, {"status": 200, "headers": {}, "json": answer})


def test_the_login_is_what_the_replay_sends() -> None:
    sent = rest({}, method="POST", json={"user": "jsmith", "password": SECRET})
    assert scrubber().exchange(sent).asked["json"] == {"user": USER, "password": PASSWORD}


def test_a_common_account_is_replaced_in_the_login_and_kept_in_prose() -> None:
    scrub = scrubber(username="admin")
    sent = rest({"text": "the admin is here"}, json={"user": "admin"})
    told = scrub.exchange(sent)
    assert told.asked["json"] == {"user": USER}
    assert told.answer["json"] == {"text": "the admin is here"}


@pytest.mark.parametrize(
    "text",
    [
        SECRET,
        f"password={SECRET}",
        base64.b64encode(SECRET.encode()).decode().rstrip("="),
        SECRET.encode().hex(),
        "token: 99fa-8812-0000",
    ],
)
def test_a_secret_in_any_form_is_not_written(text: str) -> None:
    written = str(scrubber().exchange(rest({"note": text, "more": [text]})).answer)
    assert SECRET not in written
    assert text not in written


def test_a_token_has_one_stand_in_wherever_it_is_used() -> None:
    scrub = scrubber()
    login = scrub.exchange(rest({"iBaseToken": "A81B-77"}, path="/login"))
    logout = scrub.exchange(rest({}, path="/sessions/A81B-77", query=[["t", "A81B-77"]]))
    stand_in = login.answer["json"]["iBaseToken"]
    assert stand_in.startswith(TOKEN)
    assert logout.asked["path"] == f"/sessions/{stand_in}"
    assert logout.asked["query"] == [["t", stand_in]]


def test_tokens_in_headers_and_cookies_are_replaced() -> None:
    answer = {
        "status": 200,
        "headers": {
            "X-Auth-Token": "99fa8812",
            "Set-Cookie": "sid=77aa88bb; Secure; Domain=bank.example",
            "Server": "nginx on vault7",
            "Location": "https://vault7.bank.example:8443/api/next",
        },
    }
    told = scrubber().exchange(Exchange("rest", {"method": "GET", "path": "/"}, answer))
    headers = told.answer["headers"]
    assert headers.keys() == {"X-Auth-Token", "Set-Cookie", "Location"}
    assert headers["X-Auth-Token"].startswith(TOKEN)
    assert headers["Set-Cookie"].startswith(f"sid={TOKEN}")
    assert headers["Location"] == f"https://{HOST}/api/next"


def test_names_learnt_from_rows_are_replaced_everywhere() -> None:
    scrub = scrubber()
    rows = [{"native_volume_id": "7", "name": "payroll", "wwn": None}]
    scrub.learn("volumes", rows)
    told = scrub.exchange(rest({"volumes": [{"label": "payroll", "path": "/vol/payroll/lun0"}]}))
    volume = told.answer["json"]["volumes"][0]
    assert volume == {"label": "volume1", "path": "/vol/volume1/lun0"}


@pytest.mark.parametrize("name", ["online", "x", "12", "default", "iscsi"])
def test_a_name_that_is_a_word_of_the_trade_is_kept(name: str) -> None:
    scrub = scrubber()
    scrub.learn("volumes", [{"name": name}])
    scrub.hear(f"state {name}.")
    assert scrub.text(f"state {name}.") == f"state {name}."


def test_hardware_keeps_its_names_and_loses_its_serial_numbers() -> None:
    scrub = scrubber()
    scrub.learn("disks", [{"name": "Bay 3", "serial_number": "S3Z8NB0K"}])
    scrub.hear("Bay 3 S3Z8NB0K")
    told = scrub.text("Bay 3 S3Z8NB0K")
    assert told.startswith("Bay 3 ")
    assert "S3Z8NB0K" not in told
    assert len(told) == len("Bay 3 S3Z8NB0K")


def test_a_wwn_is_the_same_in_each_way_of_writing_it() -> None:
    scrub = scrubber()
    told = scrub.text(
        "50:01:43:80:AA:00:11:22 50014380aa001122 naa.5001438aa0011223 0x5001438aa0011223"
    )
    colons, plain, naa, zero_x = told.split()
    assert colons.replace(":", "").lower() == plain
    assert plain != "5001438aa0011223"[:16]
    assert naa.removeprefix("naa.") == zero_x.removeprefix("0x")
    assert plain[0] == "5"


def test_addresses_are_replaced_and_masks_and_versions_kept() -> None:
    scrub = scrubber()
    told = scrub.text(
        "ip 10.4.5.6 mac 00:A0:98:11:22:33 v6 fe80::1:2\nmask 255.255.255.0\nfirmware 9.1.2.3"
    )
    assert "10.4.5.6" not in told
    assert "198.18." in told
    assert "00:A0:98" not in told
    assert "2001:db8::" in told
    assert told.endswith("mask 255.255.255.0\nfirmware 9.1.2.3")
    versions = {"firmware_version": "8.1.0.2", "ip": "8.1.0.2"}
    kept = scrub.exchange(rest(versions)).answer["json"]
    assert kept["firmware_version"] == "8.1.0.2"
    assert kept["ip"] != "8.1.0.2"


def test_an_initiator_keeps_the_form_of_its_name() -> None:
    told = scrubber().text("iqn.1998-01.com.vmware:esx-prod-04")
    assert told.startswith("iqn.1998-01.")
    assert "vmware" not in told
    assert "prod" not in told


def test_scrubbing_again_changes_nothing() -> None:
    scrub = scrubber()
    scrub.learn("volumes", [{"name": "payroll", "wwn": "600a098000112233445566778899aabb"}])
    once = scrub.exchange(rest({"a": ["payroll", "600a098000112233445566778899aabb", "10.1.2.3"]}))
    assert scrub.exchange(once) == once


def test_different_values_never_share_a_stand_in() -> None:
    shapes = Shapes()
    values = [f"SN{n:04}" for n in range(500)]
    assert len({shapes.like(value) for value in values}) == 500
    assert [shapes.like(value) for value in values] == [shapes.like(value) for value in values]


def test_a_name_that_the_driver_put_together_is_found_in_its_parts() -> None:
    scrub = scrubber()
    scrub.learn("volumes", [{"name": "vgpay/salaries", "description": "LVM volume of vgpay"}])
    printed = "/dev/vgpay/salaries vgpay-salaries volume"
    told = scrub.exchange(Exchange("exec", "lvs", {"stdout": printed})).answer["stdout"]
    assert "vgpay" not in told
    assert "salaries" not in told
    assert told.endswith(" volume")
    assert scrub.value("vgpay/salaries") in told
