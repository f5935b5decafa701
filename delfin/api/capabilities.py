"""What can be collected from a storage, as its driver says."""

from __future__ import annotations

from delfin.api.exchange import Answer, Request
from delfin.api.parts import ApiParts
from delfin.context import get_admin_context
from delfin.db import storages


def show(parts: ApiParts, request: Request) -> Answer:
    storage_id = request.ids["storage_id"]
    with parts.database.reader() as session:
        storage = storages.get(session, storage_id)
        metadata = {"vendor": storage.vendor, "model": storage.model}
    context = get_admin_context(storage_id=storage_id)
    return Answer(
        {"metadata": metadata, "spec": parts.arrays.get_capabilities(context, storage_id)}
    )
