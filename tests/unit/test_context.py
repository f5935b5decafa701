"""The request context that drivers are handed."""

from __future__ import annotations

from oslo_context import context as oslo_context

from delfin import context


def test_context_needs_no_arguments() -> None:
    made = context.RequestContext(overwrite=False)
    assert made.storage_id is None
    made.storage_id = "s1"
    assert made.storage_id == "s1"


def test_storage_id_survives_the_message_bus() -> None:
    sent = context.get_admin_context(storage_id="s1").to_dict()
    received = context.RequestContext.from_dict(sent, overwrite=False)
    assert received.storage_id == "s1"
    assert received.is_admin
    assert received.request_id == sent["request_id"]


def test_admin_context_leaves_the_current_request() -> None:
    current = context.RequestContext()
    assert context.get_admin_context().is_admin
    assert oslo_context.get_current() is current
