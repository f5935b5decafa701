"""Run a command with a PostgreSQL and a MariaDB server to test against.

    python tools/with_test_servers.py COMMAND [ARGUMENT...]

For each server, in this order: the URL in DELFIN_TEST_POSTGRESQL_URL or DELFIN_TEST_MARIADB_URL;
a server on this machine that lets us in without a password; else a private one on a free port,
its data in a temporary folder, stopped when the command ends. The command finds the URLs in the
two variables; the account in them may create databases.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

POSTGRESQL = "postgresql+psycopg://root@127.0.0.1:{port}/postgres"
# For each connection that might be encrypted PyMySQL reads all certificates that the machine trusts.
MARIADB = "mysql+pymysql://root@127.0.0.1:{port}/?ssl_disabled=true"
STARTED_WITHIN = 60.0  # seconds
STOPPED_WITHIN = 30.0  # seconds


class NotStartedError(Exception):
    """A server is not installed or did not come up."""


def answers(url: str) -> bool:
    """Whether the server lets us in."""
    engine = create_engine(url, connect_args={"connect_timeout": 5})
    try:
        with engine.connect() as connection:
            connection.execute(text("select 1"))
    except (SQLAlchemyError, OSError):
        return False
    finally:
        engine.dispose()
    return True


@contextlib.contextmanager
def server(
    variable: str,
    url: str,
    port: int,
    private: Callable[[int], contextlib.AbstractContextManager[None]],
) -> Iterator[str]:
    """The URL of a server that answers; a private one runs until the block ends.

    Raises:
        NotStartedError: The named server does not answer, or no private one can be started.
    """
    named = os.environ.get(variable)
    usual = url.format(port=port)
    if named or answers(usual):
        yield named or usual
        return
    free = _free_port()
    with private(free):
        yield url.format(port=free)


@contextlib.contextmanager
def private_postgresql(port: int) -> Iterator[None]:
    """A PostgreSQL server of our own, with a superuser 'root' that needs no password."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version)
    if not folders:
        raise NotStartedError("PostgreSQL is not installed: run tools/apt-packages.sh")
    with _data_folder("postgres") as (folder, account):
        data = folder / "data"
        _run(
            [
                *(folders[-1] / "initdb", "--pgdata", data, "--no-sync"),
                *("--auth", "trust", "--username", "root", "--encoding", "UTF8"),
            ],
            folder,
            account,
        )
        # Nothing here outlives a power cut, so nothing waits for the disk.
        options = {
            "listen_addresses": "127.0.0.1",
            "port": port,
            "unix_socket_directories": folder,
            "fsync": "off",
            "max_connections": 200,
        }
        command: list[str | Path] = [folders[-1] / "postgres", "-D", data]
        command += [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        # SIGINT is PostgreSQL's fast shutdown: it does not wait for clients to leave.
        with _running(command, folder, account, signal.SIGINT):
            _wait_until_it_answers("PostgreSQL", POSTGRESQL.format(port=port), folder)
            yield


@contextlib.contextmanager
def private_mariadb(port: int) -> Iterator[None]:
    """A MariaDB server of our own, with a 'root' that needs no password."""
    server_path = shutil.which("mariadbd", path="/usr/sbin:/usr/bin:" + os.environ["PATH"])
    if server_path is None:
        raise NotStartedError("MariaDB is not installed: run tools/apt-packages.sh")
    with _data_folder("mysql") as (folder, account):
        data = folder / "data"
        # --no-defaults: the machine's own server has its files elsewhere.
        install = ["mariadb-install-db", "--no-defaults", f"--datadir={data}"]
        install += ["--auth-root-authentication-method=normal", "--skip-test-db"]
        _run(install, folder, account)
        command = [server_path, "--no-defaults", f"--datadir={data}", f"--port={port}"]
        command += ["--bind-address=127.0.0.1", f"--socket={folder / 'socket'}"]
        command += [f"--pid-file={folder / 'pid'}", "--innodb-flush-log-at-trx-commit=0"]
        with _running(command, folder, account, signal.SIGTERM):
            _wait_until_it_answers("MariaDB", MARIADB.format(port=port), folder)
            yield


@contextlib.contextmanager
def _data_folder(account: str) -> Iterator[tuple[Path, str | None]]:
    """A folder for the server, and who runs it: both refuse root, so their packages' account."""
    with tempfile.TemporaryDirectory(prefix="delfin-test-") as name:
        folder = Path(name)
        if os.geteuid() != 0:
            yield folder, None
            return
        entry = pwd.getpwnam(account)
        os.chown(folder, entry.pw_uid, entry.pw_gid)
        yield folder, account


def _run(command: Sequence[str | Path], folder: Path, account: str | None) -> None:
    done = subprocess.run(  # noqa: S603 - the server's own tools
        command, cwd=folder, user=account, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise NotStartedError(f"{command[0]} failed:\n{done.stdout}{done.stderr}")


@contextlib.contextmanager
def _running(
    command: Sequence[str | Path], folder: Path, account: str | None, stop: signal.Signals
) -> Iterator[None]:
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - the server itself
            command,
            cwd=folder,
            user=account,
            group=account,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            # A Ctrl-C for the tests is not for the server: it goes last.
            start_new_session=True,
        )
        try:
            yield
        finally:
            process.send_signal(stop)
            try:
                process.wait(STOPPED_WITHIN)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_until_it_answers(name: str, url: str, folder: Path) -> None:
    deadline = time.monotonic() + STARTED_WITHIN
    while not answers(url):
        if time.monotonic() > deadline:
            log = (folder / "log").read_text(errors="replace")
            raise NotStartedError(
                f"the private {name} did not come up; its log ends:\n{log[-2000:]}"
            )
        time.sleep(0.2)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _version(folder: Path) -> float:
    return float(folder.parent.name)


def main(command: list[str]) -> int:
    try:
        with (
            server("DELFIN_TEST_POSTGRESQL_URL", POSTGRESQL, 5432, private_postgresql) as first,
            server("DELFIN_TEST_MARIADB_URL", MARIADB, 3306, private_mariadb) as second,
        ):
            environment = {
                **os.environ,
                "DELFIN_TEST_POSTGRESQL_URL": first,
                "DELFIN_TEST_MARIADB_URL": second,
            }
            return subprocess.run(command, env=environment, check=False).returncode  # noqa: S603
    except NotStartedError as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1:]))
