"""A trap and the listed alert put the array and the object in different places, and are one alert."""

from __future__ import annotations

from typing import Any

import pytest

from delfin.drivers.dellemc.vmax.alerts import from_trap
from delfin.drivers.dellemc.vmax.driver import VmaxDriver
from delfin.drivers.dellemc.vmax.event_text import said
from delfin.testing.simulated.powermax.simulator import ARRAY
from tests.unit.drivers.dellemc.vmax.told import alert, trap

OFFLINE = "Port state has changed to Offline."


def key_of_trap(text: str) -> Any:
    told = from_trap(trap(name=ARRAY, severity="6", text=text))
    assert told is not None
    return told["match_key"]


@pytest.mark.parametrize(
    ("text", "happened", "thing"),
    [
        (f"{OFFLINE} - Object is: {ARRAY}:RF-1F:5", OFFLINE, "RF-1F:5"),
        (f"Symmetrix {ARRAY} : {OFFLINE} - Object is: {ARRAY}:RF-1F:5", OFFLINE, "RF-1F:5"),
        (f"Symmetrix {ARRAY}: {OFFLINE}", OFFLINE, ""),
        (
            f"Disk is Offline (was: Online).-Object is: {ARRAY}:02C:C1",
            "Disk is Offline (was: Online).",
            "02C:C1",
        ),
        (f"Array state has changed. - Object is: {ARRAY}", "Array state has changed.", ""),
        (OFFLINE, OFFLINE, ""),
        ("Symmetrix", "Symmetrix", ""),
        ("", "", ""),
    ],
)
def test_the_array_and_the_object_are_put_apart(text: str, happened: str, thing: str) -> None:
    assert said(text) == (happened, thing)


def test_a_long_text_is_read_at_once() -> None:
    said(f"Symmetrix {ARRAY} " + "a " * 50_000)
    said(" - Object is: " * 5_000)
    said("- " + " " * 60_000 + "-")


@pytest.mark.parametrize(
    "text",
    [
        f"Symmetrix {ARRAY} : {OFFLINE} - Object is: {ARRAY}:FA-1D:4",
        f"{OFFLINE} - Object is: {ARRAY}:FA-1D:4",
        f"{OFFLINE}-Object is: {ARRAY}:FA-1D:4",
    ],
)
def test_a_trap_and_the_listed_alert_are_recognised_as_the_same(
    driver: VmaxDriver, text: str
) -> None:
    listed = driver.list_alerts(None, None)[0]
    assert key_of_trap(text) == listed["match_key"]


@pytest.mark.parametrize(
    "text",
    [
        f"Symmetrix {ARRAY} : {OFFLINE} - Object is: {ARRAY}:FA-1D:5",
        f"Symmetrix {ARRAY} : Port state has changed to Online. - Object is: {ARRAY}:FA-1D:4",
        f"Symmetrix {ARRAY} : {OFFLINE}",
    ],
)
def test_another_port_or_another_state_is_another_alert(driver: VmaxDriver, text: str) -> None:
    assert key_of_trap(text) != driver.list_alerts(None, None)[0]["match_key"]


def test_the_same_words_about_two_objects_are_two_alerts() -> None:
    text = "Service level missed"
    one, two, none = (alert(description=text, object=name) for name in ("SG1", "SG2", ""))
    assert len({row["match_key"] for row in (one, two, none)}) == 3
    again = alert(description=text, object="SG1", state="CLEARED")
    assert again["match_key"] == one["match_key"]
    # A part of a word or of a number names nothing.
    five, fifteen = (alert(description="15 ms", object=name) for name in ("5", "1"))
    assert five["match_key"] != fifteen["match_key"]


@pytest.mark.parametrize(
    ("text", "thing"),
    [
        ("Director FA-1D : offline", "FA-1D"),
        ("Drive 3 has failed", "3"),
        ("Storage group 'R&D (1)': missed", "R&D (1)"),
        ("A trace was taken", ""),
        ("A trace was taken", ARRAY),
    ],
)
def test_words_that_name_the_object_are_known_again_in_a_trap(text: str, thing: str) -> None:
    assert key_of_trap(text) == alert(description=text, object=thing)["match_key"]
    assert key_of_trap(f"Symmetrix {ARRAY} : {text}") == key_of_trap(text)
