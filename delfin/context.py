"""The request a piece of work belongs to; drivers are handed one with every call."""

from __future__ import annotations

from typing import Any

from oslo_context import context as oslo_context


class RequestContext(oslo_context.RequestContext):
    """An oslo.context that also says which array is meant."""

    FROM_DICT_EXTRA_KEYS = ["storage_id"]  # noqa: RUF012 - declared so by oslo.context

    def __init__(self, *, storage_id: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.storage_id = storage_id

    def to_dict(self) -> dict[str, Any]:
        return {**super().to_dict(), "storage_id": self.storage_id}


def get_admin_context(*, storage_id: str | None = None) -> RequestContext:
    """A context for delfin's own work; the thread's current request stays what it is."""
    return RequestContext(storage_id=storage_id, is_admin=True, overwrite=False)
