"""Ids of storages, the same ones in every process."""

from __future__ import annotations

from uuid import UUID

_STEP = 0x9E3779B97F4A7C15F39CC0605CEDC835


def storage_ids(count: int) -> list[str]:
    return [str(UUID(int=number * _STEP % 2**128)) for number in range(1, count + 1)]
