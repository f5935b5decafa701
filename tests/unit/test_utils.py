"""Small functions that drivers import."""

from __future__ import annotations

import time

import pytest

from delfin import exception, utils

HARMLESS = [
    ["lsvdisk", "-delim", ":"],
    ["'quoted words'", '"double quoted"'],
    ['"it\'s"'],
    [r'"escaped \" quote"'],
    [r"escaped\;semicolon", r"escaped\$dollar"],
    ["  padded  "],
    [""],
    "showsys -d",
    'lsvdisk "it\'s"',
]
THREATS = [
    ["two words"],
    ["tab\tinside"],
    ['"inner " quote"'],
    ["'inner ' quote'"],
    *([f"a{character}b"] for character in "`$|;&><"),
    *([f"'a{character}b'"] for character in "`$|;&><"),
    *(f"ls {character} x" for character in "`$|;&><"),
    *(f"ls \\{character} x" for character in "`$|;&><"),
]


@pytest.mark.parametrize("command", HARMLESS)
def test_harmless_command_passes(command: str | list[str]) -> None:
    utils.check_ssh_injection(command)


@pytest.mark.parametrize("command", THREATS)
def test_threat_is_refused(command: str | list[str]) -> None:
    with pytest.raises(exception.SSHInjectionThreat):
        utils.check_ssh_injection(command)


def test_refusal_names_the_argument() -> None:
    with pytest.raises(exception.SSHInjectionThreat) as caught:
        utils.check_ssh_injection(["ok", "a;b"])
    assert caught.value.error_args == ("a;b",)


def test_number_is_no_argument() -> None:
    with pytest.raises(AttributeError):
        utils.check_ssh_injection([1])  # type: ignore[list-item]


def test_utcnow_ms_is_the_time_in_milliseconds() -> None:
    before, now, after = time.time() * 1000 - 1, utils.utcnow_ms(), time.time() * 1000
    assert isinstance(now, int)
    assert before <= now <= after


def test_singleton_has_one_object_per_class() -> None:
    class One(metaclass=utils.Singleton): ...

    class Other(metaclass=utils.Singleton): ...

    assert One() is One()
    assert type(Other()) is Other
