"""Every alert that delfin raises itself stands in the guide, in the words that operators get."""

from __future__ import annotations

import pytest

from delfin.alerts import internal
from delfin.alerts.internal import InternalAlert
from tests.meta.project import ROOT

RAISED = [one for one in vars(internal).values() if isinstance(one, InternalAlert)]


def missing(alert: InternalAlert, guide: str) -> bool:
    row = f"| `{alert.alert_id}` | {alert.severity} | {alert.text} | {alert.advice} |"
    return row not in guide.splitlines()


@pytest.mark.parametrize("alert", RAISED, ids=[one.alert_id for one in RAISED])
def test_an_alert_of_delfins_own_is_in_the_guide(alert: InternalAlert) -> None:
    assert not missing(alert, (ROOT / "docs/guide/alerts.md").read_text())


def test_an_alert_without_its_row_is_found() -> None:
    assert missing(RAISED[0], "")
