"""Options that drivers share."""

from __future__ import annotations

from oslo_config import cfg

GROUP = "storage_driver"
OPTS: list[cfg.Opt] = [
    cfg.BoolOpt(
        "verify_certificates",
        sample_default=True,
        help="Whether arrays must show a certificate that is trusted; what the access information "
        "of an array says in 'tls' counts more. Not set at all, certificates are verified where "
        "ca_path is set, and names are not, as SODA Delfin does; this file sets it for new installations.",
    ),
    cfg.StrOpt(
        "ca_path",
        default="",
        help="Folder or file with the certificates, in PEM, that arrays are verified against. "
        "Empty, with verify_certificates = true: those that the operating system trusts.",
    ),
    cfg.BoolOpt(
        "check_hostname",
        default=True,
        help="With verify_certificates = true, whether the certificate must be for the host that "
        "is asked. An array's 'tls.check_hostname' counts more.",
    ),
    cfg.BoolOpt(
        "require_host_keys",
        default=False,
        help="Whether SSH access must be given with the array's host key. Otherwise the key that "
        "the array shows first is kept, and no other one is accepted later.",
    ),
]


def register(conf: cfg.ConfigOpts) -> None:
    conf.register_opts(OPTS, GROUP)
