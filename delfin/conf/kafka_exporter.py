"""Options of the exporters to Kafka."""

from __future__ import annotations

from oslo_config import cfg

GROUP = "kafka_exporter"
OPTS: list[cfg.Opt] = [
    cfg.ListOpt(
        "bootstrap_servers",
        default=[],
        help="Brokers to begin with, host:port each; they tell of the others.",
    ),
    cfg.StrOpt(
        "performance_topic", default="delfin.performance", help="Topic of performance data."
    ),
    cfg.StrOpt("alert_topic", default="delfin.alerts", help="Topic of alerts."),
    cfg.StrOpt(
        "resource_topic",
        default="delfin.resources",
        help="Topic of what is added, changed and removed in the inventory.",
    ),
    cfg.IntOpt(
        "message_max_bytes",
        min=1000,
        default=1_000_000,
        help="Largest message; not more than the brokers accept (message.max.bytes there).",
    ),
    cfg.StrOpt(
        "compression",
        default="lz4",
        choices=["none", "gzip", "snappy", "lz4", "zstd"],
        help="How messages are compressed on their way.",
    ),
    cfg.StrOpt(
        "security_protocol",
        default="plaintext",
        choices=["plaintext", "ssl", "sasl_plaintext", "sasl_ssl"],
        help="Whether connections are encrypted, and whether delfin says who it is.",
    ),
    cfg.StrOpt(
        "ca_file",
        default="",
        help="PEM file with the authority of the brokers' certificates. Empty: those the system "
        "trusts.",
    ),
    cfg.StrOpt("certificate_file", default="", help="PEM file with delfin's own certificate."),
    cfg.StrOpt("key_file", default="", help="PEM file with the key of that certificate."),
    cfg.StrOpt("key_password", default="", secret=True, help="What the key is encrypted with."),
    cfg.StrOpt(
        "sasl_mechanism",
        default="SCRAM-SHA-512",
        help="How delfin says who it is, with security_protocol sasl_ssl or sasl_plaintext.",
    ),
    cfg.StrOpt("sasl_username", default="", help="Its name there."),
    cfg.StrOpt("sasl_password", default="", secret=True, help="Its password."),
    cfg.DictOpt(
        "properties",
        default={},
        secret=True,
        help="Further settings of librdkafka by name; they go before all others.",
    ),
]


def register(conf: cfg.ConfigOpts) -> None:
    conf.register_opts(OPTS, GROUP)
