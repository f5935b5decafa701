"""Finds driver classes by entry point and keeps the live driver of each storage."""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from oslo_log import log
from stevedore import ExtensionManager

from delfin import exception
from delfin.drivers.driver import StorageDriver
from delfin.drivers.quirks import adapted
from delfin.drivers.shared import ManagerSessions
from delfin.drivers.trust.host_keys import HostKeys
from delfin.drivers.trust.tls import TlsTrust

LOG = log.getLogger(__name__)

NAMESPACE = "delfin.storage.drivers"
# What the access information says to the framework, not to drivers.
_FOR_US = frozenset({"tls", "manager_key"})

# Given the access information and what makes the driver; returns the driver.
Watch = Callable[[Mapping[str, Any], Callable[[], StorageDriver]], StorageDriver]


@dataclass(frozen=True)
class Plugin:
    """An entry point: its name, what it points at, and why it could not be loaded."""

    name: str
    target: str
    error: str | None


class DriverManager:
    """Driver classes by "vendor model", and one driver object per storage.

    A driver object belongs to one storage for as long as it lives: two arrays
    of a model never share one, save those with one 'manager_key' whose class
    says that it can (see 'shared').
    """

    def __init__(
        self,
        namespace: str = NAMESPACE,
        *,
        tls: TlsTrust | None = None,
        host_keys: HostKeys | None = None,
        watch: Watch | None = None,
    ) -> None:
        """Find drivers in 'namespace'; 'watch' is given the making of each driver object.

        Without 'tls', only the certificates of arrays that say so are verified.
        """
        self._namespace = namespace
        self._watch = watch
        self._tls = tls or TlsTrust()
        self._managers = ManagerSessions()
        self.host_keys = host_keys or HostKeys()
        # Told the id of a storage and its 'ssh' block when a host key was learnt at a login.
        self.on_host_key: Callable[[str, dict[str, Any]], None] = lambda _id, _ssh: None
        self._guard = threading.Lock()
        self._plugins: dict[str, Plugin] = {}
        self._searched = False
        self._classes: dict[str, type[StorageDriver]] = {}
        self._live: dict[str, StorageDriver] = {}

    def plugins(self) -> list[Plugin]:
        """Every entry point, by name."""
        with self._guard:
            self._search()
            return [found for _, found in sorted(self._plugins.items())]

    def driver_class(self, vendor: str, model: str) -> type[StorageDriver]:
        """The class behind the entry point "vendor model".

        Raises:
            exception.StorageDriverNotFound: There is no such entry point, or it cannot be loaded.
        """
        name = f"{vendor} {model}"
        with self._guard:
            self._search()
            found = self._classes.get(name)
        if found is None:
            raise exception.StorageDriverNotFound(name)
        return found

    def get_driver(self, storage_id: str | None = None, **access_info: Any) -> StorageDriver | None:
        """The live driver of a storage, or with access information a new one that is not kept.

        Raises:
            exception.StorageDriverNotFound: No driver for that vendor and model.
            exception.SSLCertificateFailed: The array's certificate is not trusted.
            exception.DelfinException: The new driver could not log in.
        """
        if not access_info:
            return self._live.get(storage_id or "")
        driver_class = self.driver_class(access_info["vendor"], access_info["model"])
        shares = driver_class.shares_manager_session
        manager_key = access_info.get("manager_key") if shares else None
        access = self.arguments({**access_info, "storage_id": storage_id})
        if storage_id and (access_info.get("ssh") or {}) != (access.get("ssh") or {}):
            # Before the login: this is the host that will have seen the password.
            self.on_host_key(storage_id, access["ssh"])

        def make() -> StorageDriver:
            if manager_key:
                return self._managers.member(manager_key, driver_class, access)
            return driver_class(**access)

        return self._watch(access, make) if self._watch else make()

    def arguments(self, access_info: Mapping[str, Any]) -> dict[str, Any]:
        """A driver's keyword arguments; the array has shown that it is whom we trust.

        Raises as 'TlsTrust.verify_for' and 'HostKeys.learnt' do.
        """
        # Drivers keep references to what they are given.
        access = copy.deepcopy({name: v for name, v in access_info.items() if v is not None})
        if access.get("ssh"):
            access["ssh"].update(self.host_keys.learnt(access["ssh"]))
        if "verify" not in access:
            access["verify"] = self._tls.verify_for(access)
        return {n: v for n, v in access.items() if n not in _FOR_US}

    def update_driver(self, storage_id: str, driver: StorageDriver) -> StorageDriver | None:
        """Make 'driver' the live one of the storage; the one before, if any, is returned."""
        before = self._live.get(storage_id)
        self._live[storage_id] = driver
        return before

    def remove_driver(self, storage_id: str) -> StorageDriver | None:
        """Forget the live driver of the storage and return it."""
        return self._live.pop(storage_id, None)

    def live(self) -> list[str]:
        """Ids of the storages that have a live driver."""
        return list(self._live)

    def _search(self) -> None:
        if not self._searched:
            found = ExtensionManager(self._namespace, on_load_failure_callback=self._not_loaded)
            for extension in found:
                self._loaded(extension.entry_point, extension.plugin)
            self._searched = True

    def _loaded(self, entry_point: Any, found: Any) -> None:
        error = None
        if isinstance(found, type) and issubclass(found, StorageDriver):
            self._classes[entry_point.name] = adapted(entry_point.name, found)
        else:
            error = "it is no subclass of delfin.drivers.driver.StorageDriver"
        self._plugins[entry_point.name] = Plugin(entry_point.name, entry_point.value, error)

    def _not_loaded(self, _manager: Any, entry_point: Any, error: BaseException) -> None:
        LOG.error("driver '%s' cannot be loaded: %r", entry_point.name, error)
        self._plugins[entry_point.name] = Plugin(
            entry_point.name, entry_point.value, f"{type(error).__name__}: {error}"
        )
