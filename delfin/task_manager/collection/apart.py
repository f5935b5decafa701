"""Series that are ahead of the others of their array or behind: what was delivered of them, in memory."""

from __future__ import annotations

from delfin.telemetry.checking import Key


class SeriesApart:
    """For all arrays of a process; where all series have the same times, it holds next to nothing.

    What it says of an edge counts for that edge alone: when another process had the job meanwhile,
    or what was delivered could not be written down, the edge in the database is another one.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], tuple[int, dict[Key, int]]] = {}

    def of(self, storage_id: str, resource_type: str, edge: int | None) -> dict[Key, int] | None:
        """The last time that was delivered of those that are not at the edge; None: nobody knows."""
        known = self._known.get((storage_id, resource_type))
        return None if known is None or known[0] != edge else dict(known[1])

    def keep(
        self, storage_id: str, resource_type: str, edge: int, times: dict[Key, int], oldest: int
    ) -> None:
        """One that is behind 'oldest' is not waited for."""
        young = {key: at for key, at in times.items() if at > oldest}
        self._known[storage_id, resource_type] = (edge, young)
