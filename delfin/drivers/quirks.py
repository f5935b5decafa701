"""What single drivers of SODA Delfin need from their caller: for the driver manager.

Those drivers run unchanged. Where one takes its arguments in another form than the rest, or hides
what went wrong, the class behind its entry point is given a subclass that sees to it.
"""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from oslo_config import cfg

from delfin import exception
from delfin.common.alert_util import is_alert_in_time_range
from delfin.drivers.driver import Row, StorageDriver

DriverClass = type[StorageDriver]
Quirk = Callable[[DriverClass], DriverClass]

# What says whether anybody gets in, and must not hide behind "the results are invalid".
_TELLING = (
    exception.InvalidUsernameOrPassword,
    exception.InvalidCredential,
    exception.InvalidPrivateKey,
    exception.NotAuthorized,
    exception.SSHNotFoundKnownHosts,
    exception.SSLCertificateFailed,
    exception.SSLHandshakeFailed,
    exception.InvalidIpOrPort,
    exception.ConnectTimeout,
    exception.SSHConnectTimeout,
    exception.StorageMaxUserCountException,
)
_CALLS = (
    *("__init__", "reset_connection", "get_storage", "list_storage_pools", "list_volumes"),
    *("list_controllers", "list_ports", "list_disks", "list_filesystems", "list_qtrees"),
    *("list_quotas", "list_shares", "list_storage_host_initiators", "list_storage_hosts"),
    *("list_storage_host_groups", "list_port_groups", "list_volume_groups", "list_masking_views"),
    *("list_alerts", "clear_alert", "collect_perf_metrics", "get_latest_perf_timestamp"),
)


class AlertNumber(str):
    """The number of an alert, for a driver that subscripts what it should take as text."""

    __slots__ = ()

    def __getitem__(self, key: Any) -> str:
        return str(self) if isinstance(key, str) else super().__getitem__(key)


def _subclass(found: DriverClass, **members: Any) -> DriverClass:
    kept = {"__module__": found.__module__, "__doc__": found.__doc__}
    return type(found.__name__, (found,), {**kept, **members})


def _tells_errors(found: DriverClass) -> DriverClass:
    """All of them catch every error, and most raise InvalidResults in its place."""
    return _subclass(found, **{name: _telling(getattr(found, name)) for name in _CALLS})


def _telling(method: Callable[..., Any]) -> Callable[..., Any]:
    def call(self: StorageDriver, *arguments: Any, **keywords: Any) -> Any:
        try:
            return method(self, *arguments, **keywords)
        except exception.Invalid as error:
            behind = next((e for e in _behind(error) if isinstance(e, _TELLING)), None)
            if behind is None or isinstance(error, _TELLING):
                raise
            raise copy.copy(behind) from error

    return call


def _behind(error: BaseException) -> Iterator[BaseException]:
    """The errors while handling which this one was raised, the nearest first."""
    seen = {id(error)}
    following = error.__cause__ or error.__context__
    while following is not None and id(following) not in seen:
        seen.add(id(following))
        yield following
        following = following.__cause__ or following.__context__


def _filters_alerts_wrongly(found: DriverClass) -> DriverClass:
    """Compares its seconds with the milliseconds asked for: every time range is empty."""

    def list_alerts(
        self: StorageDriver, context: Any, query_para: Mapping[str, Any] | None = None
    ) -> list[Row]:
        alerts = found.list_alerts(self, context, None) or []
        return [one for one in alerts if is_alert_in_time_range(query_para, one.get("occur_time"))]

    return _subclass(found, list_alerts=list_alerts)


def _subscripts_the_alert_number(found: DriverClass) -> DriverClass:
    def clear_alert(self: StorageDriver, context: Any, sequence_number: str) -> Any:
        return found.clear_alert(self, context, AlertNumber(sequence_number))

    return _subclass(found, clear_alert=clear_alert)


def _wants_the_trap_as_text(found: DriverClass) -> DriverClass:
    def parse_alert(context: Any, alert: Mapping[str, str]) -> Row | None:
        text: Any = " ".join(f"{oid}={value}" for oid, value in alert.items())
        return found.parse_alert(context, text)

    return _subclass(found, parse_alert=staticmethod(parse_alert))


def _writes_below(*folders: str) -> Quirk:
    """Into folders relative to the working directory, which it does not make."""

    def quirk(found: DriverClass) -> DriverClass:
        def __init__(self: StorageDriver, **access: Any) -> None:  # noqa: N807 - it becomes one
            for folder in folders:
                Path(folder).mkdir(parents=True, exist_ok=True)
            found.__init__(self, **access)

        return _subclass(found, __init__=__init__)

    return quirk


def _changes_the_array_by_default(found: DriverClass) -> DriverClass:
    """Its option is a text whose default False reads as 'False', which is true.

    The first collection would then rewrite the array's own statistics settings.
    """
    with contextlib.suppress(cfg.NoSuchOptError, cfg.NoSuchGroupError):
        cfg.CONF.set_default("enable_perf_config", "", group="oceanstor_driver")
    return found


_FILES = "delfin/drivers/utils/performance_file"
_SVC = (_tells_errors, _writes_below(f"{_FILES}/svc"))
# By entry point; all drivers of SODA Delfin that talk to arrays.
QUIRKS: Mapping[str, tuple[Quirk, ...]] = {
    **dict.fromkeys(
        (
            *("fujitsu eternus", "dellemc unity", "dellemc vmax", "dellemc pmax"),
            *("dellemc vplex", "dellemc powerstore", "hitachi vsp", "hitachi hnas", "hpe 3par"),
            *("hpe primera", "hpe msa", "ibm ds8k", "pure flasharray", "h3c unistor_cf"),
        ),
        (_tells_errors,),
    ),
    "dellemc scaleio": (_tells_errors, _wants_the_trap_as_text),
    "dellemc vnx_block": (_tells_errors, _writes_below(f"{_FILES}/vnx_block")),
    "huawei oceanstor": (_tells_errors, _changes_the_array_by_default),
    "ibm storwize_svc": _SVC,
    "inspur as5500": _SVC,
    "macrosan macrosan": (
        _tells_errors,
        _writes_below(f"{_FILES}/macro_san", "delfin/drivers/macro_san/ms/file"),
    ),
    "netapp cmode": (_tells_errors, _filters_alerts_wrongly, _subscripts_the_alert_number),
}


def adapted(name: str, found: DriverClass) -> DriverClass:
    """The class for an entry point, 'found' itself where it needs nothing."""
    for quirk in QUIRKS.get(name, ()):
        found = quirk(found)
    return found
