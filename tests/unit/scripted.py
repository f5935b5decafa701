"""An array that does what a story says: reports rows, raises, or waits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any, ClassVar

from delfin import cryptor, exception
from delfin.drivers.driver import StorageDriver
from delfin.drivers.manager import DriverManager

Answer = Any


class Script:
    """What the array of one serial number answers, and what it was asked."""

    def __init__(self, serial_number: str = "SN1") -> None:
        self.storage: Answer = {"name": "array", "serial_number": serial_number, "status": "normal"}
        self.listings: dict[str, Answer] = {}
        self.login: Callable[[dict[str, Any]], None] = lambda _access: None
        self.asked: Counter[str] = Counter()
        self.open_sessions = 0

    def answer(self, name: str, given: Answer) -> Any:
        self.asked[name] += 1
        if isinstance(given, BaseException) or (
            isinstance(given, type) and issubclass(given, BaseException)
        ):
            raise given
        return given() if callable(given) else given


class ScriptedDriver(StorageDriver):
    """Looks its script up by the port in its access information."""

    scripts: ClassVar[dict[int, Script]] = {}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.script = self.scripts[kwargs["rest"]["port"]]
        self.script.asked["login"] += 1
        self.script.login(kwargs)
        self.script.open_sessions += 1

    def close_connection(self) -> None:
        self.script.asked["logout"] += 1
        self.script.open_sessions -= 1

    def reset_connection(self, context: Any, **kwargs: Any) -> None:
        """Nothing is kept open."""

    def get_storage(self, context: Any) -> Any:
        return self.script.answer("get_storage", self.script.storage)

    def __getattribute__(self, name: str) -> Any:
        if name.startswith("list_") and name != "list_alerts":
            script: Script = object.__getattribute__(self, "script")
            return lambda _context: script.answer(
                name, script.listings.get(name, NotImplementedError)
            )
        return object.__getattribute__(self, name)

    def list_storage_pools(self, context: Any) -> Any: ...

    def list_volumes(self, context: Any) -> Any: ...

    def list_alerts(self, context: Any, query_para: Any = None) -> Any:
        return [query_para]

    def clear_alert(self, context: Any, sequence_number: str) -> Any: ...

    def add_trap_config(self, context: Any, trap_config: Any) -> Any: ...

    def remove_trap_config(self, context: Any, trap_config: Any) -> Any: ...


class ScriptedManager(DriverManager):
    """Serves the scripted driver for every vendor and model."""

    def driver_class(self, vendor: str, model: str) -> type[StorageDriver]:
        return ScriptedDriver


def password_must_be(password: str) -> Callable[[dict[str, Any]], None]:
    def check(access: dict[str, Any]) -> None:
        if cryptor.decode(access["rest"]["password"]) != password:
            raise exception.InvalidUsernameOrPassword

    return check
