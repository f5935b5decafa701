"""Opens messages of version 3 and answers informs: our side of the User-based Security Model."""

from __future__ import annotations

from collections import Counter

from delfin.alert_manager.snmp import ber, messages, usm
from delfin.alert_manager.snmp.ber import DecodeError
from delfin.alert_manager.snmp.engine import LocalEngine
from delfin.alert_manager.snmp.messages import AUTHENTICATED, ENCRYPTED, Pdu, SecureMessage
from delfin.alert_manager.snmp.reasons import (
    DISCOVERY,
    MALFORMED,
    OUTSIDE_TIME_WINDOW,
    UNDECRYPTABLE,
    UNKNOWN_USER,
    WRONG_KEY,
    WRONG_SECURITY_LEVEL,
    RefusedError,
)
from delfin.alert_manager.snmp.usm import User

_LEVEL = AUTHENTICATED | ENCRYPTED
_LARGEST = 65_507
# The counter that a Report tells, by why the message was refused (RFC 3414, section 5).
_STATISTICS = {
    WRONG_SECURITY_LEVEL: "1.3.6.1.6.3.15.1.1.1.0",
    OUTSIDE_TIME_WINDOW: "1.3.6.1.6.3.15.1.1.2.0",
    UNKNOWN_USER: "1.3.6.1.6.3.15.1.1.3.0",
    DISCOVERY: "1.3.6.1.6.3.15.1.1.4.0",
    WRONG_KEY: "1.3.6.1.6.3.15.1.1.5.0",
    UNDECRYPTABLE: "1.3.6.1.6.3.15.1.1.6.0",
}


def opened(data: bytes, message: SecureMessage, user: User) -> tuple[Pdu, int]:
    """The PDU, and which of the user's cipher keys opened it; its age has still to be checked.

    Raises:
        RefusedError: Wrong key or level, or not to be deciphered.
    """
    if message.flags & _LEVEL != user.flags:
        raise RefusedError(WRONG_SECURITY_LEVEL)
    if user.digest is None:
        return _plain(message.scoped), 0
    try:
        user.check(data, message.digest, message.digest_at, message.engine_id)
    except usm.WrongDigestError:
        raise RefusedError(WRONG_KEY) from None
    if user.cipher is None:
        return _plain(message.scoped), 0
    for variant, key in enumerate(user.keys(message.engine_id).cipher):
        try:
            plain = usm.decrypted(
                *(user.cipher, key, message.salt, message.boots, message.time), message.scoped
            )
            return messages.scoped_pdu(plain), variant
        except (usm.DecryptionError, DecodeError):
            continue
    raise RefusedError(UNDECRYPTABLE)


def _plain(scoped: bytes) -> Pdu:
    try:
        return messages.scoped_pdu(scoped)
    except DecodeError:
        raise RefusedError(MALFORMED) from None


class Responder:
    """Answers what is sent to our own engine: discovery, faulty messages, informs."""

    def __init__(self, engine: LocalEngine) -> None:
        self.engine = engine
        self._told: Counter[str] = Counter()

    def refused(
        self, message: SecureMessage, reason: str, user: User | None = None
    ) -> RefusedError:
        """The error to raise, with the Report that tells the sender why."""
        statistic = _STATISTICS.get(reason)
        if statistic is None:
            return RefusedError(reason)
        self._told[reason] += 1
        value = ber.encoded_integer(self._told[reason] & 0xFFFFFFFF, messages.COUNTER_32)
        bindings = ber.element(
            ber.SEQUENCE, ber.element(ber.SEQUENCE, ber.encoded_oid(statistic), value)
        )
        pdu = _pdu(messages.REPORT, _request_id(message), bindings)
        # Only who is too late gets a Report that is authentic: it takes its clock from it.
        signer = user if reason == OUTSIDE_TIME_WINDOW else None
        context = ber.element(ber.OCTETS, self.engine.engine_id), ber.element(ber.OCTETS)
        scoped = ber.element(ber.SEQUENCE, *context, pdu)
        return RefusedError(reason, self._message(message, scoped, signer, AUTHENTICATED))

    def check_time(self, message: SecureMessage, user: User) -> None:
        """Refuse what was made for an earlier start of ours, or long ago.

        Raises:
            RefusedError: With a Report of our time.
        """
        if user.digest is not None and not self.engine.check(message.boots, message.time):
            raise self.refused(message, OUTSIDE_TIME_WINDOW, user)

    def response(self, message: SecureMessage, user: User, pdu: Pdu, variant: int) -> bytes:
        """The answer to an inform, encrypted with the key that opened it."""
        answer = _pdu(messages.RESPONSE, pdu.request_id, pdu.bindings)
        scoped = ber.element(ber.SEQUENCE, pdu.context, answer)
        return self._message(message, scoped, user, _LEVEL, variant)

    def _message(
        self, message: SecureMessage, scoped: bytes, user: User | None, level: int, variant: int = 0
    ) -> bytes:
        engine = self.engine
        flags = user.flags & level if user is not None else 0
        boots, moment, salt = engine.boots, engine.time, b""
        if flags & ENCRYPTED:
            assert user is not None and user.cipher is not None  # noqa: S101, PT018 - as flags say
            key = user.keys(engine.engine_id).cipher[variant]
            scoped, salt = usm.encrypted(user.cipher, key, boots, moment, scoped)
            scoped = ber.element(ber.OCTETS, scoped)
        size = usm.DIGESTS[user.digest][1] if user is not None and user.digest else 0
        whole = ber.element(
            ber.SEQUENCE,
            ber.encoded_integer(messages.VERSION_3),
            ber.element(
                ber.SEQUENCE,
                ber.encoded_integer(message.message_id),
                ber.encoded_integer(_LARGEST),
                ber.element(ber.OCTETS, bytes((flags,))),
                ber.encoded_integer(3),
            ),
            ber.element(
                ber.OCTETS,
                ber.element(
                    ber.SEQUENCE,
                    ber.element(ber.OCTETS, engine.engine_id),
                    ber.encoded_integer(boots),
                    ber.encoded_integer(moment),
                    ber.element(ber.OCTETS, message.user),
                    ber.element(ber.OCTETS, bytes(size)),
                    ber.element(ber.OCTETS, salt),
                ),
            ),
            scoped,
        )
        if user is None or not flags & AUTHENTICATED:
            return whole
        return user.sign(whole, messages.secure_message(whole).digest_at, engine.engine_id)


def community_response(message: messages.CommunityMessage) -> bytes:
    """The answer to an inform of version 2c."""
    return ber.element(
        ber.SEQUENCE,
        ber.encoded_integer(message.version),
        ber.element(ber.OCTETS, message.community),
        _pdu(messages.RESPONSE, message.pdu.request_id, message.pdu.bindings),
    )


def _pdu(tag: int, request_id: int, bindings: bytes) -> bytes:
    none = ber.encoded_integer(0)
    return ber.element(tag, ber.encoded_integer(request_id), none, none, bindings)


def _request_id(message: SecureMessage) -> int:
    """What the report is an answer to, where that can be read."""
    try:
        return messages.scoped_pdu(message.scoped).request_id
    except DecodeError:
        return 0
