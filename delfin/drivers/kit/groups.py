"""Groups with their members, as the two lists that a driver's group listers return."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from delfin import exception
from delfin.drivers.kit.mapping import Get, RowMap
from delfin.drivers.kit.words import UnknownWords


@dataclass(frozen=True)
class GroupMap:
    """For a vendor whose group records hold the ids of their members in a list.

    'groups' and 'members' are the keys of the result, 'group_id' and 'member_id' the columns of
    a membership, 'path' leads to the list in the vendor's record, and 'group' maps the group.
    """

    groups: str
    group_id: str
    members: str
    member_id: str
    path: str
    group: RowMap

    def lists(
        self, storage_id: str | None, records: Iterable[Mapping[str, Any]]
    ) -> dict[str, list[dict[str, Any]]]:
        """Both lists; a record without a member list is a group without members.

        Raises InvalidResults for a member list that is none.
        """
        groups: list[dict[str, Any]] = []
        pairs: list[dict[str, Any]] = []
        for record in records:
            row = self.group.row(storage_id, record)
            groups.append(row)
            pairs.extend(
                {
                    "storage_id": storage_id,
                    self.group_id: row[self.group_id],
                    self.member_id: member,
                }
                for member in self._members(record)
            )
        return {self.groups: groups, self.members: pairs}

    def _members(self, record: Mapping[str, Any]) -> list[Any]:
        found = Get(self.path, default=[]).read(self.member_id, record, UnknownWords())
        if not isinstance(found, list):
            raise exception.InvalidResults(f"{self.member_id}: no list at '{self.path}'")
        return found
