"""Which storages share the session of one manager, such as a Unisphere with several arrays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from delfin.api.parts import ApiParts
from delfin.db import access_info
from delfin.db.access_secrets import open_for_driver
from delfin.drivers.shared import credentials


def key_for(parts: ApiParts, access: Mapping[str, Any]) -> str | None:
    """The 'manager_key' of a storage that is reached like that; None when it shares nothing.

    It shares with those that the same driver reaches at the same addresses with the same user and
    password. So the members of a group always have the credentials of one another, and one whose
    credentials are changed alone leaves it.

    Args:
        parts: What the API stands on.
        access: A driver's keyword arguments, 'storage_id' and 'tls' among them.
    """
    vendor, model = access["vendor"], access["model"]
    if not access.get("storage_name") or not parts.arrays.may_share(vendor, model):
        return None
    wanted = credentials(access)
    with parts.database.reader() as session:
        for row in access_info.of_driver(session, vendor, model):
            if row.manager_key and row.storage_id != access["storage_id"]:
                known = open_for_driver(parts.keyring, row)
                if credentials(known) == wanted:
                    return row.manager_key
    return str(uuid4())
