"""What can be collected from a storage, as its driver says, without what it turned out to lack."""

from __future__ import annotations

from delfin.api.exchange import Answer, Request
from delfin.api.parts import ApiParts
from delfin.context import get_admin_context
from delfin.db import collection, storages
from delfin.telemetry.collected import lacking


def show(parts: ApiParts, request: Request) -> Answer:
    storage_id = request.ids["storage_id"]
    with parts.database.reader() as session:
        storage = storages.get(session, storage_id)
        metadata = {"vendor": storage.vendor, "model": storage.model}
        state = collection.read(session, storage_id)
        lacks = frozenset[str]() if state is None else lacking(state.kinds)
    context = get_admin_context(storage_id=storage_id)
    spec = parts.arrays.get_capabilities(context, storage_id)
    metrics = spec.get("resource_metrics", {})
    if lacks & metrics.keys():
        kept = {kind: named for kind, named in metrics.items() if kind not in lacks}
        spec = {**spec, "resource_metrics": kept}
    return Answer({"metadata": metadata, "spec": spec})
