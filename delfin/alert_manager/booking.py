"""Opens a datagram and says which storage it is about; never guesses."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from delfin.alert_manager.addresses import canonical
from delfin.alert_manager.snmp import messages, reasons
from delfin.alert_manager.snmp.ber import DecodeError
from delfin.alert_manager.snmp.engine import RemoteEngines
from delfin.alert_manager.snmp.messages import (
    INFORM,
    NOTIFICATIONS,
    ORIGIN_OID,
    REPORTABLE,
    TRAP_1,
    VERSION_3,
    CommunityMessage,
    Pdu,
    SecureMessage,
)
from delfin.alert_manager.snmp.reasons import RefusedError
from delfin.alert_manager.snmp.security import Responder, community_response, opened
from delfin.alert_manager.snmp.usm import User
from delfin.alert_manager.sources import Several, Source, Sources


class Booked(NamedTuple):
    """A notification that is authentic, as far as its version allows, and whose it is."""

    source: Source
    pdu: Pdu
    # What an inform is answered with, once it is stored.
    answer: bytes | None


class _Opened(NamedTuple):
    source: Source
    user: User
    pdu: Pdu
    variant: int


class Booking:
    """Books datagrams to storages; one thread uses it."""

    def __init__(self, sources: Sources, responder: Responder, engines: RemoteEngines) -> None:
        self._sources = sources
        self._responder = responder
        self._engines = engines

    def book(self, data: bytes, address: str) -> Booked:
        """Whose notification a datagram from that address is.

        Raises:
            RefusedError: It is not taken; there may be a report for the sender.
        """
        try:
            if messages.version_of(data) == VERSION_3:
                return self._secure(data, messages.secure_message(data), address)
            return self._community(messages.community_message(data), address)
        except DecodeError:
            raise RefusedError(reasons.MALFORMED) from None

    def _community(self, message: CommunityMessage, address: str) -> Booked:
        pdu = message.pdu
        if pdu.tag not in NOTIFICATIONS:
            raise RefusedError(reasons.NOT_A_NOTIFICATION)
        candidates = self._at(address, pdu)
        if not candidates:
            raise RefusedError(reasons.UNKNOWN_SOURCE)
        spoken = [source for source in candidates if source.community is not None]
        if not spoken:
            raise RefusedError(reasons.WRONG_VERSION)
        fitting = [
            source
            for source in spoken
            if hmac.compare_digest(source.community or b"", message.community)
        ]
        if not fitting:
            raise RefusedError(reasons.WRONG_COMMUNITY)
        source = fitting[0] if len(fitting) == 1 else _told_apart(fitting, pdu)
        return Booked(source, pdu, community_response(message) if pdu.tag == INFORM else None)

    def _at(self, address: str, pdu: Pdu) -> Several:
        """The sources of an address, or of the one at which a relayed trap began.

        A relay says so in version 2. In version 1 every array names an address, which may be one
        of its inner network: it counts only when the sender is not known.
        """
        known = self._sources.index.by_address
        here = known.get(address, ())
        if here and pdu.tag == TRAP_1:
            return here
        origin = _origin(pdu)
        return (known.get(origin, ()) if origin is not None else ()) or here

    def _secure(self, data: bytes, message: SecureMessage, address: str) -> Booked:
        ours = self._responder.engine.engine_id
        if message.engine_id == ours or message.flags & REPORTABLE:
            if address not in self._sources.index.by_address:
                # Strangers get no answer, not even a report.
                raise RefusedError(reasons.UNKNOWN_SOURCE)
            if message.engine_id == ours:
                return self._inform(data, message, address)
            # It looks for the engine that answers here.
            raise self._responder.refused(message, reasons.DISCOVERY)
        found = self._authentic(data, message, self._senders(message, address))
        if found.pdu.tag not in NOTIFICATIONS or found.pdu.tag == INFORM:
            raise RefusedError(reasons.NOT_A_NOTIFICATION)
        if found.user.digest is not None:
            self._engines.check(message.engine_id, message.boots, message.time, message.digest)
            if found.source.engine_id is None:
                self._learn(found.source, message.engine_id)
        return Booked(found.source, found.pdu, None)

    def _senders(self, message: SecureMessage, address: str) -> list[Source]:
        """Those that were given this engine; else those of the address; else those that had it."""
        index = self._sources.index
        engine = _named(index.by_engine.get(message.engine_id, ()), message.user)
        given = [source for source in engine if source.engine_id is not None]
        if given:
            return given
        here = index.by_address.get(address, ())
        if not here:
            if engine:
                return engine
            raise RefusedError(reasons.UNKNOWN_SOURCE)
        if all(source.user is None for source in here):
            raise RefusedError(reasons.WRONG_VERSION)
        named = _named(here, message.user)
        if not named:
            raise RefusedError(reasons.UNKNOWN_USER)
        free = [source for source in named if source.engine_id is None]
        if not free:
            raise RefusedError(reasons.UNKNOWN_ENGINE)
        # Of several behind one address, the one that has shown this engine before.
        ids = {source.storage_id for source in engine}
        return [source for source in free if source.storage_id in ids] or free

    def _inform(self, data: bytes, message: SecureMessage, address: str) -> Booked:
        """An inform is made for our engine: its sender is known by address and user only."""
        refused = self._responder.refused
        named = _named(self._sources.index.by_address.get(address, ()), message.user)
        if not named:
            raise refused(message, reasons.UNKNOWN_USER)
        try:
            found = self._authentic(
                data, message, named, lambda user: self._responder.check_time(message, user)
            )
        except RefusedError as error:
            raise (error if error.report else refused(message, error.reason)) from None
        if found.pdu.tag != INFORM:
            raise RefusedError(reasons.NOT_A_NOTIFICATION)
        answer = self._responder.response(message, found.user, found.pdu, found.variant)
        return Booked(found.source, found.pdu, answer)

    def _authentic(
        self,
        data: bytes,
        message: SecureMessage,
        candidates: Iterable[Source],
        check: Callable[[User], None] = lambda _user: None,
    ) -> _Opened:
        """The one source whose key the message was made with."""
        fitting: list[_Opened] = []
        refusal = RefusedError(reasons.UNKNOWN_USER)
        for source in candidates:
            if source.user is None:
                continue
            try:
                pdu, variant = opened(data, message, source.user)
                check(source.user)
            except RefusedError as error:
                refusal = error
                continue
            fitting.append(_Opened(source, source.user, pdu, variant))
        if not fitting:
            raise refusal
        if len(fitting) == 1:
            return fitting[0]
        source = _told_apart([one.source for one in fitting], fitting[0].pdu)
        return next(one for one in fitting if one.source is source)

    def _learn(self, source: Source, engine_id: bytes) -> None:
        known = self._sources.index.by_engine.get(engine_id, ())
        if all(one.storage_id != source.storage_id for one in known):
            self._sources.learn(source, engine_id)


def _named(sources: Iterable[Source], user: bytes) -> list[Source]:
    """Those with a user of that name, each storage once."""
    fitting = {
        source.storage_id: source
        for source in sources
        if source.user is not None and source.user.name.encode() == user
    }
    return list(fitting.values())


def _origin(pdu: Pdu) -> str | None:
    for varbind in pdu.varbinds:
        if varbind.oid == ORIGIN_OID and isinstance(varbind.value, str):
            return canonical(varbind.value)
    return None


def _told_apart(candidates: list[Source], pdu: Pdu) -> Source:
    """The one of several that the trap itself names: its own address, or its serial number.

    Raises:
        RefusedError: It names none, or more than one.
    """
    origin = _origin(pdu)
    several = len({source.addresses for source in candidates}) > 1
    if origin is not None and several:
        there = [source for source in candidates if origin in source.addresses]
        if len(there) == 1:
            return there[0]
    texts = [
        varbind.value.decode("latin-1")
        for varbind in pdu.varbinds
        if isinstance(varbind.value, bytes)
    ]
    named = [
        source
        for source in candidates
        if source.serial_number and any(_holds(text, source.serial_number) for text in texts)
    ]
    if len(named) != 1:
        raise RefusedError(reasons.AMBIGUOUS_SOURCE)
    return named[0]


def _holds(text: str, serial_number: str) -> bool:
    """As a word of its own: SN1 is not in SN12."""
    word = rf"(?<![A-Za-z0-9]){re.escape(serial_number)}(?![A-Za-z0-9])"
    return re.search(word, text) is not None
