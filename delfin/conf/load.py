"""Reads the configuration and sets logging up, once, at the start of each console script."""

from __future__ import annotations

import os
import time
import warnings
from collections.abc import Sequence
from importlib.metadata import version

from oslo_config import cfg
from oslo_db import options as oslo_db_options
from oslo_log import log
from urllib3.exceptions import InsecureRequestWarning

from delfin.common.redaction import guard_logs
from delfin.conf import opts

LOG = log.getLogger(__name__)

# What libraries say that is none of an operator's business: drivers translate every error of
# paramiko, which would log it with a traceback besides.
QUIET = [
    *("sqlalchemy=WARN", "oslo_messaging=INFO", "oslo.messaging=INFO", "stevedore=INFO"),
    *("urllib3=INFO", "paramiko=CRITICAL", "alembic=WARN", "oslo_db=INFO", "amqp=WARN"),
    *("tooz=CRITICAL", "apscheduler=WARN"),
]


# The library's own line has room for projects and users, which delfin has not.
_LINE = (
    "%(asctime)s.%(msecs)03d %(process)d %(levelname)s %(name)s [%(request_id)s] "
    "%(instance)s%(message)s"
)


def load(
    conf: cfg.ConfigOpts, arguments: Sequence[str], *, log_to_stderr: bool = True
) -> cfg.ConfigOpts:
    """Register delfin's options on 'conf', read the files and the command line, start logging.

    Drivers written for SODA Delfin read the global configuration, so services
    pass 'oslo_config.cfg.CONF' here.
    """
    opts.register(conf)
    oslo_db_options.set_defaults(conf)
    log.register_options(conf)
    log.set_defaults(_LINE, default_log_levels=QUIET)
    conf(list(arguments), project="delfin", version=version("delfin"))
    if log_to_stderr:
        log.setup(conf, "delfin")
        guard_logs()
        _warn_once(conf)
        _keep_utc()
    return conf


def _keep_utc() -> None:
    """Drivers of SODA Delfin reckon with local time, and are wrong wherever that is not UTC."""
    os.environ["TZ"] = "UTC"
    time.tzset()


def _warn_once(conf: cfg.ConfigOpts) -> None:
    """Say once, instead of on every request, that arrays' certificates are not verified."""
    warnings.simplefilter("ignore", InsecureRequestWarning)
    verify = conf.storage_driver.verify_certificates
    if not (conf.storage_driver.ca_path if verify is None else verify):
        LOG.warning(
            "certificates of arrays are not verified, save where their access information says "
            "so: see [storage_driver] verify_certificates"
        )
