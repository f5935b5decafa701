"""What an error means for the work that met it: one table for the whole suite."""

from __future__ import annotations

from dataclasses import dataclass

from oslo_config import cfg

from delfin import exception


@dataclass(frozen=True)
class Outcome:
    """What to do after an error.

    Attributes:
        retry: The work is tried again by itself, later and later.
        whole_array: The error says something about the array, not only about what was
            asked for: nothing else is asked of it in this job.
    """

    retry: bool
    whole_array: bool


_LATER = Outcome(retry=True, whole_array=False)
_UNREACHABLE = Outcome(retry=True, whole_array=True)
# Another try with the same password or certificate fails the same way, and may lock an account.
_NEEDS_A_PERSON = Outcome(retry=False, whole_array=True)

# The first class that fits counts.
TABLE: tuple[tuple[type[BaseException], Outcome], ...] = (
    (exception.InvalidUsernameOrPassword, _NEEDS_A_PERSON),
    (exception.InvalidCredential, _NEEDS_A_PERSON),
    (exception.InvalidPrivateKey, _NEEDS_A_PERSON),
    (exception.SSHNotFoundKnownHosts, _NEEDS_A_PERSON),
    (exception.SSLCertificateFailed, _NEEDS_A_PERSON),
    (exception.SSLHandshakeFailed, _NEEDS_A_PERSON),
    (exception.StorageSerialNumberMismatch, _NEEDS_A_PERSON),
    (exception.StorageDriverNotFound, _NEEDS_A_PERSON),
    (exception.InvalidIpOrPort, _UNREACHABLE),
    (exception.ConnectTimeout, _UNREACHABLE),
    (exception.SSHConnectTimeout, _UNREACHABLE),
    (exception.HTTPConnectionTimeout, _UNREACHABLE),
    (exception.StorageMaxUserCountException, _UNREACHABLE),
    (exception.JobDeadlineExceeded, _UNREACHABLE),
    (exception.DriverCallTimeout, _UNREACHABLE),
    (exception.ArraySessionsInUse, _UNREACHABLE),
    (exception.NotAuthorized, Outcome(retry=False, whole_array=False)),
    (Exception, _LATER),
)


def outcome_of(error: BaseException) -> Outcome:
    return next(outcome for kind, outcome in TABLE if isinstance(error, kind))


def retry_delay(conf: cfg.ConfigOpts, attempt: int) -> float:
    """Seconds to wait after the attempt of that number (from 1) failed."""
    doubled: float = conf.jobs.retry_delay * 2.0 ** min(attempt - 1, 30)
    longest: float = conf.jobs.retry_longest_delay
    return min(doubled, longest)


def told(error: BaseException) -> dict[str, str]:
    """The error for users: its code and text; what a bug says may hold anything, so not that."""
    if isinstance(error, exception.DelfinException):
        return {"error_code": error.error_code, "error_msg": error.msg}
    return {
        "error_code": "DelfinException",
        "error_msg": f"{type(error).__name__} in the driver or in delfin; the log tells more.",
    }
