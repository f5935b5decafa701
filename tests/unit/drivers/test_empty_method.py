"""Methods that are only there because the base class wants them are told from those that act."""

from __future__ import annotations

from typing import Any

import pytest

from delfin.drivers.empty_method import does_nothing
from delfin.drivers.fake_storage.driver import FakeStorageDriver


class Driver:
    """The bodies that drivers have."""

    def passes(self, context: Any, trap_config: Any) -> Any:
        pass

    def dots(self, context: Any, trap_config: Any) -> Any: ...

    def documented(self, context: Any, trap_config: Any) -> Any:
        """The array sends its traps by itself."""

    def returns_nothing(self, context: Any, trap_config: Any) -> Any:
        return None

    def raises(self, context: Any, trap_config: Any) -> Any:
        raise NotImplementedError

    def answers(self, context: Any, trap_config: Any) -> Any:
        return True

    def acts(self, context: Any, trap_config: Any) -> Any:
        self.told = trap_config

    def keeps(self, context: Any, trap_config: Any) -> Any:
        return trap_config


@pytest.mark.parametrize(
    ("name", "empty"),
    [
        *((name, True) for name in ("passes", "dots", "documented", "returns_nothing")),
        *((name, False) for name in ("raises", "answers", "acts", "keeps")),
    ],
)
def test_only_what_does_nothing_is_empty(name: str, empty: bool) -> None:
    assert does_nothing(getattr(Driver, name)) is empty
    assert does_nothing(getattr(Driver(), name)) is empty


def test_what_has_no_body_of_python_is_believed_to_act() -> None:
    assert not does_nothing(print)
    assert does_nothing(FakeStorageDriver.add_trap_config)
