"""What is not authentic, not known or nonsense is dropped and counted, each under its reason."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from delfin.alert_manager.snmp import reasons
from delfin.db import trap_inbox
from tests.service.traps.rig import COMMUNITY, Rig, made, send, variables
from tests.service.traps.test_versions import AUTH, ENGINE, known, options, secure
from tests.waiting import wait_until

WORDS = options("HMACSHA", "AES")


@contextmanager
def overheard() -> Iterator[socket.socket]:
    """A socket that others send to, to record what they say."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        made.bind(("127.0.0.1", 0))
        made.settimeout(10)
        yield made


def throw(rig: Rig, *datagrams: bytes, source: str = "127.0.0.1") -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as thrower:
        thrower.bind((source, 0))
        for datagram in datagrams:
            thrower.sendto(datagram, ("127.0.0.1", rig.port))


def recorded(rig: Rig, words: list[str]) -> bytes:
    """One trap as net-snmp sends it, which the receiver has not seen."""
    with overheard() as listener:
        elsewhere = Rig(**vars(rig))
        port = listener.getsockname()[1]
        elsewhere.parts = type(rig.parts)(**{**vars(rig.parts), "port": port})
        assert send(elsewhere, words).returncode == 0
        return listener.recv(65535)


def test_a_wrong_community_is_counted(rig: Rig) -> None:
    storage_id = known(rig)
    send(rig, ["-v2c", "-c", "guessed"])
    wait_until(lambda: rig.counted(reasons.WRONG_COMMUNITY) == 1)
    assert send(rig, ["-v2c", "-c", "guessed"], command="snmpinform", patient=False).returncode != 0
    assert rig.counted(reasons.WRONG_COMMUNITY) > 1
    assert not rig.alerts(storage_id)


def test_an_unknown_sender_is_counted_where_everybody_can_see_it(rig: Rig) -> None:
    known(rig)
    send(rig, source="127.0.0.9")
    wait_until(lambda: rig.counted(reasons.UNKNOWN_SOURCE) == 1)
    assert not rig.alerts()
    rig.stop()
    with rig.database.reader() as session:
        (receiver,) = trap_inbox.receivers(session)
        assert receiver.counts == {"received": 1, "unknown_source": 1}
    rig.parts = made(rig.conf, rig.database).parts
    rig.start()


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ([*options("HMACSHA", "AES", "nobody"), "-e", ENGINE], reasons.UNKNOWN_USER),
        ([*WORDS[:-5], "wrong-password", *WORDS[-4:], "-e", ENGINE], reasons.WRONG_KEY),
        ([*WORDS[:-1], "wrong-password", "-e", ENGINE], reasons.UNDECRYPTABLE),
        (
            ["-v3", "-l", "authNoPriv", "-u", "delfin", "-a", "SHA", "-A", AUTH, "-e", ENGINE],
            reasons.WRONG_SECURITY_LEVEL,
        ),
        (COMMUNITY, reasons.WRONG_VERSION),
    ],
)
def test_wrong_version_3_settings(rig: Rig, words: list[str], reason: str) -> None:
    known(rig, **secure("HMACSHA", "AES"))
    assert send(rig, words).returncode == 0
    wait_until(lambda: rig.counted(reason) == 1)
    assert not rig.alerts()
    inform = words[: words.index("-e")] if "-e" in words else words
    assert send(rig, inform, command="snmpinform", patient=False).returncode != 0
    assert rig.counted(reason) > 1


def test_a_replayed_version_3_trap_is_counted(rig: Rig) -> None:
    storage_id = known(rig, **secure("HMACSHA", "AES"))
    trap = recorded(rig, [*WORDS, "-e", ENGINE])
    throw(rig, trap)
    wait_until(lambda: rig.count(storage_id) == 1)
    throw(rig, trap, trap)
    wait_until(lambda: rig.counted(reasons.REPLAYED) == 2)
    assert rig.count(storage_id) == 1


def test_a_trap_from_before_the_newest_start_is_a_replay(rig: Rig) -> None:
    storage_id = known(rig, **secure("HMACSHA", "AES"))
    old = recorded(rig, [*WORDS, "-e", ENGINE, "-Z", "4,1000"])
    throw(rig, recorded(rig, [*WORDS, "-e", ENGINE, "-Z", "5,10"]))
    wait_until(lambda: rig.count(storage_id) == 1)
    throw(rig, old)
    wait_until(lambda: rig.counted(reasons.OUTSIDE_TIME_WINDOW) == 1)
    assert rig.count(storage_id) == 1


def test_neighbours_are_told_apart_by_their_exact_address(rig: Rig) -> None:
    hosts = ["127.0.0.1", "127.0.0.11", "127.0.0.12", "127.0.0.111"]
    arrays = {host: rig.array(host, f"SN-{host}") for host in hosts}
    wait_until(lambda: all(rig.knows(host) for host in hosts))
    for number, host in enumerate(hosts, start=1):
        for place in range(number):
            send(rig, source=host, told=variables(place=f"disk {host} {place}"))
    send(rig, source="127.0.0.2")
    send(rig, source="127.0.0.112")
    wait_until(lambda: rig.counted(reasons.UNKNOWN_SOURCE) == 2)
    wait_until(lambda: [len(rig.alerts(arrays[host])) for host in hosts] == [1, 2, 3, 4])
    for host in hosts:
        assert all(f"disk {host} " in str(alert.location) for alert in rig.alerts(arrays[host]))
