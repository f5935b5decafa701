"""A storage host of its own kernel: User-Mode Linux, in a network namespace of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.service.linux import etc_files

HERE = Path(__file__).parent
DEADLINE = 120
_PTRACE = "import ctypes; raise SystemExit(ctypes.CDLL(None).ptrace(0, 0, 0, 0) != 0)"


def missing() -> str | None:
    """Why such a host cannot be had here: only ptrace and tun are reasons."""
    if not Path("/dev/net/tun").exists():
        return "no User-Mode Linux host: /dev/net/tun is missing"
    if subprocess.run([sys.executable, "-c", _PTRACE], check=False).returncode:
        return "no User-Mode Linux host: ptrace is not allowed"
    return None


@dataclass
class UmlHost:
    folder: Path
    port: int
    address: str = "127.0.0.1"


@contextmanager
def uml_host(folder: Path) -> Iterator[UmlHost]:
    """A host with thin pools, SCSI disks, an LIO target and exports; reached over a local port."""
    etc_files.write(folder / "etc", exported="/mnt/thin2")
    etc_files.write_sshd(folder, address="0.0.0.0", port=22)
    modules = folder / "modules" / "lib"
    modules.mkdir(parents=True)
    (modules / "modules").symlink_to("/usr/lib/uml/modules")
    for name in ("ubda", "ubdb"):
        with (folder / f"{name}.img").open("wb") as image:
            image.truncate(600 * 2**20)
    with socket.create_server(("127.0.0.1", 0)) as server:
        host = UmlHost(folder, server.getsockname()[1])
    space = f"delfin{os.getpid()}"
    with ExitStack() as undo:
        _run("ip", "netns", "add", space)
        undo.callback(_run, "ip", "netns", "delete", space)
        inside = ("ip", "-n", space)
        _run(*inside, "link", "set", "lo", "up")
        _run(*inside, "tuntap", "add", "dev", "tap0", "mode", "tap")
        _run(*inside, "address", "add", "10.77.0.1/30", "dev", "tap0")
        _run(*inside, "link", "set", "tap0", "up")
        console = (folder / "console.log").open("wb")
        undo.callback(console.close)
        undo.enter_context(_started(_kernel(space, folder), console.fileno()))
        _wait_until_ready(folder / "console.log")
        undo.enter_context(_started(_forwarder(space, host.port), console.fileno()))
        _wait_for_banner(host)
        yield host


def _kernel(space: str, folder: Path) -> list[str]:
    return [
        *("ip", "netns", "exec", space, "linux.uml", "mem=320M"),
        *("root=/dev/root", "rootfstype=hostfs", "rootflags=/", "ro"),
        *(f"uml_dir={folder}/uml", "umid=host", "con=null", "con0=null,fd:1"),
        *(f"ubd0={folder}/ubda.img", f"ubd1={folder}/ubdb.img"),
        "vec0:transport=tap,ifname=tap0,depth=128",
        *(f"delfin_dir={folder}", f"init={HERE}/uml_init.sh"),
    ]


def _forwarder(space: str, port: int) -> list[str]:
    there = rf"EXEC:ip netns exec {space} socat - TCP\:10.77.0.2\:22"
    return ["socat", f"TCP-LISTEN:{port},bind=127.0.0.1,reuseaddr,fork", there]


@contextmanager
def _started(command: list[str], output: int) -> Iterator[None]:
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        start_new_session=True,
    )
    try:
        yield
    finally:
        # The session holds what the command started: user space of the guest, open connections.
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(DEADLINE)


def _run(*words: str) -> None:
    subprocess.run(words, check=True)


def _wait_until_ready(console: Path) -> None:
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end:
        if "UML-READY" in console.read_text(errors="replace"):
            return
        time.sleep(0.1)
    raise AssertionError(f"the host did not come up: {console.read_text(errors='replace')[-3000:]}")


def _wait_for_banner(host: UmlHost) -> None:
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end:
        try:
            with socket.create_connection((host.address, host.port), timeout=5) as connection:
                if connection.recv(4) == b"SSH-":
                    return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("sshd of the host did not answer")
