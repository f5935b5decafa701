"""Options of the REST API."""

from __future__ import annotations

from oslo_config import cfg

GROUP = "DEFAULT"
OPTS: list[cfg.Opt] = [
    cfg.HostAddressOpt(
        "delfin_listen",
        default="::",
        help="Address that the REST API listens on. delfin-standalone listens on the loopback "
        "address 127.0.0.1 unless this option is set.",
    ),
    cfg.PortOpt("delfin_listen_port", default=8190, help="TCP port of the REST API."),
    cfg.IntOpt(
        "api_max_limit",
        min=1,
        default=1000,
        mutable=True,
        help="Most rows that one listing returns; also what a listing without 'limit' returns.",
    ),
    cfg.IntOpt(
        "api_threads",
        min=1,
        default=16,
        help="Requests that one API process serves at the same time.",
    ),
    cfg.FloatOpt(
        "api_connection_timeout",
        min=0.1,
        default=30.0,
        help="Seconds that the API waits for a client that sends or reads nothing, and that it "
        "keeps an idle connection open.",
    ),
    cfg.IntOpt(
        "api_max_header_size",
        min=1024,
        default=64 * 1024,
        help="Largest request line and headers in bytes; larger ones are refused.",
    ),
    cfg.IntOpt(
        "api_max_body_size",
        min=1024,
        default=1024 * 1024,
        help="Largest request body in bytes; a larger one is refused with 413.",
    ),
    cfg.ListOpt(
        "api_middleware",
        default=["cors", "http_proxy_to_wsgi"],
        help="WSGI middleware round the API, outermost first. Known names: cors and "
        "http_proxy_to_wsgi, each with its own option group of oslo.middleware.",
    ),
    cfg.BoolOpt("delfin_use_ssl", default=False, help="Serve the REST API over TLS only."),
    cfg.StrOpt(
        "ssl_cert_file",
        default="",
        help="PEM file with the certificate of the REST API, and those between it and the root.",
    ),
    cfg.StrOpt("ssl_key_file", default="", help="PEM file with the private key of the REST API."),
    cfg.StrOpt(
        "ssl_ca_file",
        default="",
        help="PEM file with the authority whose certificate every client of the REST API must "
        "show. Empty: clients need none.",
    ),
]


def register(conf: cfg.ConfigOpts) -> None:
    conf.register_opts(OPTS)
