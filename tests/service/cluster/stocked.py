"""Storages that are in the database at once, as if they had been registered one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

from delfin import cryptor
from delfin.common.key_file import open_key_ring
from delfin.db import storages
from delfin.db.access_info import AccessInfo
from delfin.db.access_secrets import seal
from delfin.db.session import Database
from delfin.testing.simulated.fake_storage import FakeStorage
from tests.conftest import make_conf
from tests.service.cluster.cluster import Cluster
from tests.service.standalone.rest import access


def stock(cluster: Cluster, array: FakeStorage, serials: Sequence[str]) -> list[str]:
    """Their ids, in the order of the serial numbers; each has a single volume."""
    keyring = open_key_ring(str(cluster.keys))
    url = cluster.engine.url.render_as_string(hide_password=False)
    database = Database(make_conf(cluster.keys.parent, url))
    ids = [str(uuid4()) for _ in serials]
    with database.writer() as session:
        for storage_id, serial in zip(ids, serials, strict=True):
            body = access(array, serial=serial, volumes="1")
            block = body["rest"]
            block["password"] = cryptor.encode(block["password"])
            blocks = {"rest": block, "extra_attributes": body["extra_attributes"]}
            storages.add(session, storage_id, {"serial_number": serial})
            session.add(
                AccessInfo(
                    storage_id=storage_id,
                    vendor=body["vendor"],
                    model=body["model"],
                    **seal(keyring, storage_id, blocks),
                )
            )
    database.dispose()
    # Each has sessions of its own, though one simulator plays all of them.
    array.sessions.limit = max(array.sessions.limit, 2 * len(serials) + 64)
    return ids
