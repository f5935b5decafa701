"""A network namespace between daemons and a server, which can drop every packet without a word."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.service.cluster.link import Link, free_port

ROOT = Path(__file__).resolve().parents[3]


class Island:
    """Passes connections on from an address inside to a port of this machine."""

    def __init__(self, name: str, network: str, port: int) -> None:
        self.host = f"{network}.2"
        self.port = port
        self._name = name
        self._outside = f"{network}.1"

    def cut(self) -> None:
        """No packet comes back any more; neither end is told."""
        _ip("-n", self._name, "route", "add", "blackhole", f"{self._outside}/32")

    def mend(self) -> None:
        _ip("-n", self._name, "route", "del", "blackhole", f"{self._outside}/32")


@contextlib.contextmanager
def island(to_port: int) -> Iterator[Island]:
    """Skips the story where this user may not make network namespaces."""
    number = random.randrange(1, 250)  # noqa: S311 - no secret
    name, network, inner = f"delfin-{os.getpid()}", f"10.199.{number}", free_port()
    try:
        _ip("netns", "add", name)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no network namespaces here: {error}")
    try:
        outside, inside = f"df{number}o", f"df{number}i"
        _ip("link", "add", outside, "type", "veth", "peer", "name", inside, "netns", name)
        _ip("addr", "add", f"{network}.1/24", "dev", outside)
        _ip("link", "set", outside, "up")
        _ip("-n", name, "addr", "add", f"{network}.2/24", "dev", inside)
        _ip("-n", name, "link", "set", inside, "up")
        with (
            Link(to_port, host=f"{network}.1") as outer,
            _relay(name, f"{network}.2", inner, f"{network}.1", outer.port),
        ):
            yield Island(name, network, inner)
    finally:
        _ip("netns", "del", name)


@contextlib.contextmanager
def _relay(name: str, host: str, port: int, to_host: str, to_port: int) -> Iterator[None]:
    words = ["-W", "ignore", "-m", "tests.service.cluster.island"]
    places = [host, str(port), to_host, str(to_port)]
    process = subprocess.Popen(
        [_binary(), "netns", "exec", name, sys.executable, *words, *places],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        yield
        process.kill()


def _ip(*words: str) -> None:
    subprocess.run([_binary(), *words], check=True, capture_output=True)


def _binary() -> str:
    found = shutil.which("ip", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if found is None:
        raise FileNotFoundError("the command ip is not installed: run tools/apt-packages.sh")
    return found


def main() -> None:
    host, port, to_host, to_port = sys.argv[1:]
    with Link(int(to_port), to_host=to_host, host=host, port=int(port)):
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main()
