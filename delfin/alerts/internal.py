"""The alerts that delfin raises itself: one declaration each.

Whoever notices the trouble calls 'fault' or 'count' as often as it likes, and 'recovery' when it
is over: exactly one Fault and one Recovery reach the exporters, over all processes.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from delfin.alerts import store
from delfin.alerts.report import Report, tidy
from delfin.alerts.words import BY_RECOVERY, FROM_DELFIN
from delfin.common.constants import (
    DEFAULT_RESOURCE_TYPE,
    SNMP_CONNECTION_FAILED_ALERT_ID,
    Category,
    EventType,
    Severity,
)


@dataclass(frozen=True)
class InternalAlert:
    """Something that delfin can find wrong with an array, or with itself.

    Attributes:
        alert_id: Stable; exporters and silences go by it.
        alert_name: A few words for people.
        severity: A word of Severity.
        type: A word of EventType.
        text: What is wrong, and what that leads to.
        advice: What to do about it.
    """

    alert_id: str
    alert_name: str
    severity: str
    type: str
    text: str
    advice: str

    def fault(
        self, session: Session, storage_id: str | None, detail: str = "", *, location: str = ""
    ) -> bool:
        """Raise it, unless it is raised already; True when it was raised just now.

        Args:
            session: The transaction that notes the trouble; run it with 'retried'.
            storage_id: The array; None for delfin itself.
            detail: What was met; never a secret.
            location: Which part, where several may be in trouble at a time.

        Raises:
            exception.StorageNotFound: There is no such storage, or it is being removed.
        """
        return store.raise_once(session, storage_id, self._report(detail, location), FROM_DELFIN)

    def count(
        self, session: Session, storage_id: str | None, detail: str, times: int, *, location: str
    ) -> bool:
        """As 'fault'; when it is raised already, it is counted on, and its text is replaced.

        Exporters hear of its beginning and of its end, which tells the last text and count.
        """
        report = self._report(detail, location)
        return store.take(session, storage_id, report, times=times, source=FROM_DELFIN)

    def recovery(self, session: Session, storage_id: str | None, *, location: str = "") -> bool:
        """End it; True when it had been raised, and exporters are told."""
        return store.end(session, storage_id, self._report("", location), BY_RECOVERY)

    def _report(self, detail: str, location: str) -> Report:
        return tidy(
            {
                "alert_id": self.alert_id,
                "alert_name": self.alert_name,
                "severity": self.severity,
                "category": Category.FAULT,
                "type": self.type,
                "description": f"{self.text} {detail}".strip(),
                "recovery_advice": self.advice,
                "resource_type": DEFAULT_RESOURCE_TYPE,
                "location": location,
                "match_key": f"{self.alert_id}/{location}",
            }
        )


ACCESS_FAILED = InternalAlert(
    "delfin.access_failed",
    "Access failed",
    Severity.CRITICAL,
    EventType.SECURITY_MECHANISM_VIOLATION,
    "The array refuses the stored credentials; delfin does not log in again until they change.",
    "Update the access information of the storage.",
)
SESSION_LIMIT = InternalAlert(
    "delfin.session_limit",
    "No session left at the array",
    Severity.MAJOR,
    EventType.QUALITY_OF_SERVICE_ALARM,
    "The array has no session left for delfin.",
    "End sessions at the array that nobody uses, or raise its limit.",
)
ARRAY_UNREACHABLE = InternalAlert(
    "delfin.array_unreachable",
    "Array unreachable",
    Severity.CRITICAL,
    EventType.COMMUNICATIONS_ALARM,
    "The array does not answer; what delfin shows of it grows old.",
    "Check the array's management address and the network between.",
)
HOST_KEY_CHANGED = InternalAlert(
    "delfin.host_key_changed",
    "SSH host key changed",
    Severity.CRITICAL,
    EventType.SECURITY_MECHANISM_VIOLATION,
    "Another SSH host key than the known one answers; delfin does not log in.",
    "When the key was changed on purpose, store the new one in the access information.",
)
TLS_FAILED = InternalAlert(
    "delfin.tls_failed",
    "Certificate not accepted",
    Severity.CRITICAL,
    EventType.SECURITY_MECHANISM_VIOLATION,
    "The array's certificate is not accepted; delfin does not log in.",
    "Install the authority of the array's certificate, or pin its fingerprint.",
)
AGENT_UNREACHABLE = InternalAlert(
    SNMP_CONNECTION_FAILED_ALERT_ID,
    "SNMP agent unreachable",
    Severity.MAJOR,
    EventType.COMMUNICATIONS_ALARM,
    "The SNMP agent of the array does not answer; its traps may not arrive either.",
    "Check the SNMP configuration of the storage, and the agent.",
)
SPOOL_OVERFLOW = InternalAlert(
    "delfin.spool_overflow",
    "Export falls behind",
    Severity.MAJOR,
    EventType.QUALITY_OF_SERVICE_ALARM,
    "An exporter has been away for so long that its oldest entries were dropped.",
    "Check the receiver of the exporter.",
)
TRAPS_DROPPED = InternalAlert(
    "delfin.traps_dropped",
    "Traps dropped",
    Severity.MAJOR,
    EventType.QUALITY_OF_SERVICE_ALARM,
    "More traps arrive than can be stored; some were dropped.",
    "Find out which array sends them, and why.",
)
COLLECTION_GAP = InternalAlert(
    "delfin.collection_gap",
    "Performance data missing",
    Severity.MINOR,
    EventType.QUALITY_OF_SERVICE_ALARM,
    "Performance data of the array is missing for a time, and cannot be read any more.",
    "Check why the array was not reached in that time.",
)
REPORTS_STOPPED = InternalAlert(
    "delfin.reports_stopped",
    "Reports stopped",
    Severity.MAJOR,
    EventType.EQUIPMENT_ALARM,
    "The array is in error and reports no pools; what delfin shows of them is stale.",
    "Put the array right; its reports go on by themselves.",
)
REPORT_LATE = InternalAlert(
    "delfin.report_late",
    "Report late",
    Severity.MAJOR,
    EventType.QUALITY_OF_SERVICE_ALARM,
    "The array has not reported its pools in time.",
    "Look at the storage's report and its jobs, and whether task processes are running.",
)
PROFILE_UNSATISFIED = InternalAlert(
    "delfin.profile_unsatisfied",
    "No pool satisfies a profile",
    Severity.MAJOR,
    EventType.QUALITY_OF_SERVICE_ALARM,
    "The last pool that satisfied the storage profile does so no longer.",
    "Ask for the pools of the profile: for each of them it says why not.",
)
