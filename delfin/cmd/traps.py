"""Puts the trap receiver on the parts of a process; for delfin-alert and delfin-standalone."""

from __future__ import annotations

from delfin.alert_manager.parts import TrapParts, make_parts
from delfin.cmd.parts import Parts


def trap_parts(parts: Parts, name: str, *, must_listen: bool = True) -> TrapParts:
    """The trap receiver of this process, whose name is its own on the node.

    Raises:
        OSError: The port of the traps is taken, and the process must listen.
    """
    return make_parts(
        *(parts.conf, parts.database, parts.keyring, parts.queue, parts.arrays),
        parts.doorbell.ring,
        name=name,
        must_listen=must_listen,
    )
