"""Rows that database stories start from."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session

from delfin.db import storages
from delfin.db.access_info import AccessInfo


def add_storage(session: Session, serial_number: str = "SN1", **values: Any) -> str:
    """A registered storage with its access information; the id."""
    storage_id = str(uuid4())
    reported = {"name": serial_number, "serial_number": serial_number, **values}
    storages.add(session, storage_id, reported)
    session.add(
        AccessInfo(
            storage_id=storage_id,
            vendor="fake_storage",
            model="fake_driver",
            rest={"host": "127.0.0.1", "port": 1, "username": "u"},
            generation=1,
        )
    )
    return storage_id
