"""Everything a driver lists for one host, checked by the rules that hold for every driver."""

from __future__ import annotations

from typing import Any

from delfin import exception
from delfin.drivers.linux.lvm.driver import LvmDriver
from delfin.inventory.catalog import KINDS
from delfin.testing import rules

Row = dict[str, Any]


def inventory(driver: LvmDriver) -> dict[str, list[Row]]:
    """Rows by kind, without the kinds that the driver or the account's rights leave out."""
    found = {}
    for kind in KINDS:
        try:
            found[kind.key] = getattr(driver, kind.lister)(None)
        except (NotImplementedError, exception.NotAuthorized):
            continue
    return found


def problems(found: dict[str, list[Row]]) -> list[str]:
    kinds = [kind for kind in KINDS if kind.key in found]
    listed = {kind.key: {row[kind.native_id] for row in found[kind.key]} for kind in kinds}
    return [
        finding
        for kind in kinds
        for finding in (
            *rules.findings(kind, found[kind.key]),
            *rules.dangling(kind, found[kind.key], listed),
        )
    ]


def by_name(rows: list[Row]) -> dict[str, Row]:
    return {row["name"]: row for row in rows}
