"""How big a fake array is: read from the 'extra_attributes' of a registration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

MOST = 1_000_000


@dataclass(frozen=True)
class Sizes:
    """How many rows of each kind; the names are the keys of 'extra_attributes'."""

    pools: int = 4
    volumes: int = 200
    controllers: int = 2
    ports: int = 12
    disks: int = 48
    filesystems: int = 6
    qtrees: int = 12
    quotas: int = 18
    shares: int = 10
    hosts: int = 16
    initiators: int = 32
    host_groups: int = 4
    port_groups: int = 3
    volume_groups: int = 8
    masking_views: int = 12
    alerts: int = 6

    @classmethod
    def read(cls, attributes: Mapping[str, object]) -> Sizes:
        """The sizes among the attributes, whose values are texts; raises ValueError naming one.

        Other attributes are left alone: they may concern someone else.
        """
        known = {field.name for field in fields(cls)}
        return cls(**{k: _count(k, v) for k, v in attributes.items() if k in known})


def _count(name: str, value: object) -> int:
    text = str(value)
    if not (text.isascii() and text.isdecimal()) or len(text) > 9 or int(text) > MOST:
        raise ValueError(f"{name}: want a whole number from 0 to {MOST}")
    return int(text)
