"""From the waiting room to the inbox: opens datagrams, books them, and stores them in batches."""

from __future__ import annotations

import threading
from collections.abc import Callable

from oslo_log import log

from delfin.alert_manager.booking import Booking
from delfin.alert_manager.counters import SPOOLED, STORED, Counters
from delfin.alert_manager.inbox import Inbox
from delfin.alert_manager.snmp.reasons import (
    DUPLICATE,
    SPOOL_FULL,
    STORAGE_GONE,
    RefusedError,
)
from delfin.alert_manager.spool import Spool
from delfin.alert_manager.trap import Repetitions, Trap, variables
from delfin.alert_manager.waiting import Datagram, WaitingRoom
from delfin.db.session import AWAY

LOG = log.getLogger(__name__)

# Datagrams that are stored in one transaction.
BATCH = 500
_LOOK_EVERY = 0.5

Answer = Callable[[Datagram, bytes], None]


class Intake:
    """Two threads: one stores what arrives, one empties the spool when the database is back."""

    def __init__(
        self,
        room: WaitingRoom,
        booking: Booking,
        inbox: Inbox,
        spool: Spool,
        counters: Counters,
        answer: Answer,
        stored: Callable[[], None],
    ) -> None:
        """'answer' sends something to a datagram's sender; 'stored' wakes who processes traps."""
        self._room = room
        self._booking = booking
        self._inbox = inbox
        self._spool = spool
        self._counters = counters
        self._answer = answer
        self._stored = stored
        self._repetitions = Repetitions()
        self._stopping = threading.Event()
        # Nothing may pass what is in the spool: a recovery must not come before its fault.
        self._order = threading.Lock()
        self._threads = [
            threading.Thread(target=self._take, name="trap-intake", daemon=True),
            threading.Thread(target=self._empty, name="trap-spool", daemon=True),
        ]

    def start(self) -> None:
        """Raises OSError when the spool cannot be used."""
        self._spool.start()
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Store what is in the waiting room, and end."""
        self._stopping.set()
        self._room.close()

    def wait(self) -> None:
        for thread in self._threads:
            if thread.is_alive():
                thread.join()

    def _take(self) -> None:
        while True:
            datagrams = self._room.take(BATCH, _LOOK_EVERY)
            if not datagrams and self._stopping.is_set():
                return
            try:
                self._store(datagrams)
            except Exception:  # the loop's edge: the next datagrams have to be received
                LOG.exception("%d datagrams could not be taken in", len(datagrams))

    def _store(self, datagrams: list[Datagram]) -> None:
        traps: list[Trap] = []
        answers: list[tuple[Datagram, bytes, int]] = []
        for datagram in datagrams:
            try:
                trap, answer = self._read(datagram)
            except RefusedError as error:
                self._counters.add(error.reason)
                if error.report is not None:
                    self._answer(datagram, error.report)
                continue
            if answer is not None:
                answers.append((datagram, answer, len(traps)))
            traps.append(trap)
        if not traps:
            return
        kept = self.keep(traps)
        for datagram, answer, place in answers:
            # An inform that could not be kept is not answered: it will come again.
            if place < kept:
                self._answer(datagram, answer)

    def _read(self, datagram: Datagram) -> tuple[Trap, bytes | None]:
        booked = self._booking.book(datagram.data, datagram.address)
        told = variables(booked.pdu)
        storage_id = booked.source.storage_id
        key = self._repetitions.key(storage_id, told, booked.pdu)
        content = {
            "variables": told,
            "address": datagram.address,
            "secure": booked.source.user is not None and booked.source.user.digest is not None,
        }
        return Trap(key, storage_id, datagram.received_at, content), booked.answer

    def keep(self, traps: list[Trap]) -> int:
        """Store traps, in the spool when the database is away; how many of the first were kept."""
        with self._order:
            if self._spool.empty:
                try:
                    self._to_inbox(traps)
                except AWAY as error:
                    LOG.warning("Traps go to the spool: %s", type(error).__name__)
                else:
                    return len(traps)
            kept = self._spool.put(traps)
            self._counters.add(SPOOLED, kept)
            self._counters.add(SPOOL_FULL, len(traps) - kept)
            return kept

    def _to_inbox(self, traps: list[Trap], *, again: bool = False) -> None:
        kept = self._inbox.store(traps)
        self._counters.add(STORED, kept.stored)
        if not again:
            self._counters.add(DUPLICATE, kept.duplicates)
        self._counters.add(STORAGE_GONE, kept.homeless)
        self._stored()

    def _empty(self) -> None:
        while not self._stopping.is_set():
            if self._spool.empty:
                self._stopping.wait(_LOOK_EVERY)
                continue
            try:
                self._store_oldest()
            except AWAY as error:
                LOG.debug("The database is still away: %s", type(error).__name__)
                self._stopping.wait(_LOOK_EVERY)
            except Exception:  # the loop's edge: the traps stay in the spool and are tried again
                LOG.exception("The spool cannot be emptied")
                self._stopping.wait(_LOOK_EVERY)

    def _store_oldest(self) -> None:
        traps = self._spool.oldest()
        for first in range(0, len(traps), BATCH):
            self._to_inbox(traps[first : first + BATCH], again=True)
        with self._order:
            self._spool.drop_oldest()
        LOG.info("%d traps came from the spool into the database", len(traps))
