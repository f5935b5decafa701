"""Commands over SSH, told apart by their exit status: the base of a driver's client.py."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import paramiko

from delfin import cryptor, exception
from delfin.drivers.kit.errors import Maker, made
from delfin.drivers.kit.shell import Prompts, Shell
from delfin.drivers.utils import ssh_errors
from delfin.drivers.utils.ssh_client import COMMAND_TIMEOUT, SSHPool
from delfin.drivers.utils.ssh_output import CommandResult

_SHOWN = 200
_SAFE = re.compile(r"[\w.:/@%+,=-]+", re.ASCII)


def word(value: Any) -> str:
    """A value from outside as one word of a command; raises SSHInjectionThreat if it is more.

    >>> word("vol-1"), word(7)
    ('vol-1', '7')
    """
    text = str(value)
    if not _SAFE.fullmatch(text) or text.startswith("-"):
        raise exception.SSHInjectionThreat(text[:_SHOWN])
    return text


class CommandLine:
    """A pool of connections to one host, and what its complaints mean.

    'refusals' are rows of words and exception: the first whose words are in what a failed command
    said counts, and anything else is a StorageBackendException. 'complaints' are words by which
    the device tells of an error in its output, with exit status 0, as some do.
    """

    refusals: Sequence[tuple[str, Maker]] = ()
    complaints: Sequence[str] = ()
    prompts = Prompts()
    timeout: float = COMMAND_TIMEOUT

    def __init__(self, *, connections: int = 3, **access: Any) -> None:
        """Take the driver's keywords; raises InvalidInput without `ssh`. Nothing is sent yet."""
        self.pool = SSHPool(max_size=connections, **access)

    def close(self) -> None:
        self.pool.close()

    def ask(self, command: str, *words: Any) -> str:
        """What a command prints; 'words' come from outside, and each must be one word.

        For commands that may run twice. Raises SSHInjectionThreat, what `refusals` say, and the
        connection errors of `SSHPool.run`.
        """
        line = " ".join((command, *map(word, words)))
        result = self.pool.run(line, timeout=self.timeout)
        said = f"{result.stderr}\n{result.stdout}"
        if result.exit_status == 0 and not any(words in said for words in self.complaints):
            return result.stdout
        raise self.failure(command, result)

    def failure(self, command: str, result: CommandResult) -> Exception:
        """The exception for a command that failed."""
        said = self._clean(result.stderr.strip() or result.stdout.strip())[:_SHOWN]
        for words, maker in self.refusals:
            if words in result.stderr or words in result.stdout:
                return made(maker, said)
        name = command.split(maxsplit=1)[0]
        return exception.StorageBackendException(
            f"'{name}' ended with status {result.exit_status}: {said}"
        )

    @contextmanager
    def shell(self) -> Iterator[Shell]:
        """An interactive shell, for devices that run no single commands; see `Shell.ask`."""
        with self.pool.item() as ssh:
            try:
                with Shell(ssh, self.prompts, self.timeout) as shell:
                    yield shell
            except (paramiko.SSHException, OSError, EOFError) as error:
                ssh.close()
                raise ssh_errors.translated(error, "do_exec", self.pool.ssh_host) from error
            except BaseException:
                # What the device still has to say must not meet the next caller.
                ssh.close()
                raise

    def _clean(self, text: str) -> str:
        password = self.pool.ssh_password
        return text.replace(cryptor.decode(password), "***") if password else text


def environment(**variables: str) -> str:
    """The beginning of a command that does not depend on the account's language and path.

    >>> environment(LC_ALL="C") + "lsblk"
    'env LC_ALL=C lsblk'
    """
    pairs: Mapping[str, str] = variables
    return "env " + "".join(f"{name}={value} " for name, value in pairs.items())
