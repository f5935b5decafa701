"""Who we are to senders of informs, and what time it is at the engines that send traps."""

from __future__ import annotations

import json
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from delfin.alert_manager.snmp.reasons import OUTSIDE_TIME_WINDOW, REPLAYED, RefusedError

# Seconds that a message may be older than the newest one (RFC 3414, section 2.2.3).
WINDOW = 150
_LAST_BOOT = 0x7FFFFFFF
# Made up of random octets (RFC 3411, SnmpEngineID), below the number for documentation: delfin
# has none of its own at IANA.
_PREFIX = bytes.fromhex("80007ed905")
# Digests that are remembered of one engine; a storm of more narrows the window instead.
_MOST_DIGESTS = 65_536
_DIGEST_KEPT = 12


class LocalEngine:
    """Our own engine: its id never changes on a node, its boots grow with each start."""

    def __init__(self, engine_id: bytes, boots: int) -> None:
        self.engine_id = engine_id
        self.boots = boots
        self._started = time.monotonic()

    @property
    def time(self) -> int:
        """Seconds since its start."""
        return int(time.monotonic() - self._started)

    @classmethod
    def of(cls, file: Path) -> LocalEngine:
        """The engine of this node, kept in a file; made anew when that is missing or broken."""
        try:
            kept = json.loads(file.read_text(encoding="ascii"))
            engine_id, boots = bytes.fromhex(kept["engine_id"]), int(kept["boots"]) + 1
        except (OSError, ValueError, KeyError, TypeError):
            engine_id, boots = _PREFIX + os.urandom(8), 1
        file.parent.mkdir(parents=True, exist_ok=True)
        new = file.with_suffix(".new")
        new.write_text(json.dumps({"engine_id": engine_id.hex(), "boots": boots}), "ascii")
        new.replace(file)
        return cls(engine_id, boots)

    def check(self, boots: int, moment: int) -> bool:
        """Whether a message that was made for us is neither old nor from another start."""
        return boots == self.boots != _LAST_BOOT and abs(moment - self.time) <= WINDOW


class EngineTime(NamedTuple):
    """The newest time that an engine has shown, and when that was (epoch seconds)."""

    engine_id: bytes
    boots: int
    time: int
    seen_at: float


@dataclass
class _Remote:
    boots: int
    time: int
    seen_at: float
    # Nothing older than this is taken, whatever the window would allow.
    floor: int = 0
    digests: OrderedDict[bytes, int] = field(default_factory=OrderedDict)


class RemoteEngines:
    """Refuses what is too old or was heard before; for messages that were found authentic."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._known: dict[bytes, _Remote] = {}
        self._changed: set[bytes] = set()

    def check(self, engine_id: bytes, boots: int, moment: int, digest: bytes) -> None:
        """Take note of a message, or refuse it.

        Raises:
            RefusedError: It is outside the time window, or the same was heard before.
        """
        now = time.time()
        with self._guard:
            known = self._known.get(engine_id)
            if known is None or boots > known.boots:
                known = self._known[engine_id] = _Remote(boots, moment, now)
                self._changed.add(engine_id)
            elif boots == known.boots and moment > known.time:
                known.time, known.seen_at = moment, now
                self._changed.add(engine_id)
            elapsed = max(0.0, now - known.seen_at)
            oldest = max(known.time + elapsed - WINDOW, known.floor)
            if boots == _LAST_BOOT or boots < known.boots or moment < oldest:
                raise RefusedError(OUTSIDE_TIME_WINDOW)
            self._remember(known, moment, digest[:_DIGEST_KEPT])

    @staticmethod
    def _remember(known: _Remote, moment: int, digest: bytes) -> None:
        if digest in known.digests:
            raise RefusedError(REPLAYED)
        known.digests[digest] = moment
        while known.digests:
            first, at = next(iter(known.digests.items()))
            if len(known.digests) > _MOST_DIGESTS:
                known.floor = max(known.floor, at)
            elif at >= known.time - WINDOW:
                return
            del known.digests[first]

    def changed(self) -> list[EngineTime]:
        """What became newer since this was asked last, to be kept over a restart."""
        with self._guard:
            names, self._changed = self._changed, set()
            newer = [(name, self._known[name]) for name in sorted(names)]
        return [EngineTime(name, one.boots, one.time, one.seen_at) for name, one in newer]

    def recall(self, kept: Iterable[EngineTime]) -> None:
        """Learn what was seen before a restart, or by another node."""
        with self._guard:
            for one in kept:
                known = self._known.get(one.engine_id)
                if known is None or one.boots > known.boots:
                    self._known[one.engine_id] = _Remote(one.boots, one.time, one.seen_at)
                elif one.boots == known.boots and one.time > known.time:
                    known.time, known.seen_at = one.time, one.seen_at
