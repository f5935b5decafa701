"""What each exporter sends, received by the real thing."""

from __future__ import annotations

import email
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from email import policy
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from oslo_config import cfg

from delfin.context import get_admin_context
from delfin.exporter import loading
from delfin.exporter.alertmanager import AlertmanagerExporter
from delfin.exporter.base_exporter import BaseExporter, RejectedError
from delfin.exporter.email import EmailExporter
from delfin.exporter.snmp_trap import SnmpTrapExporter
from delfin.exporter.webhook import WebhookExporter
from delfin.testing.simulated.certificate import Certificate
from delfin.utils import utcnow_ms
from tests.conftest import make_conf
from tests.unit.exporter.receivers import (
    HttpReceiver,
    alertmanager,
    firing,
    free_port,
    http_receiver,
    snmptrapd,
)
from tests.waiting import wait_until

CONTEXT = get_admin_context()


@pytest.fixture
def conf(tmp_path: Path) -> cfg.ConfigOpts:
    return make_conf(tmp_path, "sqlite://")


@pytest.fixture
def receiver() -> Iterator[HttpReceiver]:
    with http_receiver() as started:
        yield started


def alert(**values: Any) -> dict[str, Any]:
    now = utcnow_ms()
    return {
        "id": "a1",
        "event_id": 1,
        "change": "raised",
        "state": "open",
        "count": 1,
        "first_seen": now,
        "last_seen": now,
        "dedup_key": "0123456789abcdef0123",
        "alert_id": "0x1A",
        "alert_name": "Fan failed",
        "severity": "Major",
        "category": "Fault",
        "type": "EquipmentAlarm",
        "occur_time": now,
        "description": "Fan 2 stands still: größer",
        "location": "fan 2",
        "storage_id": "s1",
        "storage_name": "bravo",
        "vendor": "acme",
        "serial_number": "SN1",
        **values,
    }


def recovered(**values: Any) -> dict[str, Any]:
    ended = {"change": "cleared", "category": "Recovery", "state": "cleared"}
    return alert(**ended, cleared_at=utcnow_ms(), **values)


# --- Webhook ---


def test_a_webhook_gets_signed_json(conf: cfg.ConfigOpts, receiver: HttpReceiver) -> None:
    conf.set_override("url", receiver.url, "exporter_webhook")
    conf.set_override("secret", "s3cret", "exporter_webhook")
    exporter = WebhookExporter.of(conf)
    exporter.dispatch(CONTEXT, [alert(), recovered(event_id=2)])
    exporter.close()
    (body,), (headers,) = receiver.bodies, receiver.headers
    expected = hmac.new(b"s3cret", body, hashlib.sha256).hexdigest()
    assert headers["X-Delfin-Signature"] == f"sha256={expected}"
    assert headers["Content-Type"] == "application/json"
    document = json.loads(body)
    assert document["version"] == 1
    assert [one["event_id"] for one in document["alerts"]] == [1, 2]
    assert document["alerts"][0]["description"] == "Fan 2 stands still: größer"


@pytest.mark.parametrize(
    ("status", "error"),
    [(500, OSError), (404, OSError), (302, OSError), (429, OSError), (400, RejectedError)],
)
def test_what_a_webhook_answers_decides(
    conf: cfg.ConfigOpts, receiver: HttpReceiver, status: int, error: type[Exception]
) -> None:
    conf.set_override("url", receiver.url, "exporter_webhook")
    exporter = WebhookExporter.of(conf)
    receiver.answers.append(status)
    with pytest.raises(error, match=str(status)):
        exporter.dispatch(CONTEXT, [alert()])
    exporter.dispatch(CONTEXT, [alert()])
    exporter.close()
    assert len(receiver.bodies) == 1
    assert "X-Delfin-Signature" not in receiver.headers[0], "without a key there is nothing to sign"


# --- Alertmanager ---


def am_exporter(conf: cfg.ConfigOpts, *urls: str, repeat: float = 60.0) -> AlertmanagerExporter:
    conf.set_override("urls", list(urls), "exporter_alertmanager")
    conf.set_override("repeat_interval", repeat, "exporter_alertmanager")
    return AlertmanagerExporter.of(conf)


@pytest.mark.service
def test_alertmanager_shows_each_alert_once_and_a_recovery_resolves_it(
    conf: cfg.ConfigOpts, tmp_path: Path
) -> None:
    with alertmanager(tmp_path) as url:
        exporter = am_exporter(conf, url)
        fault = alert()
        exporter.dispatch(CONTEXT, [fault, alert(dedup_key="f" * 20, location="fan 3")])
        wait_until(lambda: len(firing(url)) == 2)
        exporter.dispatch(CONTEXT, [{**fault, "change": "repeated", "count": 5}])
        (shown,) = (one for one in firing(url) if one["labels"]["location"] == "fan 2")
        assert len(firing(url)) == 2, "a repeat is the same alert"
        assert shown["labels"] == {
            "alertname": "Fan failed",
            "alert_id": "0x1A",
            "severity": "major",
            "type": "EquipmentAlarm",
            "location": "fan 2",
            "storage_id": "s1",
            "vendor": "acme",
            "serial_number": "SN1",
            "delfin_key": "0123456789abcdef",
        }
        assert shown["annotations"]["storage_name"] == "bravo"
        exporter.dispatch(CONTEXT, [recovered()])
        wait_until(lambda: [one["labels"]["location"] for one in firing(url)] == ["fan 3"])
        exporter.close()


@pytest.mark.service
def test_alertmanager_shows_a_worse_alert_with_its_new_severity_only(
    conf: cfg.ConfigOpts, tmp_path: Path
) -> None:
    with alertmanager(tmp_path) as url:
        exporter = am_exporter(conf, url)
        worse = alert(change="changed", severity="Fatal", severity_before="Major")
        exporter.dispatch(CONTEXT, [alert()])
        wait_until(lambda: firing(url))
        exporter.dispatch(CONTEXT, [worse])
        wait_until(lambda: [one["labels"]["severity"] for one in firing(url)] == ["fatal"])
        exporter.dispatch(CONTEXT, [recovered(severity="Fatal")])
        wait_until(lambda: not firing(url))
        exporter.close()


@pytest.mark.service
def test_alertmanager_forgets_what_is_not_repeated(conf: cfg.ConfigOpts, tmp_path: Path) -> None:
    with alertmanager(tmp_path) as url:
        exporter = am_exporter(conf, url, repeat=0.5)
        deadline = time.monotonic() + 3.0
        exporter.dispatch(CONTEXT, [alert()])
        wait_until(lambda: firing(url))
        while time.monotonic() < deadline:
            exporter.dispatch(CONTEXT, [alert(change="repeated")])
            assert firing(url), "repeated in time, it goes on"
        wait_until(lambda: not firing(url))
        exporter.close()


@pytest.mark.service
def test_one_alertmanager_of_two_is_enough(conf: cfg.ConfigOpts, tmp_path: Path) -> None:
    away = f"http://127.0.0.1:{free_port()}"
    with alertmanager(tmp_path) as url:
        exporter = am_exporter(conf, away, url)
        exporter.dispatch(CONTEXT, [alert()])
        wait_until(lambda: firing(url))
        exporter.close()
    with pytest.raises(OSError, match="refused"):
        exporter.dispatch(CONTEXT, [alert()])
    exporter.close()


# --- E-mail ---


class Mailbox:
    """What an SMTP server has got."""

    def __init__(self) -> None:
        self.mails: list[Any] = []
        self.logins: list[tuple[str, str]] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self.mails.append(email.message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"

    def authenticate(self, _s: Any, _e: Any, _x: Any, _mechanism: str, data: Any) -> AuthResult:
        self.logins.append((data.login.decode(), data.password.decode()))
        return AuthResult(success=True)


def smtp(mailbox: Mailbox, port: int, **options: Any) -> Controller:
    server = Controller(mailbox, hostname="127.0.0.1", port=port, **options)
    server.start()
    return server


def email_exporter(conf: cfg.ConfigOpts, **options: Any) -> EmailExporter:
    chosen = {"recipients": ["a@example.org", "b@example.org"], "sender": "d@example.org"}
    for name, value in {**chosen, **options}.items():
        conf.set_override(name, value, "exporter_email")
    return EmailExporter.of(conf)


def test_a_batch_is_one_mail(conf: cfg.ConfigOpts) -> None:
    mailbox, port = Mailbox(), free_port()
    server = smtp(mailbox, port)
    try:
        email_exporter(conf, port=port).dispatch(
            CONTEXT, [alert(alert_name="Fan\r\nBcc: x@example.org"), recovered()]
        )
    finally:
        server.stop()
    (mail,) = mailbox.mails
    assert mail["To"] == "a@example.org, b@example.org"
    assert mail["Subject"] == "[delfin] bravo: Fan Bcc: x@example.org (Major) and 1 more"
    assert "Bcc" not in mail
    text = mail.get_content()
    assert "Description: Fan 2 stands still: größer" in text
    assert "over: Fan failed" in text


def test_mail_goes_over_tls_with_a_password_or_not_at_all(conf: cfg.ConfigOpts) -> None:
    certificate = Certificate("127.0.0.1")
    mailbox, port = Mailbox(), free_port()
    exporter = email_exporter(
        conf,
        port=port,
        security="starttls",
        ca_file=str(certificate.path),
        username="delfin",
        password="pa55word",
    )
    server = smtp(
        mailbox,
        port,
        tls_context=certificate.context,
        require_starttls=True,
        authenticator=mailbox.authenticate,
        auth_required=True,
    )
    try:
        exporter.dispatch(CONTEXT, [alert()])
    finally:
        server.stop()
    assert len(mailbox.mails) == 1
    assert mailbox.logins == [("delfin", "pa55word")]
    server = smtp(mailbox, port)
    try:
        with pytest.raises(OSError, match="STARTTLS"):
            exporter.dispatch(CONTEXT, [alert()])
    finally:
        server.stop()
        certificate.close()
    assert len(mailbox.mails) == 1, "never in clear"


# --- SNMP ---

V3 = {
    "version": "3",
    "username": "delfin",
    "auth_protocol": "hmcsha2256",
    "auth_key": "authauthauth",
    "privacy_protocol": "aes",
    "privacy_key": "privprivpriv",
}
ENGINE = "80001f8880aabbccddee"
USER = 'delfin SHA-256 "authauthauth" AES "privprivpriv"'


@pytest.mark.service
@pytest.mark.parametrize(
    ("options", "lines"),
    [
        ({}, ("authCommunity log public",)),
        ({"inform": True}, ("authCommunity log public",)),
        ({**V3, "engine_id": ENGINE}, (f"createUser -e 0x{ENGINE} {USER}", "authUser log delfin")),
        ({**V3, "inform": True}, (f"createUser {USER}", "authUser log delfin")),
    ],
    ids=["v2c trap", "v2c inform", "v3 trap", "v3 inform"],
)
def test_snmptrapd_gets_the_alert(
    conf: cfg.ConfigOpts, tmp_path: Path, options: dict[str, Any], lines: tuple[str, ...]
) -> None:
    with snmptrapd(tmp_path, *lines) as (port, output):
        for name, value in {"port": port, **options}.items():
            conf.set_override(name, value, "exporter_snmp_trap")
        exporter = SnmpTrapExporter.of(conf)
        exporter.dispatch(CONTEXT, [alert()])
        exporter.dispatch(CONTEXT, [recovered(alert_name=None)])
        wait_until(lambda: "32473.8.0.2" in output.read_text())
        text = output.read_text()
    first, second = text[: text.index("32473.8.0.2")], text[text.index("32473.8.0.2") :]
    assert ".1.3.6.1.4.1.32473.8.0.1" in first
    assert '.1.3.6.1.4.1.32473.8.1.7.0 = STRING: "Fan failed"' in first
    assert '.1.3.6.1.4.1.32473.8.1.16.0 = STRING: "SN1"' in first
    assert "32473.8.1.7.0" not in second


def test_an_inform_that_nobody_confirms_was_not_delivered(conf: cfg.ConfigOpts) -> None:
    conf.set_override("timeout", 0.3, "exporters")
    conf.set_override("inform", True, "exporter_snmp_trap")
    conf.set_override("port", free_port(), "exporter_snmp_trap")
    exporter = SnmpTrapExporter.of(conf)
    assert exporter.batch_limit == 1
    with pytest.raises(OSError, match="SNMP"):
        exporter.dispatch(CONTEXT, [alert()])


# --- Finding them ---


def test_exporters_are_found_by_entry_point_or_class_and_the_missing_are_named() -> None:
    found, missing = loading.find(
        loading.ALERTS, ["webhook", "EmailExporter", "WebhookExporter", "Nowhere"]
    )
    assert [point.name for point in found] == ["webhook", "email"]
    assert missing == ["Nowhere"]


@pytest.mark.parametrize(
    ("name", "why"),
    [("webhook", "url is not set"), ("email", "recipients is empty"), ("snmp_trap", "username")],
)
def test_an_exporter_says_what_it_lacks(conf: cfg.ConfigOpts, name: str, why: str) -> None:
    conf.set_override("version", "3", "exporter_snmp_trap")
    (point,), _ = loading.find(loading.ALERTS, [name])
    with pytest.raises(ValueError, match=why):
        loading.opener(point, conf)()


def test_what_is_no_exporter_is_refused(conf: cfg.ConfigOpts) -> None:
    (point,), _ = loading.find(loading.ALERTS, ["webhook"])
    other = type(point)("odd", "builtins:dict", loading.ALERTS)
    with pytest.raises(TypeError, match="BaseExporter"):
        loading.opener(other, conf)()
    assert issubclass(point.load(), BaseExporter)
