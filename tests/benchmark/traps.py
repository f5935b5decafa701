"""Traps a second from the socket to the store of alerts without loss, beside snmptrapd.

    python -m tests.benchmark.traps [--seconds 4] [--engine sqlite] [--write PAGE]

The receiver has one core, the sender another. A rate is held when every trap that was sent at it for
so many seconds is processed within a second after the last. Memory is that of the receiver after a
storm of 50,000 traps that are sent as fast as the sender can. Latency is from the trap to a webhook:
each trap is another alert, and the next one is sent some milliseconds after the last was delivered.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from delfin import service

service.select_backend()

from delfin.alert_manager.snmp import ber, messages, usm  # noqa: E402 - the back end comes first
from delfin.alert_manager.snmp.reasons import (  # noqa: E402 - likewise
    KERNEL_DROPPED,
    QUEUE_FULL,
    RATE_LIMITED,
)
from delfin.alert_manager.snmp.usm import User  # noqa: E402 - likewise
from delfin.common import snmptrapd  # noqa: E402 - likewise
from delfin.db import migration  # noqa: E402 - likewise
from delfin.db.session import Database  # noqa: E402 - likewise
from delfin.drivers.fake_storage.alerts import ENTERPRISE  # noqa: E402 - likewise
from delfin.task_manager.exports import ExportService  # noqa: E402 - likewise
from tests.benchmark import page  # noqa: E402 - likewise
from tests.benchmark.rig import ENGINES  # noqa: E402 - likewise
from tests.conftest import make_conf, throw_away_database  # noqa: E402 - likewise
from tests.service.traps.rig import TRAP, receiver  # noqa: E402 - likewise
from tests.unit.exporter.receivers import http_receiver  # noqa: E402 - likewise
from tests.waiting import wait_until  # noqa: E402 - likewise

MODULE = "tests.benchmark.traps"
ENGINE_ID = bytes.fromhex("8000000001020304")
USER = User("delfin", "HMCSHA2256", "authentication-key", "AES", "encryption-key")
RATES = (250, 500, 1000, 1500, 2000, 3000, 4000, 6000, 8000, 12_000)
STORM = 50_000
# Traps whose way to the webhook is timed.
TIMED = 300
# Seconds that the receiver may take for a storm.
LONGEST = 120.0
_SETTINGS: dict[str, dict[str, Any]] = {
    "v2c": {"version": "SNMPv2c", "community_string": "public"},
    "v3": {
        "username": USER.name,
        "security_level": "authPriv",
        "auth_protocol": USER.digest,
        "auth_key": USER.digest_password,
        "privacy_protocol": USER.cipher,
        "privacy_key": USER.cipher_password,
        "engine_id": ENGINE_ID.hex(),
    },
}


def pdu(number: int, place: str = "disk 1") -> bytes:
    """A trap of the fake array with 14 variables, about 500 bytes."""
    words = ["0x1001", "Drive is failing", "2", "FAULT", "reallocated sectors " * 6, "disk"]
    told = [
        (snmptrapd.UPTIME_OID, ber.encoded_integer(number, messages.TIME_TICKS)),
        (snmptrapd.TRAP_OID, ber.encoded_oid(TRAP)),
        (f"{ENTERPRISE}.1.1.0", ber.encoded_integer(number)),
        *(
            (f"{ENTERPRISE}.1.{n}.0", ber.element(ber.OCTETS, word.encode()))
            for n, word in enumerate([*words, place, "Replace it", "1700000000000"], start=2)
        ),
        (f"{ENTERPRISE}.2.1.0", ber.encoded_integer(1)),
        (f"{ENTERPRISE}.2.2.0", ber.encoded_integer(2)),
    ]
    bindings = [ber.element(ber.SEQUENCE, ber.encoded_oid(oid), value) for oid, value in told]
    zero = ber.encoded_integer(0)
    return ber.element(
        *(messages.TRAP_2, ber.encoded_integer(number), zero, zero),
        ber.element(ber.SEQUENCE, *bindings),
    )


def community_trap(number: int, place: str = "disk 1") -> bytes:
    return ber.element(
        *(ber.SEQUENCE, ber.encoded_integer(1), ber.element(ber.OCTETS, b"public")),
        pdu(number, place),
    )


def secure_trap(number: int, place: str = "disk 1") -> bytes:
    assert USER.cipher is not None
    empty = ber.element(ber.OCTETS)
    scoped = ber.element(
        ber.SEQUENCE, ber.element(ber.OCTETS, ENGINE_ID), empty, pdu(number, place)
    )
    key = USER.keys(ENGINE_ID).cipher[0]
    data, salt = usm.encrypted(USER.cipher, key, 1, 1000, scoped)
    head = [ber.encoded_integer(n) for n in (number, 65507)]
    security = ber.element(
        ber.SEQUENCE,
        *(ber.element(ber.OCTETS, ENGINE_ID), ber.encoded_integer(1), ber.encoded_integer(1000)),
        *(ber.element(ber.OCTETS, text) for text in (USER.name.encode(), bytes(24), salt)),
    )
    whole = ber.element(
        *(ber.SEQUENCE, ber.encoded_integer(3)),
        ber.element(ber.SEQUENCE, *head, ber.element(ber.OCTETS, b"\x03"), ber.encoded_integer(3)),
        *(ber.element(ber.OCTETS, security), ber.element(ber.OCTETS, data)),
    )
    return USER.sign(whole, messages.secure_message(whole).digest_at, ENGINE_ID)


Make = Callable[..., bytes]
TRAPS: dict[str, Make] = {"v2c": community_trap, "v3": secure_trap}


def serve(url: str, folder: str, version: str, hook: str) -> None:
    """The receiver, in a process of its own: answers each line with its counts.

    With a 'hook' it forwards the alerts there as well, as delfin-standalone does.
    """
    database = Database(make_conf(Path(folder), url))
    conf = make_conf(Path(folder), url)
    conf.set_override("rate_limit", 1e6, "traps")
    if hook:
        conf.set_override("alert_exporters", ["webhook"])
        conf.set_override("url", hook, "exporter_webhook")
    exports = ExportService(conf, database)
    with contextlib.ExitStack() as stack:
        rig = stack.enter_context(receiver(conf, database, ring=exports.ring))
        stack.callback(exports.wait)
        stack.callback(exports.stop)
        exports.start()
        rig.array("127.0.0.1", **_SETTINGS[version])
        wait_until(lambda: rig.knows("127.0.0.1"))
        _say({"port": rig.port})
        for _ in sys.stdin:
            _say({**rig.parts.counters.snapshot(), "memory": _resident()})


def _say(told: dict[str, int]) -> None:
    sys.stdout.write(f"{json.dumps(told)}\n")
    sys.stdout.flush()


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


class Delfin:
    """The receiver as the measurement sees it."""

    def __init__(self, url: str, folder: str, version: str, core: int, hook: str) -> None:
        served = ["--serve", url, folder, version, hook]
        words = [sys.executable, "-W", "ignore", "-m", MODULE, *served]
        self._process = subprocess.Popen(
            words,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        os.sched_setaffinity(self._process.pid, {core})
        self.port = self._told()["port"]

    def _told(self) -> dict[str, int]:
        assert self._process.stdout is not None
        return dict(json.loads(self._process.stdout.readline()))

    def counts(self) -> dict[str, int]:
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return self._told()

    def taken(self) -> int:
        return self.counts().get("processed", 0)

    def close(self) -> None:
        self._process.communicate()


class Snmptrapd:
    """net-snmp's receiver, which writes each trap to a file."""

    def __init__(self, folder: str, core: int) -> None:
        self._log = Path(folder) / "snmptrapd.log"
        config = Path(folder) / "snmptrapd.conf"
        config.write_text(
            "authCommunity log public\nauthUser log delfin\nformat2 TRAP\\n\n"
            f"createUser -e 0x{ENGINE_ID.hex()} delfin SHA-256 {USER.digest_password} "
            f"AES {USER.cipher_password}\n",
            encoding="ascii",
        )
        program = shutil.which("snmptrapd", path="/usr/sbin:/usr/bin")
        assert program, "snmptrapd is not installed"
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self._process = subprocess.Popen(
            [program, "-f", "-n", "-Lf", self._log, "-C", "-c", config, f"127.0.0.1:{self.port}"],
            env={"SNMP_PERSISTENT_DIR": folder, "MIBS": ""},
        )
        os.sched_setaffinity(self._process.pid, {core})
        wait_until(self._log.exists)

    def taken(self) -> int:
        return self._log.read_text(encoding="latin-1").count("TRAP\n")

    def close(self) -> None:
        self._process.kill()
        self._process.wait()


def sent(port: int, datagrams: list[bytes], rate: float) -> None:
    """Send them evenly at so many a second; 0: at once."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.bind(("127.0.0.1", 0))
        sender.connect(("127.0.0.1", port))
        began = time.monotonic()
        for number, datagram in enumerate(datagrams):
            if rate and number % 10 == 0:
                ahead = began + number / rate - time.monotonic()
                if ahead > 0:
                    time.sleep(ahead)
            sender.send(datagram)


def held(target: Delfin | Snmptrapd, make: Make, seconds: float) -> int:
    """The highest of the rates at which nothing is lost and nothing piles up."""
    best = number = 0
    for rate in RATES:
        count = int(rate * seconds)
        datagrams = [make(number + n) for n in range(1, count + 1)]
        number += count
        before = target.taken()
        sent(target.port, datagrams, rate)
        deadline = time.monotonic() + 1
        while (taken := target.taken() - before) < count and time.monotonic() < deadline:
            time.sleep(0.05)
        if taken < count:
            break
        best = rate
    return best


@contextlib.contextmanager
def delfin(engine: str, version: str, core: int, hook: str = "") -> Iterator[Delfin]:
    with tempfile.TemporaryDirectory() as folder, throw_away_database(engine, Path(folder)) as url:
        database = Database(make_conf(Path(folder), url))
        migration.upgrade(database.engine)
        database.dispose()
        started = Delfin(url, folder, version, core, hook)
        try:
            yield started
        finally:
            started.close()


def latencies(engine: str, version: str, core: int) -> list[float]:
    """Milliseconds from a trap to its alert at a webhook, sorted."""
    chance = random.Random(1)  # noqa: S311 - the same pauses in every run
    took = []
    with http_receiver() as hook, delfin(engine, version, core, hook.url) as target:
        for number in range(1, TIMED + 1):
            # Not in step with anything that looks at intervals.
            time.sleep(chance.uniform(0.001, 0.05))
            datagram, began = TRAPS[version](number, f"disk {number}"), time.monotonic()
            sent(target.port, [datagram], 0)
            deadline = began + 60
            while len(hook.bodies) < number:
                if time.monotonic() > deadline:
                    raise RuntimeError("an alert was not forwarded")
                time.sleep(0.0005)
            took.append((time.monotonic() - began) * 1000)
    return sorted(took)


def _accounted(counts: dict[str, int]) -> int:
    """Traps that were processed, or counted as dropped."""
    names = ("processed", RATE_LIMITED, QUEUE_FULL, KERNEL_DROPPED)
    return sum(counts.get(name, 0) for name in names)


def measured(engine: str, version: str, core: int, seconds: float) -> list[str]:
    make = TRAPS[version]
    with delfin(engine, version, core) as target:
        ours = held(target, make, seconds)
    with tempfile.TemporaryDirectory() as folder:
        other = Snmptrapd(folder, core)
        theirs = held(other, make, seconds)
        other.close()
    with delfin(engine, version, core) as target:
        quiet = target.counts()["memory"]
        sent(target.port, [make(n) for n in range(1, STORM + 1)], 0)
        deadline = time.monotonic() + LONGEST
        while _accounted(last := target.counts()) != STORM:
            if time.monotonic() > deadline:
                raise AssertionError(f"{STORM} traps were sent, the counters know of {last}")
            time.sleep(0.5)
    grown = (last["memory"] - quiet) / 2**20
    counted = STORM - last.get("processed", 0)
    ratio = f"{ours / theirs:.2f}" if theirs else "-"
    took = latencies(engine, version, core)
    row = [
        *(ENGINES[engine], version, str(ours), str(theirs), ratio, f"{grown:.0f}", str(counted)),
        *(f"{took[len(took) * share // 100]:.0f}" for share in (50, 99)),
    ]
    page.progress(" ".join(row))
    return row


def main() -> int:
    parser = page.arguments(__doc__)
    parser.add_argument("--seconds", type=float, default=4.0, help="how long a rate is kept up")
    parser.add_argument("--serve", nargs=4, help="for the benchmark itself")
    asked = parser.parse_args()
    if asked.serve:
        serve(*asked.serve)
        return 0
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[-1]})
    rows = [
        measured(engine, version, cores[0], asked.seconds)
        for engine in asked.engine or ENGINES
        for version in TRAPS
    ]
    head = ["engine", "version", "delfin traps/s", "snmptrapd traps/s", "ratio"]
    head += ["MiB grown in a storm", "counted as dropped", "trap to webhook p50, ms", "p99, ms"]
    text = page.table(head, rows)
    page.show("traps", text, asked.write)
    return 0


if __name__ == "__main__":
    sys.exit(main())
