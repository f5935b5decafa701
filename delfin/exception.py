"""Every error that crosses a layer, for drivers, services and REST clients.

The class name is the stable `error_code`; `code` is the HTTP status; the text may change.
Positional arguments fill the class's template and reach REST clients as `error_args`, so neither
they nor a `message` may hold a secret.
"""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

# oslo.messaging rebuilds an error that came over the bus as a subclass with this ending.
_REMOTE = "_Remote"


class DelfinException(Exception):  # noqa: N818 - public name
    """Base of the family; `message` replaces the template, unknown keywords are ignored.

    `error_args` as a keyword is for rebuilding an error whose text is already made.
    """

    code: ClassVar[int] = 500
    msg_fmt: ClassVar[str] = "An unknown exception occurred."

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        message = kwargs.get("message")
        self.error_args: tuple[Any, ...] = tuple(kwargs.get("error_args", args))
        self.msg = str(message) if message else self._filled(args)
        super().__init__(self.msg)

    @property
    def error_code(self) -> str:
        return type(self).__name__.removesuffix(_REMOTE)

    @property
    def kwargs(self) -> dict[str, Any]:
        """What oslo.messaging sends along, so that the text is not filled in twice."""
        return {"message": self.msg, "error_args": list(self.error_args)}

    def __reduce__(self) -> tuple[Any, ...]:
        return partial(type(self), *self.error_args, message=self.msg), ()

    def _filled(self, args: tuple[Any, ...]) -> str:
        try:
            return self.msg_fmt.format(*args)
        except (IndexError, KeyError, ValueError):
            return self.msg_fmt


# One declaration per class, kept close together so that it reads as a table.
# fmt: off

# --- The request, or what the driver made of it, is wrong ---
class Invalid(DelfinException):
    code = 400
    msg_fmt = "The request is not acceptable."

class BadRequest(Invalid):
    msg_fmt = "The server could not comply with the request."

class MalformedRequestBody(Invalid):
    msg_fmt = "The request body is malformed: {0}"

class MalformedRequestUrl(Invalid):
    msg_fmt = "The request URL is malformed."

class RequestBodyTooLarge(Invalid):
    code = 413
    msg_fmt = "The request body is larger than {0} bytes."

class InvalidCredential(Invalid):
    msg_fmt = "The credentials are invalid."

class InvalidResults(Invalid):
    msg_fmt = "The results are invalid. {0}"

class InvalidInput(Invalid):
    msg_fmt = "Invalid input: {0}"

class InvalidName(Invalid):
    msg_fmt = "Invalid name: {0}"

class InvalidContentType(Invalid):
    msg_fmt = "The content type {0} is not supported."

class InvalidSNMPConfig(Invalid):
    msg_fmt = "Invalid SNMP configuration: {0}"

class StorageSerialNumberMismatch(Invalid):
    msg_fmt = "The serial number belongs to another storage: {0}"

class StorageAlreadyExists(Invalid):
    msg_fmt = "This storage is already registered."

class AccessInfoChanged(Invalid):
    msg_fmt = "The access info of storage {0} was changed meanwhile; read it and try again."

class StorageIsSyncing(Invalid):
    msg_fmt = "Storage {0} is being synced already."

class InvalidStorageCapability(Invalid):
    code = 500
    msg_fmt = "The driver declares invalid capabilities: {0}"

class StorageCapabilityNotSupported(Invalid):
    code = 501
    msg_fmt = "The driver declares no capabilities."

class OperationNotSupported(DelfinException):
    code = 501
    msg_fmt = "The driver of storage {0} does not support {1}."

class NotAuthorized(DelfinException):
    code = 403
    msg_fmt = "Not authorized."

# --- Nothing has that id or name ---
class NotFound(DelfinException):
    code = 404
    msg_fmt = "The resource could not be found."

class NoSuchAction(NotFound):
    msg_fmt = "There is no action {0}."

class AccessInfoNotFound(NotFound):
    msg_fmt = "Access info of storage {0} could not be found."

class AlertSourceNotFound(NotFound):
    msg_fmt = "Alert source of storage {0} could not be found."

class AlertSourceNotFoundWithHost(NotFound):
    msg_fmt = "Alert source with host {0} could not be found."

class StorageNotFound(NotFound):
    msg_fmt = "Storage {0} could not be found."

class StorageBackendNotFound(NotFound):
    msg_fmt = "The storage backend could not be found."

class StorageDriverNotFound(NotFound):
    msg_fmt = "Storage driver '{0}' could not be found."

class StoragePoolNotFound(NotFound):
    msg_fmt = "Storage pool {0} could not be found."

class VolumeNotFound(NotFound):
    msg_fmt = "Volume {0} could not be found."

class ControllerNotFound(NotFound):
    msg_fmt = "Controller {0} could not be found."

class ControllerListNotFound(NotFound):
    msg_fmt = "Controllers of {0} could not be found."

class PortNotFound(NotFound):
    msg_fmt = "Port {0} could not be found."

class PortListNotFound(NotFound):
    msg_fmt = "Ports of {0} could not be found."

class DiskNotFound(NotFound):
    msg_fmt = "Disk {0} could not be found."

class FilesystemNotFound(NotFound):
    msg_fmt = "Filesystem {0} could not be found."

class QtreeNotFound(NotFound):
    msg_fmt = "Qtree {0} could not be found."

class QuotaNotFound(NotFound):
    msg_fmt = "Quota {0} could not be found."

class ShareNotFound(NotFound):
    msg_fmt = "Share {0} could not be found."

class StorageHostInitiatorNotFound(NotFound):
    msg_fmt = "Storage host initiator {0} could not be found."

class StorageHostNotFound(NotFound):
    msg_fmt = "Storage host {0} could not be found."

class StorageHostGroupNotFound(NotFound):
    msg_fmt = "Storage host group {0} could not be found."

class PortGroupNotFound(NotFound):
    msg_fmt = "Port group {0} could not be found."

class VolumeGroupNotFound(NotFound):
    msg_fmt = "Volume group {0} could not be found."

class MaskingViewNotFound(NotFound):
    msg_fmt = "Masking view {0} could not be found."

class StorageHostGrpHostRelNotFound(NotFound):
    msg_fmt = "Membership {0} of a host in a storage host group could not be found."

class PortGrpPortRelNotFound(NotFound):
    msg_fmt = "Membership {0} of a port in a port group could not be found."

class VolGrpVolRelationNotFound(NotFound):
    msg_fmt = "Membership {0} of a volume in a volume group could not be found."

class AlertNotFound(NotFound):
    msg_fmt = "Alert {0} could not be found."

class TelemetryConfigNotFound(NotFound):
    msg_fmt = "Telemetry configuration {0} could not be found."

class SilenceNotFound(NotFound):
    msg_fmt = "Silence {0} could not be found."

class JobNotFound(NotFound):
    msg_fmt = "Job {0} could not be found."

class ServiceNotFound(NotFound):
    msg_fmt = "Service {0} could not be found."


class ScheduleNotFound(NotFound):
    msg_fmt = "Schedule {0} could not be found."

class ProfileNotFound(NotFound):
    msg_fmt = "Profile {0} could not be found."

class TaskNotFound(NotFound):
    msg_fmt = "Task {0} could not be found."

class FailedTaskNotFound(NotFound):
    msg_fmt = "Failed task {0} could not be found."

class ComponentNotFound(NotFound):
    msg_fmt = "Component {0} could not be found."

class ConfigNotFound(NotFound):
    msg_fmt = "Configuration file {0} could not be found."

class PasteAppNotFound(NotFound):
    msg_fmt = "Paste application '{0}' could not be loaded from {1}."

# --- The array cannot be reached, or does not let us in ---
class InvalidIpOrPort(DelfinException):
    code = 400
    msg_fmt = "Invalid ip or port."

class InvalidUsernameOrPassword(DelfinException):
    code = 400
    msg_fmt = "Invalid username or password."
    # How often the array has seen it: requests that are under way may all carry it.
    tries = 1

class InvalidPrivateKey(DelfinException):
    code = 400
    msg_fmt = "The key is not a valid RSA private key."

class SSHNotFoundKnownHosts(NotFound):
    code = 400
    msg_fmt = "Host {0} not found in known_hosts."

class SSLCertificateFailed(Invalid):
    msg_fmt = "The TLS certificate could not be verified."

class SSLHandshakeFailed(Invalid):
    msg_fmt = "The TLS handshake failed."

class SNMPConnectionFailed(BadRequest):
    msg_fmt = "No answer over SNMP: {0}"

class ConnectTimeout(DelfinException):
    msg_fmt = "The connection timed out."

class HTTPConnectionTimeout(DelfinException):
    msg_fmt = "The HTTP connection timed out: {0}"

class SSHConnectTimeout(DelfinException):
    msg_fmt = "SSH connect timeout."

class ImproperIPVersion(DelfinException):
    msg_fmt = "The IP version {0} is not usable here."

class InvalidCAPath(DelfinException):
    msg_fmt = "The CA path {0} does not exist."

class StorageMaxUserCountException(DelfinException):
    msg_fmt = "The storage accepts no further session: {0}"

class DriverCallTimeout(DelfinException):
    code = 504
    msg_fmt = "The array took longer than {1} s for: {0}."

class ArraySessionsInUse(DelfinException):
    code = 503
    msg_fmt = "All sessions that delfin may have with the storage are in use: {0}"

# --- The array answers, but the work fails ---
class StorageBackendException(DelfinException):
    msg_fmt = "Exception from Storage Backend: {0}."

class PerformanceNotKept(StorageBackendException):
    msg_fmt = "The array has no performance data up to {0} ms of the epoch any more."

class SSHException(DelfinException):
    msg_fmt = "SSH error: {0}"

class SSHInjectionThreat(DelfinException):
    msg_fmt = "Refused as a possible command injection: {0}"

class BadResponse(Invalid):
    code = 500
    msg_fmt = "The storage gave a bad response."

class StorageClearAlertFailed(DelfinException):
    msg_fmt = "The alert could not be cleared: {0}"

class StorageListAlertFailed(DelfinException):
    msg_fmt = "The alerts could not be listed: {0}"

class IncompleteTrapInformation(DelfinException):
    msg_fmt = "The trap of {0} does not tell the whole alert."

class StoragePerformanceCollectionFailed(DelfinException):
    msg_fmt = "Performance data could not be collected: {0}"

class EmptyResourceMetrics(DelfinException):
    code = 501
    msg_fmt = "The driver declares no metrics."

class TelemetryTaskExecError(DelfinException):
    msg_fmt = "The telemetry task failed."

# --- The service itself ---
class ServiceUnavailable(DelfinException):
    code = 503
    msg_fmt = "The service cannot reach its database; try again later."

class TaskServiceUnavailable(DelfinException):
    code = 503
    msg_fmt = "No delfin-task answers for storage {0}; try again later."

class JobDeadlineExceeded(DelfinException):
    msg_fmt = "The job took longer than its deadline of {0} seconds; most likely its array hangs."

class LockCreationFailed(DelfinException):
    msg_fmt = "The lock could not be created."

class LockAcquisitionFailed(DelfinException):
    msg_fmt = "The lock could not be acquired."

class DuplicateExtension(DelfinException):
    msg_fmt = "The extension {0} is there twice."
# fmt: on
