"""What is remembered of the readings of each kind: success, failure, doubt, no support."""

from __future__ import annotations

from datetime import timedelta

from oslo_config import cfg
from sqlalchemy.orm import Session

from delfin.db.base import utcnow
from delfin.db.storages import KindState
from delfin.drivers.intake import Intake
from delfin.inventory import reconcile
from delfin.inventory.kind import ResourceKind

_LONGEST_TEXT = 1024


def doubts(
    session: Session, storage_id: str, kind: ResourceKind, rows: int, conf: cfg.ConfigOpts
) -> str | None:
    """Why a listing of so many rows is not believed, or None when it is.

    A suddenly empty or much shorter listing is often an array that starts up
    or a session that lost its rights. It is believed when a second reading,
    [sync] doubt_time later, is as short.
    """
    stored = reconcile.count(session, kind, storage_id)
    short = rows == 0 or (stored >= conf.sync.doubt_rows and rows < stored * conf.sync.doubt_ratio)
    if not stored or not short:
        return None
    state = _state(session, storage_id, kind)
    ripe = utcnow() - timedelta(seconds=conf.sync.doubt_time)
    if state.doubted_at is not None and state.doubted_at <= ripe:
        return None
    state.doubted_at = state.doubted_at or utcnow()
    state.doubted_rows = rows
    return (
        f"{kind.key}: {rows} rows were reported, {stored} are stored; "
        "nothing is deleted until a second reading agrees"
    )


def note_success(
    session: Session,
    storage_id: str,
    kind: ResourceKind,
    taken: Intake,
    tally: reconcile.Tally | None = None,
) -> None:
    """Keep that it was good; one whose 'tally' brought nothing to a good one is not news.

    Whoever follows the inventory reads a kind again after each reading, and there are many.
    """
    state = _state(session, storage_id, kind)
    was_good = state.supported and state.last_success and not (state.error_code or state.doubted_at)
    is_news = tally is None or not tally.is_nothing or not was_good
    state.supported = True
    state.row_count = len(taken.rows)
    if is_news:
        state.last_success = state.last_attempt
    state.error_code = state.error_msg = state.doubted_at = state.doubted_rows = None
    state.notes = dict(taken.notes) or None


def note_unsupported(session: Session, storage_id: str, kind: ResourceKind) -> None:
    state = _state(session, storage_id, kind)
    state.supported = False
    state.row_count = state.error_code = state.error_msg = None


def note_failure(
    session: Session, storage_id: str, kind: ResourceKind, error: dict[str, str]
) -> None:
    """Keep why the reading failed: 'error_code' and 'error_msg'. The rows stay as they are."""
    state = _state(session, storage_id, kind)
    state.error_code = error["error_code"]
    state.error_msg = error["error_msg"][:_LONGEST_TEXT]


def _state(session: Session, storage_id: str, kind: ResourceKind) -> KindState:
    state = session.get(KindState, (storage_id, kind.key))
    if state is None:
        state = KindState(storage_id=storage_id, kind=kind.key)
        session.add(state)
    state.last_attempt = utcnow()
    return state
