"""Sends alerts by e-mail: one mail for each batch."""

from __future__ import annotations

import smtplib
import ssl
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Any

from oslo_config import cfg

from delfin.exporter.base_exporter import BaseExporter

Alert = dict[str, Any]

_LONGEST = 0.8
_SUBJECT = 120
_WORDS = {"raised": "", "cleared": "over: ", "changed": "changed: "}
_LINES = (
    ("Storage", "storage_name"),
    ("Model", "model"),
    ("Serial number", "serial_number"),
    ("Severity", "severity"),
    ("Part", "location"),
    ("Alert", "alert_id"),
    ("Description", "description"),
    ("Advice", "recovery_advice"),
)


class EmailExporter(BaseExporter):
    """Speaks SMTP anew for each mail; servers end idle connections."""

    def __init__(self, options: Any, timeout: float) -> None:
        """'options' is the option group [exporter_email]; 'timeout' of a delivery in seconds."""
        self._options = options
        self._timeout = timeout * _LONGEST

    @classmethod
    def of(cls, conf: cfg.ConfigOpts) -> EmailExporter:
        if not conf.exporter_email.recipients:
            raise ValueError("[exporter_email] recipients is empty")
        return cls(conf.exporter_email, conf.exporters.timeout)

    def dispatch(self, ctxt: Any, data: list[Alert]) -> None:  # noqa: ARG002 - the SDK's form
        mail = EmailMessage()
        mail["From"] = self._options.sender
        mail["To"] = ", ".join(self._options.recipients)
        mail["Subject"] = subject(data)
        mail["Date"] = formatdate()
        mail["Message-ID"] = make_msgid(domain="delfin")
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content("\n\n".join(map(_paragraph, data)))
        with self._connected() as server:
            if self._options.username:
                server.login(self._options.username, self._options.password)
            server.send_message(mail)

    def _connected(self) -> smtplib.SMTP:
        options = self._options
        address = (options.host, options.port)
        if options.security == "tls":
            return smtplib.SMTP_SSL(*address, timeout=self._timeout, context=self._trust())
        server = smtplib.SMTP(*address, timeout=self._timeout)
        if options.security == "starttls":
            try:
                server.starttls(context=self._trust())
            except Exception:
                server.close()
                raise
        return server

    def _trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self._options.ca_file or None)


def subject(alerts: list[Alert]) -> str:
    """What the first one is about, and how many there are; one line."""
    first = alerts[0]
    more = f" and {len(alerts) - 1} more" if len(alerts) > 1 else ""
    words = _WORDS.get(str(first.get("change")), "")
    name = first.get("alert_name") or first.get("alert_id") or "alert"
    where = first.get("storage_name") or "delfin"
    text = f"[delfin] {where}: {words}{name} ({first['severity']})"
    return " ".join(text.split())[:_SUBJECT] + more


def _paragraph(alert: Alert) -> str:
    words = _WORDS.get(str(alert.get("change")), "")
    title = f"{words}{alert.get('alert_name') or alert.get('alert_id') or 'alert'}"
    lines = [f"{label}: {alert[name]}" for label, name in _LINES if alert.get(name)]
    occurred = datetime.fromtimestamp(alert["occur_time"] / 1000, UTC)
    return "\n".join([title, f"Time: {occurred:%Y-%m-%d %H:%M:%S} UTC", *lines])
