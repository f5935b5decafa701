"""When a storage and its pools will be full, over REST."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from delfin import exception
from delfin.api.exchange import Answer, Request
from delfin.api.listable import whole_number
from delfin.api.parts import ApiParts
from delfin.db import storages
from delfin.db.base import utcnow
from delfin.db.capacity import WHOLE
from delfin.inventory.block import StoragePool
from delfin.telemetry.forecast import FEWEST_DAYS, TOO_LITTLE, Forecast, forecasts

_LONGEST = 3660
_DEFAULT = 90
PARAMETERS = (
    ("days", f"How many days of the capacity history it is made from; {_DEFAULT} unless said"),
)


def show(parts: ApiParts, request: Request) -> Answer:
    """The storage as a whole first, then the pools that it has, by their native ids."""
    storage_id = request.ids["storage_id"]
    days = whole_number(request.query, "days", _DEFAULT, _LONGEST)
    if days < FEWEST_DAYS:
        raise exception.InvalidInput(f"days: must be at least {FEWEST_DAYS}")
    today = utcnow().date()
    with parts.database.reader() as session:
        storage = storages.get(session, storage_id)
        pools = session.execute(
            select(StoragePool.native_storage_pool_id, StoragePool.name)
            .where(StoragePool.storage_id == storage_id)
            .order_by(StoragePool.native_storage_pool_id)
        ).all()
        found = forecasts(session, storage_id, today, days)
        named = [(WHOLE, storage.name), *((pool, name) for pool, name in pools)]
    nothing = Forecast(TOO_LITTLE, None, None, 0, None, None)
    return Answer(
        {"forecast": [_shown(pool, name, found.get(pool, nothing), today) for pool, name in named]}
    )


def _shown(pool: str, name: str | None, told: Forecast, today: date) -> dict[str, Any]:
    growth = told.growth or (None, None, None)
    to_full = told.to_full or (None, None, None)
    return {
        "native_storage_pool_id": pool,
        "name": name,
        "state": told.state,
        "total_capacity": told.total,
        "used_capacity": told.used,
        "days": told.days,
        "first_day": told.first_day,
        "last_day": told.last_day,
        **{f"growth_per_day{end}": _whole(v) for end, v in zip(_GROWTH, growth, strict=True)},
        **{f"days_to_full{end}": _tenth(v) for end, v in zip(_DAYS, to_full, strict=True)},
        "full_on": _day(to_full[0], today),
    }


_GROWTH = ("", "_least", "_most")
_DAYS = ("", "_earliest", "_latest")


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)


def _tenth(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _day(days: float | None, today: date) -> date | None:
    """None also where no calendar goes."""
    if days is None or days > (date.max - today).days:
        return None
    return today + timedelta(days=int(days))
