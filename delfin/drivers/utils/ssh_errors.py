"""From what paramiko and the operating system raise to the SDK's errors, as one table."""

from __future__ import annotations

import errno
import socket
from typing import Literal, NamedTuple

import paramiko
from paramiko.ssh_exception import NoValidConnectionsError

from delfin import exception
from delfin.drivers.utils.host_key import HostKeyRefused
from delfin.drivers.utils.ssh_output import ConnectionDropped, OutputTooLong

Stage = Literal["create", "do_exec", "do_exec_shell"]
_Made = type[exception.DelfinException]


class _Row(NamedTuple):
    kind: type[BaseException]
    words: str
    create: _Made
    do_exec: _Made
    do_exec_shell: _Made


def _same(kind: type[BaseException], words: str, made: _Made) -> _Row:
    return _Row(kind, words, made, made, made)


# The first row whose class and words fit decides. The rows by words alone are for drivers with a
# login of their own, and for what paramiko says with its general class only.
_ROWS = (
    _same(HostKeyRefused, "", exception.SSHNotFoundKnownHosts),
    _same(paramiko.BadHostKeyException, "", exception.SSHNotFoundKnownHosts),
    _same(OutputTooLong, "", exception.StorageBackendException),
    # paramiko reports a host that never answers as a failed login; the password may be right.
    _same(paramiko.AuthenticationException, "Authentication timeout", exception.SSHConnectTimeout),
    # A host that hangs up during the login counts as refusing it: sshd does so after the last
    # try that it allows, and trying again would lock the account.
    _same(paramiko.AuthenticationException, "", exception.InvalidUsernameOrPassword),
    _Row(
        NoValidConnectionsError,
        "",
        exception.InvalidIpOrPort,
        exception.ConnectTimeout,
        exception.InvalidIpOrPort,
    ),
    _same(socket.gaierror, "", exception.InvalidIpOrPort),
    _same(UnicodeError, "", exception.InvalidIpOrPort),
    _same(OverflowError, "", exception.InvalidIpOrPort),
    _Row(
        TimeoutError,
        "",
        exception.InvalidIpOrPort,
        exception.ConnectTimeout,
        exception.SSHConnectTimeout,
    ),
    _Row(
        Exception,
        "timed out",
        exception.InvalidIpOrPort,
        exception.ConnectTimeout,
        exception.SSHConnectTimeout,
    ),
    _Row(
        Exception,
        "SSH connect timeout",
        exception.SSHConnectTimeout,
        exception.ConnectTimeout,
        exception.SSHConnectTimeout,
    ),
    _Row(
        Exception,
        "Unable to connect to port",
        exception.InvalidIpOrPort,
        exception.ConnectTimeout,
        exception.InvalidIpOrPort,
    ),
    _same(Exception, "Invalid ip or port", exception.InvalidIpOrPort),
    _same(Exception, "No authentication methods available", exception.InvalidUsernameOrPassword),
    _same(Exception, "Authentication failed", exception.InvalidUsernameOrPassword),
    _same(Exception, "Invalid username or password", exception.InvalidUsernameOrPassword),
    _same(Exception, "not a valid RSA private key", exception.InvalidPrivateKey),
    _same(Exception, "not found in known_hosts", exception.SSHNotFoundKnownHosts),
    _same(Exception, "", exception.SSHException),
)

_NO_WAY_THERE = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL, errno.EINVAL}


def translated(error: Exception, stage: Stage, host: str) -> exception.DelfinException:
    """The SDK's error for one that was raised while connecting or while a command ran."""
    if isinstance(error, exception.DelfinException):
        return error
    if stage == "create" and isinstance(error, OSError) and error.errno in _NO_WAY_THERE:
        return exception.InvalidIpOrPort()
    text = str(error) or type(error).__name__
    row = next(row for row in _ROWS if isinstance(error, row.kind) and row.words in text)
    made: _Made = getattr(row, stage)
    if made is exception.SSHNotFoundKnownHosts:
        return made(host, message=_refused(error, host))
    takes_text = issubclass(made, exception.SSHException | exception.StorageBackendException)
    return made(text) if takes_text else made()


def _refused(error: Exception, host: str) -> str:
    """What a host key that is not accepted looks like, and what to do about it."""
    said = f"{host} showed another host key"
    if isinstance(error, paramiko.BadHostKeyException):
        said = f"{host} showed the host key {error.key.fingerprint} ({error.key.get_name()})"
    elif isinstance(error, HostKeyRefused):
        said = str(error)
    return (
        f"{said}; another one is on record. If the machine was set up anew, send its new key as "
        "'ssh.pub_key'; if not, find out who answers at this address."
    )


def is_dropped(error: Exception) -> bool:
    """Whether the connection went away, so that the same command may succeed on a new one."""
    if isinstance(error, exception.DelfinException | TimeoutError | OutputTooLong):
        return False
    return isinstance(error, ConnectionDropped | EOFError | OSError | paramiko.SSHException)
