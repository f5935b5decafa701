"""Series that are ahead of the others of their array or behind: what was delivered of them, in memory."""

from __future__ import annotations

from dataclasses import replace

from delfin.telemetry.apart import Apart


class SeriesApart:
    """For all arrays of a process; where all series have the same times, it holds next to nothing.

    What it says of an edge counts for that edge alone: when another process had the job meanwhile,
    or what was delivered could not be written down, the edge in the database is another one.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], Apart] = {}

    def of(self, storage_id: str, resource_type: str, edge: int | None) -> Apart | None:
        """A copy of what is known of those that are not at the edge; None: nobody knows."""
        known = self._known.get((storage_id, resource_type))
        if known is None or known.edge != edge:
            return None
        return replace(known, times=dict(known.times), heard=dict(known.heard))

    def keep(self, storage_id: str, resource_type: str, apart: Apart, oldest: int) -> None:
        """One that is behind 'oldest' is forgotten."""
        times = apart.only(oldest)
        heard = {key: apart.heard[key] for key in times}
        self._known[storage_id, resource_type] = replace(apart, times=times, heard=heard)
