"""net-snmp sends traps and informs in every version and protocol; each is taken and answered."""

from __future__ import annotations

import pytest

from delfin.alert_manager.snmp import reasons
from tests.service.traps.rig import TRAP, Rig, run, send, variables
from tests.waiting import wait_until

AUTH, PRIV = "authentication-key", "encryption-key"
ENGINE = "8000000001020304"
# Our names and net-snmp's.
DIGESTS = {
    "HMACMD5": "MD5",
    "HMACSHA": "SHA",
    "HMCSHA2224": "SHA-224",
    "HMCSHA2256": "SHA-256",
    "HMCSHA2384": "SHA-384",
    "HMCSHA2512": "SHA-512",
}
CIPHERS = {"DES": "DES", "AES": "AES", "AES192": "AES-192", "AES256": "AES-256"}
PAIRS = [
    *((digest, "AES") for digest in DIGESTS),
    *(("HMCSHA2256", cipher) for cipher in CIPHERS if cipher != "AES"),
    *(("HMACSHA", cipher) for cipher in ("AES192", "AES256")),
    ("HMACMD5", "DES"),
]


def secure(digest: str, cipher: str, name: str = "delfin") -> dict[str, str]:
    return {
        "username": name,
        "security_level": "authPriv",
        "auth_protocol": digest,
        "auth_key": AUTH,
        "privacy_protocol": cipher,
        "privacy_key": PRIV,
    }


def options(digest: str, cipher: str, name: str = "delfin") -> list[str]:
    return [
        *("-v3", "-l", "authPriv", "-u", name, "-a", DIGESTS[digest], "-A", AUTH),
        *("-x", CIPHERS[cipher], "-X", PRIV),
    ]


def known(rig: Rig, host: str = "127.0.0.1", serial: str = "SN1", **settings: str) -> str:
    storage_id = rig.array(host, serial, **settings)
    wait_until(lambda: rig.knows(host))
    return storage_id


def test_a_version_2_trap_becomes_an_alert(rig: Rig) -> None:
    storage_id = known(rig)
    assert send(rig).returncode == 0
    alert = wait_until(lambda: rig.alerts(storage_id))[0]
    assert (alert.alert_id, alert.severity, alert.category) == ("0x1001", "Critical", "Fault")
    assert (alert.location, alert.sequence_number) == ("disk 1", "1")
    assert (alert.storage_name, alert.serial_number) == ("SN1", "SN1")


def test_a_version_1_trap_becomes_the_same_alert(rig: Rig) -> None:
    storage_id = known(rig)
    target = f"127.0.0.1:{rig.port}"
    enterprise = TRAP.removesuffix(".0.1")
    sent = ["", enterprise, "", "6", "1", "", *variables()]
    assert run("snmptrap", ["-v1", "-c", "public"], target, *sent[1:]).returncode == 0
    send(rig)
    wait_until(lambda: rig.count(storage_id) == 2)
    assert len(rig.alerts(storage_id)) == 1


def test_an_inform_is_answered_once_it_is_stored(rig: Rig) -> None:
    storage_id = known(rig)
    done = send(rig, command="snmpinform")
    assert (done.returncode, done.stderr) == (0, "")
    wait_until(lambda: rig.count(storage_id) == 1)


@pytest.mark.parametrize(("digest", "cipher"), PAIRS)
def test_a_version_3_trap_and_inform(rig: Rig, digest: str, cipher: str) -> None:
    storage_id = known(rig, **secure(digest, cipher))
    words = options(digest, cipher)
    assert send(rig, [*words, "-e", ENGINE]).returncode == 0
    wait_until(lambda: rig.count(storage_id) == 1)
    done = send(rig, words, command="snmpinform")
    assert (done.returncode, done.stderr) == (0, "")
    wait_until(lambda: rig.count(storage_id) == 2)
    wrong = {reasons.WRONG_KEY, reasons.UNDECRYPTABLE, reasons.MALFORMED, reasons.REPLAYED}
    assert not wrong & rig.parts.counters.snapshot().keys()


def test_lower_levels_of_version_3(rig: Rig) -> None:
    signed = known(
        rig,
        username="signer",
        security_level="authNoPriv",
        auth_protocol="HMACSHA",
        auth_key=AUTH,
    )
    plain = known(rig, "127.0.0.2", "SN2", username="plain", security_level="noAuthnoPriv")
    words = ["-v3", "-l", "authNoPriv", "-u", "signer", "-a", "SHA", "-A", AUTH]
    bare = ["-v3", "-l", "noAuthNoPriv", "-u", "plain"]
    for command, engine in (("snmptrap", ["-e", ENGINE]), ("snmpinform", [])):
        assert send(rig, [*words, *engine], command=command).returncode == 0
        assert send(rig, [*bare, *engine], command=command, source="127.0.0.2").returncode == 0
    wait_until(lambda: rig.count(signed) == 2 and rig.count(plain) == 2)


def test_ipv6(rig: Rig) -> None:
    storage_id = known(rig, "::1")
    done = send(rig, command="snmpinform", source=None, target="udp6:[::1]")
    assert (done.returncode, done.stderr) == (0, "")
    wait_until(lambda: rig.count(storage_id) == 1)


def test_an_inform_is_answered_from_the_address_it_was_sent_to(rig: Rig) -> None:
    storage_id = known(rig)
    done = send(rig, command="snmpinform", target="127.0.0.77")
    assert (done.returncode, done.stderr) == (0, "")
    wait_until(lambda: rig.count(storage_id) == 1)
