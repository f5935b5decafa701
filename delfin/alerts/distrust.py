"""The alerts for an array that shows another host key or certificate than it should.

For whoever writes how an array's access stands; it may be said as often as one likes.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from delfin.alerts.internal import HOST_KEY_CHANGED, TLS_FAILED, InternalAlert

# By 'error_code', as it is kept with a synchronisation or an access state.
ALERTS: Mapping[str, InternalAlert] = {
    "SSHNotFoundKnownHosts": HOST_KEY_CHANGED,
    "SSLCertificateFailed": TLS_FAILED,
    "SSLHandshakeFailed": TLS_FAILED,
}


def note(session: Session, storage_id: str, error_code: str | None, detail: str = "") -> None:
    """Raise what the error stands for; without an error, end what was raised.

    Other errors say nothing of it: who is not reached shows no key.

    Args:
        session: The transaction that keeps the outcome.
        storage_id: The array.
        error_code: What contact with it ended with; None when it went well.
        detail: The error's text.

    Raises:
        delfin.exception.StorageNotFound: There is no such storage, or it is being removed.
    """
    if error_code is None:
        for alert in set(ALERTS.values()):
            alert.recovery(session, storage_id)
    elif error_code in ALERTS:
        ALERTS[error_code].fault(session, storage_id, detail)
