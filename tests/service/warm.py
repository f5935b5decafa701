"""Console scripts started from a process that has imported them: that saves a second for each.

What runs is the script's own `main`, in a process, a session and an environment of its own; the
interpreter's end is left out. Run as a program, this file is that warm process; the stories talk to
it over a socket.
"""

from __future__ import annotations

import atexit
import importlib
import json
import os
import pkgutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import delfin.conf
from delfin.service import BACKEND_VARIABLE, _exit, _others

_PATH = "PYTHONPATH"
# What takes the time; a script's own module is imported with these.
SCRIPTS = {
    "delfin-api": "delfin.cmd.api",
    "delfin-task": "delfin.cmd.task",
    "delfin-alert": "delfin.cmd.alert",
    "delfin-standalone": "delfin.cmd.standalone",
}
# What every process would import when it first needs it, which takes as long again.
_LATER = (
    *(f"delfin.conf.{found.name}" for found in pkgutil.iter_modules(delfin.conf.__path__)),
    "delfin.drivers.fake_storage.driver",
    "kombu.transport.pyamqp",
    "psycopg",
    "pymysql",
)


class WarmProcess:
    """As much of subprocess.Popen as the stories use."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._status: int | None = None

    def poll(self) -> int | None:
        """The exit status, negative for a signal; None while it runs."""
        if self._status is None:
            self._status = _warm().ask({"ended": self.pid})
        return self._status

    def wait(self, longest: float) -> int:
        """Raises subprocess.TimeoutExpired."""
        deadline = time.monotonic() + longest
        while (status := self.poll()) is None:
            if time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(f"process {self.pid}", longest)
            _PAUSE.wait(0.02)
        return status


Process = subprocess.Popen[bytes] | WarmProcess


def start(
    script: Path, arguments: Sequence[str | Path], environment: Mapping[str, str], output: int
) -> Process:
    """The script leads a session of its own; 'output' is the descriptor for all that it prints.

    Another back end has to be chosen before anything is imported, and other packages are found then:
    such a process starts cold, and so does a script that is not of this installation.
    """
    is_ours = script.name in SCRIPTS and script.parent == Path(sys.executable).parent
    # What the interpreter reads when it starts.
    is_same = all(environment.get(n) == os.environ.get(n) for n in (_PATH, BACKEND_VARIABLE))
    if not is_ours or not is_same:
        return subprocess.Popen(
            [script, *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    request = {
        "script": str(script),
        "arguments": [str(argument) for argument in arguments],
        "environment": dict(environment),
    }
    return WarmProcess(_warm().ask(request, [output]))


class _Warm:
    """The warm process, as the stories' process sees it."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._ours, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.service.warm", str(theirs.fileno())],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
        )
        theirs.close()

    def ask(self, request: Mapping[str, Any], descriptors: Sequence[int] = ()) -> Any:
        with self._guard:
            socket.send_fds(self._ours, [json.dumps(request).encode()], descriptors)
            return json.loads(self._ours.recv(_MOST))

    def close(self) -> None:
        self._ours.close()
        # It may be importing still.
        self._process.kill()
        self._process.wait(10)


# Bytes of a request: an environment is the most of it.
_MOST = 200_000
_PAUSE = threading.Event()
_made: list[_Warm] = []


def _warm() -> _Warm:
    if not _made:
        _made.append(_Warm())
        atexit.register(_made[0].close)
    return _made[0]


def _serve(connection: socket.socket) -> None:
    """Until the stories' process is gone."""
    # The scripts come first, since they choose the back end.
    for module in (*SCRIPTS.values(), *_LATER):
        importlib.import_module(module)
    while True:
        asked, descriptors, _, _ = socket.recv_fds(connection, _MOST, 1)
        if not asked:
            return
        request = json.loads(asked)
        if "ended" in request:
            answer = _ended(request["ended"])
        else:
            answer = _forked(connection, request, descriptors[0])
        connection.sendall(json.dumps(answer).encode())


def _ended(pid: int) -> int | None:
    ended, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if ended else None


def _forked(connection: socket.socket, request: Mapping[str, Any], output: int) -> int:
    """The process that is the script, once it leads its session."""
    hears, says = os.pipe()
    pid = os.fork()
    if pid == 0:
        connection.close()
        os.close(hears)
        _become(request, output, says)
    for descriptor in (says, output):
        os.close(descriptor)
    os.read(hears, 1)
    os.close(hears)
    return pid


def _become(request: Mapping[str, Any], output: int, says: int) -> None:
    """This process is the script from here on, and ends with it."""
    os.setsid()
    for descriptor in (1, 2):
        os.dup2(output, descriptor)
    os.close(output)
    os.environ.clear()
    os.environ.update(request["environment"])
    sys.argv = [request["script"], *request["arguments"]]
    os.close(says)
    try:
        status = importlib.import_module(SCRIPTS[Path(request["script"]).name]).main()
    except SystemExit as ended:
        status = ended.code
    # As multiprocessing ends what it has forked. To take all modules apart, the process would first
    # have to copy them from the warm one: on a busy machine that was most of what stopping took.
    for thread in _others():
        thread.join()
    _exit(status or 0)


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
