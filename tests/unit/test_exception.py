"""The error family: codes, texts and arguments that drivers and REST clients rely on."""

from __future__ import annotations

import copy
import json
import pickle

import pytest

from delfin import exception

# Class, parent, HTTP status, placeholders in its text.
FAMILY = """
DelfinException                    Exception        500  0
NotAuthorized                      DelfinException  403  0
Invalid                            DelfinException  400  0
BadRequest                         Invalid          400  0
MalformedRequestBody               Invalid          400  1
MalformedRequestUrl                Invalid          400  0
InvalidCredential                  Invalid          400  0
InvalidResults                     Invalid          400  1
InvalidInput                       Invalid          400  1
InvalidName                        Invalid          400  1
InvalidContentType                 Invalid          400  1
StorageSerialNumberMismatch        Invalid          400  1
StorageAlreadyExists               Invalid          400  0
InvalidSNMPConfig                  Invalid          400  1
NotFound                           DelfinException  404  0
NoSuchAction                       NotFound         404  1
AccessInfoNotFound                 NotFound         404  1
AlertSourceNotFound                NotFound         404  1
AlertSourceNotFoundWithHost        NotFound         404  1
SNMPConnectionFailed               BadRequest       400  1
StorageNotFound                    NotFound         404  1
StorageBackendNotFound             NotFound         404  0
StoragePoolNotFound                NotFound         404  1
VolumeNotFound                     NotFound         404  1
StorageHostInitiatorNotFound       NotFound         404  1
StorageHostNotFound                NotFound         404  1
StorageHostGroupNotFound           NotFound         404  1
PortGroupNotFound                  NotFound         404  1
VolumeGroupNotFound                NotFound         404  1
MaskingViewNotFound                NotFound         404  1
StorageHostGrpHostRelNotFound      NotFound         404  1
PortGrpPortRelNotFound             NotFound         404  1
VolGrpVolRelationNotFound          NotFound         404  1
ControllerNotFound                 NotFound         404  1
ControllerListNotFound             NotFound         404  1
PortNotFound                       NotFound         404  1
PortListNotFound                   NotFound         404  1
DiskNotFound                       NotFound         404  1
FilesystemNotFound                 NotFound         404  1
QtreeNotFound                      NotFound         404  1
QuotaNotFound                      NotFound         404  1
ShareNotFound                      NotFound         404  1
StorageDriverNotFound              NotFound         404  1
TaskNotFound                       NotFound         404  1
FailedTaskNotFound                 NotFound         404  1
ConfigNotFound                     NotFound         404  1
PasteAppNotFound                   NotFound         404  2
StorageBackendException            DelfinException  500  1
PerformanceNotKept                 StorageBackendException  500  1
SSHException                       DelfinException  500  1
SSHInjectionThreat                 DelfinException  500  1
LockCreationFailed                 DelfinException  500  0
LockAcquisitionFailed              DelfinException  500  0
DuplicateExtension                 DelfinException  500  1
ImproperIPVersion                  DelfinException  500  1
ConnectTimeout                     DelfinException  500  0
InvalidUsernameOrPassword          DelfinException  400  0
BadResponse                        Invalid          500  0
InvalidPrivateKey                  DelfinException  400  0
SSHConnectTimeout                  DelfinException  500  0
SSHNotFoundKnownHosts              NotFound         400  1
StorageClearAlertFailed            DelfinException  500  1
StorageListAlertFailed             DelfinException  500  1
HTTPConnectionTimeout              DelfinException  500  1
InvalidCAPath                      DelfinException  500  1
StoragePerformanceCollectionFailed DelfinException  500  1
SSLCertificateFailed               Invalid          400  0
SSLHandshakeFailed                 Invalid          400  0
StorageIsSyncing                   Invalid          400  1
InvalidIpOrPort                    DelfinException  400  0
InvalidStorageCapability           Invalid          500  1
StorageCapabilityNotSupported      Invalid          501  0
EmptyResourceMetrics               DelfinException  501  0
TelemetryTaskExecError             DelfinException  500  0
ComponentNotFound                  NotFound         404  1
IncompleteTrapInformation          DelfinException  500  1
StorageMaxUserCountException       DelfinException  500  1
OperationNotSupported              DelfinException  501  2
AlertNotFound                      NotFound         404  1
SilenceNotFound                    NotFound         404  1
JobNotFound                        NotFound         404  1
ServiceNotFound                    NotFound         404  1
ScheduleNotFound                   NotFound         404  1
ProfileNotFound                    NotFound         404  1
TelemetryConfigNotFound            NotFound         404  1
TaskServiceUnavailable             DelfinException  503  1
AccessInfoChanged                  Invalid          400  1
JobDeadlineExceeded                DelfinException  500  1
DriverCallTimeout                  DelfinException  504  2
ArraySessionsInUse                 DelfinException  503  1
RequestBodyTooLarge                Invalid          413  1
ServiceUnavailable                 DelfinException  503  0
"""

ROWS = [line.split() for line in FAMILY.strip().splitlines()]

TEXTS = [
    (exception.DelfinException(), "An unknown exception occurred."),
    (exception.InvalidCredential(), "The credentials are invalid."),
    (exception.InvalidResults("no id"), "The results are invalid. no id"),
    (exception.StorageBackendException("busy"), "Exception from Storage Backend: busy."),
    (exception.InvalidUsernameOrPassword(), "Invalid username or password."),
    (exception.InvalidIpOrPort(), "Invalid ip or port."),
    (exception.ComponentNotFound("naviseccli"), "Component naviseccli could not be found."),
]

FRAGMENTS = [
    (exception.InvalidInput("the arg"), "the arg"),
    (exception.InvalidPrivateKey(), "not a valid RSA private key"),
    (exception.SSHConnectTimeout(), "SSH connect timeout"),
    (exception.SSHNotFoundKnownHosts("h"), "not found in known_hosts"),
    (exception.PasteAppNotFound("api", "/etc/paste"), "'api' could not be loaded from /etc/paste"),
]


def cls(name: str) -> type[exception.DelfinException]:
    found: type[exception.DelfinException] = getattr(exception, name)
    return found


@pytest.mark.parametrize(("name", "parent", "code", "_count"), ROWS)
def test_class_has_its_parent_and_status(name: str, parent: str, code: str, _count: str) -> None:
    assert cls(name).__bases__[0].__name__ == parent
    assert cls(name).code == int(code)
    assert cls(name)().error_code == name


@pytest.mark.parametrize(("name", "_parent", "_code", "count"), ROWS)
def test_text_takes_the_arguments(name: str, _parent: str, _code: str, count: str) -> None:
    args = [f"<argument {number}>" for number in range(int(count))]
    error = cls(name)(*args)
    assert all(argument in error.msg for argument in args)
    assert "{" not in error.msg
    assert error.error_args == tuple(args)
    assert str(error) == error.msg
    assert error.args == (error.msg,)


def test_the_table_names_the_whole_family() -> None:
    known = {
        name
        for name, value in vars(exception).items()
        if isinstance(value, type) and issubclass(value, Exception)
    }
    assert known == {row[0] for row in ROWS}


@pytest.mark.parametrize(("error", "text"), TEXTS)
def test_text_that_drivers_compare(error: exception.DelfinException, text: str) -> None:
    assert error.msg == text


@pytest.mark.parametrize(("error", "fragment"), FRAGMENTS)
def test_fragment_that_drivers_look_for(error: exception.DelfinException, fragment: str) -> None:
    assert fragment in error.msg


def test_missing_argument_leaves_the_placeholder() -> None:
    assert exception.InvalidResults().msg == "The results are invalid. {0}"


def test_surplus_arguments_are_kept_out_of_the_text() -> None:
    error = exception.InvalidIpOrPort("10.0.0.1")
    assert error.msg == "Invalid ip or port."
    assert error.error_args == ("10.0.0.1",)


def test_braces_in_an_argument_are_text() -> None:
    assert exception.InvalidInput("{0} {x}").msg.endswith("{0} {x}")


def test_message_replaces_the_template() -> None:
    error = exception.InvalidInput("arg", message=("a", "tuple"))
    assert error.msg == "('a', 'tuple')"
    assert error.error_args == ("arg",)


def test_falsy_message_and_unknown_keywords_are_ignored() -> None:
    assert exception.InvalidIpOrPort(message="", reason="x").msg == "Invalid ip or port."


@pytest.mark.parametrize("copied", [copy.copy, lambda error: pickle.loads(pickle.dumps(error))])  # noqa: S301
def test_copy_says_the_same(copied: object) -> None:
    assert callable(copied)
    error = exception.StorageBackendException("busy", message="asked too often")
    again = copied(error)
    assert (type(again), again.msg, again.error_args) == (type(error), error.msg, ("busy",))


def test_error_rebuilt_from_the_message_bus_says_the_same() -> None:
    sent = exception.StorageBackendException("busy")
    # oslo.messaging carries args and kwargs as JSON and appends to the name of the class.
    args, kwargs = json.loads(json.dumps([sent.args, sent.kwargs]))
    received = type("StorageBackendException_Remote", (type(sent),), {})(*args, **kwargs)
    assert received.msg == "Exception from Storage Backend: busy."
    assert received.error_args == ("busy",)
    assert received.error_code == "StorageBackendException"
