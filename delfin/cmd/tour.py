"""A first look at delfin, over REST: registers an array, waits, and shows its inventory as tables."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any

import requests

# What is shown of each kind, and how many rows at most.
SHOWN = {
    "storage-pools": ("name", "status", "storage_type", "total_capacity", "used_capacity"),
    "volumes": ("name", "status", "type", "native_storage_pool_id", "total_capacity"),
    "disks": ("name", "status", "physical_type", "model", "capacity"),
    "ports": ("name", "type", "connection_status", "speed", "location"),
}
ROWS = 5
LONGEST = 60.0


class Tour:
    """Talks to one delfin; what it finds is text to print."""

    def __init__(self, url: str) -> None:
        self._url = url

    def register(self, access: dict[str, Any]) -> str:
        """The id of the storage; one that is registered already is reached so from now on.

        Raises:
            RuntimeError: delfin refuses; the text says why.
        """
        answer = requests.post(f"{self._url}/v1/storages", json=access, timeout=LONGEST)
        if answer.status_code == 201:
            return str(answer.json()["id"])
        error = answer.json()
        if error.get("error_code") != "StorageAlreadyExists":
            raise RuntimeError(error.get("error_msg", answer.text))
        found = self._get("storages")["storages"][0]["id"]
        # The simulated array makes its certificate anew each time.
        change = {"rest": access["rest"], "tls": access["tls"]}
        answer = requests.put(
            f"{self._url}/v1/storages/{found}/access-info", json=change, timeout=LONGEST
        )
        if answer.status_code != 200:
            raise RuntimeError(answer.json().get("error_msg", answer.text))
        requests.post(f"{self._url}/v1/storages/{found}/sync", timeout=LONGEST)
        return str(found)

    def wait_until_synced(self, storage_id: str) -> dict[str, Any]:
        """The storage once its synchronisation has ended.

        Raises:
            TimeoutError: It takes longer than LONGEST seconds.
        """
        deadline = time.monotonic() + LONGEST
        while time.monotonic() < deadline:
            storage: dict[str, Any] = self._get(f"storages/{storage_id}")
            if storage["sync_status"] == "SYNCED":
                return storage
            time.sleep(0.1)
        raise TimeoutError(f"storage {storage_id} is still syncing")

    def inventory(self, storage_id: str) -> Iterator[str]:
        """The lines of one table a kind."""
        for path, columns in SHOWN.items():
            query = {"storage_id": storage_id, "limit": str(ROWS), "sort": "name:asc"}
            answer = requests.get(f"{self._url}/v1/{path}", params=query, timeout=LONGEST)
            rows = answer.json()[path.replace("-", "_")]
            yield f"\n{path}: {answer.headers['X-Total-Count']}"
            yield from table(columns, [[_readable(n, row[n]) for n in columns] for row in rows])

    def _get(self, path: str) -> Any:
        return requests.get(f"{self._url}/v1/{path}", timeout=LONGEST).json()


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The lines of a table, columns aligned."""
    widths = [max(map(len, cells)) for cells in zip(columns, *rows, strict=True)]
    for cells in (columns, ["-" * width for width in widths], *rows):
        padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
        yield "  " + "  ".join(padded).rstrip()


def _readable(column: str, value: Any) -> str:
    """Capacities in GiB and speeds in Gbit/s; what is unknown is a dash, not a zero."""
    if value is None:
        return "-"
    if column.endswith("capacity"):
        return f"{value / 2**30:.1f} GiB"
    if column == "speed":
        return f"{value / 10**9:g} Gbit/s"
    return str(value)
