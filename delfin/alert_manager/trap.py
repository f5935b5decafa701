"""A trap as it is stored and as drivers get it: object identifiers and texts."""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from typing import Any, NamedTuple

import orjson

from delfin.alert_manager.snmp.messages import INFORM, Pdu

Row = dict[str, Any]

# A receiver that was asked the same within this time was asked twice (s). Rows are kept for
# half of it, so that the counting never begins anew while the row of an earlier count is there.
MEMORY = 600.0
KEPT = 300.0
_MOST_REMEMBERED = 100_000


class Trap(NamedTuple):
    """What is kept of a notification."""

    key: str
    storage_id: str
    received_at: int
    content: Row

    def row(self) -> Row:
        """The columns of the inbox."""
        return {
            "trap_key": self.key,
            "storage_id": self.storage_id,
            "received_at": self.received_at,
            "content": self.content,
            "done_at": None,
        }


def variables(pdu: Pdu) -> dict[str, str]:
    """The variables in the form of the driver SDK: texts, octets as ISO 8859-1."""
    return {
        oid: value.decode("latin-1")
        if isinstance(value, bytes)
        else ("" if value is None else str(value))
        for oid, _tag, value in pdu.varbinds
    }


class Repetitions:
    """Makes the key of a trap, equal on every node that received it.

    An array sends the same trap to each receiver in a message of its own; what is equal is the
    content, with the array's uptime. A receiver that gets the same content several times counts
    them, so the third on one node is the third on the other. An inform that comes again with its
    request id was sent again because our answer was lost.
    """

    def __init__(self) -> None:
        self._seen: OrderedDict[bytes, tuple[int, float, dict[int, int]]] = OrderedDict()

    def key(self, storage_id: str, content: dict[str, str], pdu: Pdu) -> str:
        digest = hashlib.sha256(storage_id.encode())
        digest.update(orjson.dumps(content))
        name, now = digest.digest(), time.monotonic()
        count, seen_at, requests = self._seen.pop(name, (0, now, {}))
        if now - seen_at > MEMORY:
            count, requests = 0, {}
        if pdu.tag == INFORM and pdu.request_id in requests:
            number = requests[pdu.request_id]
        else:
            number, count = count, count + 1
            if pdu.tag == INFORM:
                requests = {**requests, pdu.request_id: number}
        self._seen[name] = (count, now, requests)
        self._forget(now)
        return hashlib.sha256(name + number.to_bytes(8, "big")).hexdigest()

    def _forget(self, now: float) -> None:
        while self._seen:
            name, (_count, seen_at, _requests) = next(iter(self._seen.items()))
            if now - seen_at <= MEMORY and len(self._seen) <= _MOST_REMEMBERED:
                return
            del self._seen[name]
