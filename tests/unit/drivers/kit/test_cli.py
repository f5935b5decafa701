"""Commands over a real SSH connection: exit status, refusals, prompts and pagers."""

from __future__ import annotations

import doctest
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import paramiko
import pytest

from delfin import cryptor, exception
from delfin.common import deadline
from delfin.drivers.kit import cli
from delfin.drivers.kit.cli import CommandLine
from delfin.drivers.kit.shell import Prompts
from tests.unit.drivers.utils.ssh_server import PASSWORD, Answer, SshServer, hang, ssh_server

SAID = {
    "show disks": Answer(b"disk 1\n"),
    "show disk disk-1": Answer(b"online\n"),
    "show secrets": Answer(b"", b"Permission denied for you\n", 1),
    "show nothing": Answer(b"No such thing\n", b"", 3),
    "show complaint": Answer(b"% Error: not now\n"),
    "show leak": Answer(b"", f"bad password {PASSWORD}".encode(), 1),
    "show forever": Answer(then=hang),
}


class AcmeLine(CommandLine):
    refusals = (
        ("Permission denied", exception.NotAuthorized),
        ("No such thing", exception.ComponentNotFound),
        ("not now", exception.StorageMaxUserCountException),
    )
    complaints = ("% Error",)
    prompts = Prompts(prompt=r"acme> ")


@contextmanager
def line_of(server: SshServer, kind: type[CommandLine] = AcmeLine) -> Iterator[CommandLine]:
    line = kind(ssh={**server.access, "password": cryptor.encode(PASSWORD)})
    try:
        yield line
    finally:
        line.close()


@pytest.fixture
def line() -> Iterator[CommandLine]:
    with ssh_server(lambda command: SAID[command]) as server, line_of(server) as line:
        yield line


def test_the_samples_are_true() -> None:
    assert doctest.testmod(cli).failed == 0


def test_a_command_says_what_it_prints(line: CommandLine) -> None:
    assert line.ask("show disks") == "disk 1\n"
    assert line.ask("show disk", "disk-1") == "online\n"


@pytest.mark.parametrize("word", ["a; reboot", "a b", "$(x)", "", "-rf", "a\nb", "`x`", "ü"])
def test_a_word_from_outside_starts_no_second_command(line: CommandLine, word: str) -> None:
    with pytest.raises(exception.SSHInjectionThreat):
        line.ask("show disk", word)


@pytest.mark.parametrize(
    ("command", "kind", "text"),
    [
        ("show secrets", exception.NotAuthorized, "."),
        ("show nothing", exception.ComponentNotFound, "No such thing"),
        ("show complaint", exception.StorageMaxUserCountException, "not now"),
        ("show leak", exception.StorageBackendException, r"'show' ended with status 1: .*\*\*\*"),
    ],
)
def test_a_failed_command_is_an_error_of_its_class(
    line: CommandLine, command: str, kind: type[Exception], text: str
) -> None:
    with pytest.raises(kind, match=text) as caught:
        line.ask(command)
    assert PASSWORD not in str(caught.value)


def test_the_deadline_ends_a_command(line: CommandLine) -> None:
    line.ask("show disks")
    start = time.monotonic()
    with deadline.within(0.3), pytest.raises(exception.ConnectTimeout):
        line.ask("show forever")
    with deadline.within(-1.0), pytest.raises(exception.ConnectTimeout):
        line.ask("show disks")
    assert time.monotonic() - start < 5


Script = Callable[[paramiko.Channel], None]


def read_line(channel: paramiko.Channel) -> str:
    said = b""
    while not said.endswith(b"\n"):
        part = channel.recv(1)
        if not part:
            raise EOFError
        said += part
    return said.decode().strip()


def device(channel: paramiko.Channel) -> None:
    """Greets, echoes, colours its prompt, and stops at each third line until a key comes."""
    channel.sendall(b"Welcome\r\nto acme\r\n\x1b[32macme> \x1b[0m")
    while (command := read_line(channel)) != "exit":
        channel.sendall(f"{command}\r\n".encode())
        for number in range(1, 8):
            channel.sendall(f"row {number} é acme> here\r\n".encode())
            if number % 3 == 0:
                channel.sendall(b"--More-- (q to quit)")
                if channel.recv(1) != b" ":
                    return
                channel.sendall(b"\r")
        for byte in b"\x1b[32macme> \x1b[0m":
            channel.sendall(bytes([byte]))


@contextmanager
def shell_of(script: Script, kind: type[CommandLine] = AcmeLine) -> Iterator[CommandLine]:
    with ssh_server() as server:
        server.shell = script
        with line_of(server, kind) as line:
            yield line


def test_a_dialogue_without_echo_pager_and_prompt() -> None:
    with shell_of(device) as line, line.shell() as shell:
        for command in ("show rows", "show rows again"):
            said = [text.strip() for text in shell.ask(command).splitlines()]
            assert said == [f"row {number} é acme> here" for number in range(1, 8)]


def test_commands_to_begin_with_are_sent_first() -> None:
    heard = []

    def script(channel: paramiko.Channel) -> None:
        channel.sendall(b"acme> ")
        while True:
            heard.append(read_line(channel))
            channel.sendall(b"ok\r\nacme> ")

    class Quiet(AcmeLine):
        prompts = Prompts(prompt=r"acme> ", first=("pager off",))

    with shell_of(script, Quiet) as line, line.shell() as shell:
        assert shell.ask("show") == "ok"
    assert heard == ["pager off", "show"]


def test_an_answer_without_its_prompt_is_cut_off() -> None:
    def script(channel: paramiko.Channel) -> None:
        channel.sendall(b"acme> ")
        read_line(channel)
        channel.sendall(b"row 1\r\nrow")

    with shell_of(script) as line:
        with pytest.raises(exception.InvalidResults, match="'show' is cut off"), line.shell() as s:
            s.ask("show rows")
        # The connection is not used again.
        with pytest.raises(exception.InvalidResults), line.shell() as s:
            s.ask("show rows")
        assert line.pool.current_size == 1


def test_a_prompt_that_does_not_come_ends_the_wait() -> None:
    def script(channel: paramiko.Channel) -> None:
        channel.sendall(b"acme> ")
        read_line(channel)
        channel.sendall(b"working...")
        channel.recv(1)

    with shell_of(script) as line:
        start = time.monotonic()
        with (
            deadline.within(1.0),
            pytest.raises(exception.ConnectTimeout, match="No prompt came after 'show'"),
            line.shell() as shell,
        ):
            shell.ask("show rows")
        assert time.monotonic() - start < 10


def test_a_long_answer_is_whole() -> None:
    def script(channel: paramiko.Channel) -> None:
        channel.sendall(b"acme> ")
        read_line(channel)
        channel.sendall(b"".join(b"row %d\r\n" % number for number in range(20_000)) + b"acme> ")
        channel.recv(1)

    with shell_of(script) as line, line.shell() as shell:
        assert shell.ask("show rows").splitlines() == [f"row {number}" for number in range(20_000)]


def test_a_dialogue_takes_one_command_at_a_time() -> None:
    with (
        shell_of(device) as line,
        pytest.raises(exception.SSHInjectionThreat),
        line.shell() as shell,
    ):
        shell.ask("show rows\nreboot")
