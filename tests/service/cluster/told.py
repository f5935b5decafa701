"""What a simulated array says that it has."""

from __future__ import annotations

from delfin.testing.simulated.fake_storage import FakeStorage


def told(array: FakeStorage, serial: str) -> list[str]:
    """The ids of the volumes that the array has, sorted."""
    items = array.array(serial).snapshot.page("volumes", 0, 10**6)
    return sorted(item["id"] for item in items)
