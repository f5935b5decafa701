"""How each storage is reached; secrets inside are sealed by whoever writes here."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, Integer, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from delfin import exception
from delfin.common.constants import ACCESS_TYPE
from delfin.db.base import Base, Json, Timestamped
from delfin.db.storages import Storage

Block = dict[str, Any]


def _block(doc: str) -> Any:
    return mapped_column(Json, doc=doc)


class AccessInfo(Timestamped, Base):
    """Addresses, names and sealed secrets of one storage."""

    __tablename__ = "access_info"

    storage_id: Mapped[str] = mapped_column(
        ForeignKey("storages.id", ondelete="CASCADE"), primary_key=True, doc="The storage"
    )
    storage_name: Mapped[str | None] = mapped_column(
        String(255), doc="Which array, where one manager serves several"
    )
    name: Mapped[str | None] = mapped_column(String(255), doc="Name given at registration")
    description: Mapped[str | None] = mapped_column(String(255), doc="Text given at registration")
    vendor: Mapped[str] = mapped_column(String(255), doc="First word of the driver's name")
    model: Mapped[str] = mapped_column(String(255), doc="Second word of the driver's name")
    rest: Mapped[Block | None] = _block("REST access")
    ssh: Mapped[Block | None] = _block("SSH access")
    cli: Mapped[Block | None] = _block("Access of a vendor's command line tool")
    smis: Mapped[Block | None] = _block("SMI-S access")
    extra_attributes: Mapped[Block | None] = _block("Further settings of the driver")
    tls: Mapped[Block | None] = _block("Which certificate of the array is trusted; no secret")
    manager_key: Mapped[str | None] = mapped_column(
        String(36),
        index=True,
        doc="The same for storages behind one manager that may share one session; null: none",
    )
    generation: Mapped[int] = mapped_column(
        Integer, default=1, doc="Grows with every change; a session of an older one is replaced"
    )


def get(session: Session, storage_id: str, *, lock: bool = False) -> AccessInfo:
    """The access information of a live storage; with 'lock' nobody else may change it meanwhile.

    Raises:
        exception.AccessInfoNotFound: There is none, or the storage is being removed.
    """
    wanted = (
        select(AccessInfo)
        .join(Storage)
        .where(AccessInfo.storage_id == storage_id, Storage.deleted.is_(False))
    )
    if lock:
        wanted = wanted.with_for_update(of=AccessInfo)
    found = session.scalars(wanted).one_or_none()
    if found is None:
        raise exception.AccessInfoNotFound(storage_id)
    return found


def generation_of(session: Session, storage_id: str) -> int | None:
    """The generation of a live storage's access information; None when there is none."""
    wanted = select(AccessInfo.generation).join(Storage)
    return session.scalar(
        wanted.where(AccessInfo.storage_id == storage_id, Storage.deleted.is_(False))
    )


def of_driver(session: Session, vendor: str, model: str) -> list[AccessInfo]:
    """Access information of all live storages that one driver serves."""
    return list(
        session.scalars(
            select(AccessInfo)
            .join(Storage)
            .where(
                AccessInfo.vendor == vendor,
                AccessInfo.model == model,
                Storage.deleted.is_(False),
            )
        )
    )


def types_of(row: Any) -> tuple[str, ...]:
    """The access types that a row, or its columns of them, has: 'rest', 'ssh' and so on."""
    return tuple(name for name in ACCESS_TYPE if getattr(row, name))


def of_manager(session: Session, manager_key: str) -> list[AccessInfo]:
    """Access information of all live storages that share a manager, always in the same order."""
    return list(
        session.scalars(
            select(AccessInfo)
            .join(Storage)
            .where(AccessInfo.manager_key == manager_key, Storage.deleted.is_(False))
            .order_by(AccessInfo.storage_id)
        )
    )


def manager_keys(session: Session) -> dict[str, str]:
    """The key of the manager by storage, for those that are behind one."""
    columns = (AccessInfo.storage_id, AccessInfo.manager_key)
    rows = session.execute(select(*columns).where(AccessInfo.manager_key.is_not(None)))
    return {storage_id: key for storage_id, key in rows if key is not None}


def remember_host_key(session: Session, storage_id: str, ssh: Block) -> bool:
    """Keep the SSH host key that was seen first; False when the row leads elsewhere meanwhile.

    The generation stays: sessions that were opened without the key are as good as before.
    """
    row = get(session, storage_id, lock=True)
    known = row.ssh or {}
    if known.get("pub_key") or any(known.get(n) != ssh.get(n) for n in ("host", "port")):
        return False
    row.ssh = {**known, **{n: value for n, value in ssh.items() if n.startswith("pub_key")}}
    return True


def everyone(session: Session) -> list[AccessInfo]:
    """Access information of all live storages, oldest first."""
    live = select(AccessInfo).join(Storage).where(Storage.deleted.is_(False))
    return list(session.scalars(live.order_by(AccessInfo.created_at, AccessInfo.storage_id)))
