"""What one process keeps of one array."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from delfin.context import RequestContext
from delfin.drivers.driver import StorageDriver
from delfin.drivers.session.connections import Connections
from delfin.drivers.session.leases import Lease
from delfin.drivers.session.turns import Turns


@dataclass(eq=False)
class Slot:
    """The live driver of an array, with all that belongs to its session.

    What is below 'turns' changes only while nobody else is inside.

    Attributes:
        turns: Who is inside.
        evicted: The session is to end as soon as nobody uses it.
        parting: Set when the storage is being removed, for the driver to be told at the end.
        abandoned: A call does not come back; others go on with another slot.
    """

    storage_id: str
    turns: Turns = field(default_factory=Turns)
    evicted: bool = False
    parting: RequestContext | None = None
    abandoned: bool = False
    driver: StorageDriver | None = None
    generation: int = 0
    lease: Lease | None = None
    connections: Connections = field(default_factory=Connections)
    used_at: float = field(default_factory=time.monotonic)

    def idle_for(self) -> float:
        """Seconds since the last call ended; 0 during a call."""
        return 0.0 if self.turns.inside else time.monotonic() - self.used_at
