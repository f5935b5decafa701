"""Options of the exporter for e-mail."""

from __future__ import annotations

from oslo_config import cfg

GROUP = "exporter_email"
OPTS: list[cfg.Opt] = [
    cfg.HostAddressOpt("host", default="127.0.0.1", help="The SMTP server."),
    cfg.PortOpt("port", default=25, help="Its TCP port; often 587 with starttls, 465 with tls."),
    cfg.StrOpt(
        "security",
        default="none",
        choices=[
            ("none", "in clear"),
            ("starttls", "the connection is turned into TLS, or nothing is sent"),
            ("tls", "TLS from the start"),
        ],
        help="How the connection is protected.",
    ),
    cfg.StrOpt(
        "ca_file",
        default="",
        help="PEM file with the authority of the server's certificate. Empty: those the system "
        "trusts.",
    ),
    cfg.StrOpt("username", default="", help="User name at the server. Empty: it asks for none."),
    cfg.StrOpt("password", default="", secret=True, help="Password at the server."),
    cfg.StrOpt("sender", default="delfin@localhost", help="Address that mails come from."),
    cfg.ListOpt("recipients", default=[], help="Addresses that mails go to."),
]


def register(conf: cfg.ConfigOpts) -> None:
    conf.register_opts(OPTS, GROUP)
