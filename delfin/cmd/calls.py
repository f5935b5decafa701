"""Puts the server of calls on arrays on the parts of a process; for delfin-task and delfin-standalone."""

from __future__ import annotations

from delfin.cmd.parts import Parts
from delfin.coordination.ring import Ring
from delfin.rpc.array_call_server import ArrayCallServer
from delfin.task_manager.array_calls import ArrayAnswers


def array_call_server(parts: Parts, server: str, ring: Ring | None = None) -> ArrayCallServer:
    """Answers for this process, whose name on the bus is 'server'; passes on what others own."""

    def other_owner(storage_id: str) -> str | None:
        owner = None if ring is None else ring.other_owner(storage_id)
        return None if owner is None else owner.address or None

    return ArrayCallServer(
        *(parts.transport, server),
        ArrayAnswers(parts.database, parts.arrays, parts.keyring),
        parts.calls,
        threads=parts.conf.array_calls.threads,
        other_owner=other_owner,
    )
