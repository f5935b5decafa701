"""Make a driver object, which logs in, and end its session by whichever way it offers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from oslo_log import log

from delfin import exception
from delfin.drivers.driver import StorageDriver
from delfin.drivers.manager import DriverManager

LOG = log.getLogger(__name__)


def log_in(drivers: DriverManager, access: dict[str, Any]) -> StorageDriver:
    """A new driver of its own for the access information.

    Raises:
        exception.StorageDriverNotFound: No driver for that vendor and model.
        exception.DelfinException: The driver could not log in.
    """
    driver = drivers.get_driver(**access)
    if driver is None:
        raise exception.StorageDriverNotFound(f"{access.get('vendor')} {access.get('model')}")
    return driver


def log_out(driver: StorageDriver) -> None:
    """End the driver's session.

    A driver without 'close_connection' may have a 'logout', or a client with one. Connections that
    are open after this are for the caller to cut.
    """
    for leave in _ways_out(driver):
        quietly(leave)


def _ways_out(driver: StorageDriver) -> Iterator[Callable[[], Any]]:
    own = _method(driver, "close_connection") or _method(driver, "logout")
    if own is not None:
        yield own
        return
    for part in list(vars(driver).values()):
        leave = _method(part, "logout") or _method(part, "close")
        if leave is not None:
            yield leave


def _method(owner: Any, name: str) -> Callable[[], Any] | None:
    found = getattr(owner, name, None)
    return found if callable(found) and not isinstance(owner, type) else None


def quietly(function: Callable[..., Any], *arguments: Any) -> None:
    try:
        function(*arguments)
    except Exception:  # noqa: BLE001 - drivers raise anything; what is being given up is gone anyway
        LOG.exception("a session could not be ended in good order")
