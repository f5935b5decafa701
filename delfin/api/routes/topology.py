"""Routes of topology."""

from __future__ import annotations

from delfin import exception as e
from delfin.api import topology
from delfin.api.exchange import Operation, Route
from delfin.inventory.topology.graph import BY_WORD

ROUTES: tuple[Route, ...] = (
    Route(
        "/v1/storages/{storage_id}/topology",
        "Topology",
        (
            Operation(
                *("GET", "show_topology", "How the parts of a storage hang together"),
                topology.show,
                answer="Topology",
                parameters=topology.PARAMETERS,
                errors=(
                    *(e.InvalidInput, e.StorageNotFound),
                    *(kind.missing for kind in BY_WORD.values()),
                ),
            ),
        ),
    ),
    Route(
        "/v1/volumes/{id}/path",
        "Topology",
        (
            Operation(
                *("GET", "show_volume_path", "Hosts, views and ports of a volume, pool and disks"),
                topology.volume_path,
                answer="Topology",
                errors=(e.VolumeNotFound, e.StorageNotFound),
            ),
        ),
    ),
)
