"""Which error a text becomes at which step of an SSH conversation: the table of the driver SDK.

Drivers with a login of their own raise these texts. Where the contract has only the general error
for a case that delfin tells apart, the more exact one is wanted here.
"""

from __future__ import annotations

from typing import Any

import pytest

from delfin import exception
from delfin.drivers.utils.ssh_client import SSHPool

ACCESS = {"host": "10.0.0.1", "port": 22, "username": "u", "password": "cipher"}
E = exception

# The text; what `create`, `do_exec` and `do_exec_shell` raise for it.
TABLE: list[tuple[str, Any, Any, Any]] = [
    ("timed out", E.InvalidIpOrPort, E.ConnectTimeout, E.SSHConnectTimeout),
    ("SSH connect timeout", E.SSHConnectTimeout, E.ConnectTimeout, E.SSHConnectTimeout),
    ("Unable to connect to port 22", E.InvalidIpOrPort, E.ConnectTimeout, E.InvalidIpOrPort),
    ("Invalid ip or port", E.InvalidIpOrPort, E.InvalidIpOrPort, E.InvalidIpOrPort),
    (
        "No authentication methods available",
        E.InvalidUsernameOrPassword,
        E.InvalidUsernameOrPassword,
        E.InvalidUsernameOrPassword,
    ),
    (
        "Authentication failed.",
        E.InvalidUsernameOrPassword,
        E.InvalidUsernameOrPassword,
        E.InvalidUsernameOrPassword,
    ),
    (
        "Invalid username or password.",
        E.InvalidUsernameOrPassword,
        E.InvalidUsernameOrPassword,
        E.InvalidUsernameOrPassword,
    ),
    (
        "not a valid RSA private key file",
        E.InvalidPrivateKey,
        E.InvalidPrivateKey,
        E.InvalidPrivateKey,
    ),
    (
        "Server '10.0.0.1' not found in known_hosts",
        E.SSHNotFoundKnownHosts,
        E.SSHNotFoundKnownHosts,
        E.SSHNotFoundKnownHosts,
    ),
    ("anything else", E.SSHException, E.SSHException, E.SSHException),
]


class Own(SSHPool):
    """Logs in by itself, and fails with a text."""

    said = ""

    def create(self) -> Any:
        raise RuntimeError(self.said)


class Login(SSHPool):
    """Fails with a text inside the login of the base class."""

    said = ""

    def login(self) -> Any:
        raise RuntimeError(self.said)


@pytest.mark.parametrize(("text", "by_create", "by_exec", "by_shell"), TABLE)
def test_a_text_becomes_the_error_of_the_table(
    text: str, by_create: type[Exception], by_exec: type[Exception], by_shell: type[Exception]
) -> None:
    own, base = Own(ssh=ACCESS), Login(ssh=ACCESS)
    own.said = base.said = text
    calls = [
        (base.create, by_create),
        (lambda: own.do_exec("show"), by_exec),
        (lambda: own.do_exec_shell(["show"], 0), by_shell),
    ]
    for call, wanted in calls:
        with pytest.raises(exception.DelfinException) as caught:
            call()
        assert type(caught.value) is wanted


def test_an_error_of_the_sdk_passes_as_it_is() -> None:
    class Raising(SSHPool):
        def create(self) -> Any:
            raise exception.InvalidPrivateKey

    pool = Raising(ssh=ACCESS)
    with pytest.raises(exception.InvalidPrivateKey):
        pool.do_exec("show")
    with pytest.raises(exception.SSHInjectionThreat):
        pool.do_exec("show; reboot")
    with pytest.raises(exception.SSHInjectionThreat):
        pool.do_exec_shell(["show", "reboot & more"])
