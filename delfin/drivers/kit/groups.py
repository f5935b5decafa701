"""Groups with their members, and masking views, as a driver's listers return them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from delfin import exception
from delfin.drivers.kit.mapping import Get, Record, RowMap, Rule, declared_in
from delfin.drivers.kit.rule import found_at


@dataclass(frozen=True)
class GroupMap:
    """For a vendor whose group records hold their members in a list, at the dotted 'path'.

    'groups' and 'members' are the keys of the result, 'group_id' and 'member_id' the columns of
    a membership, and 'group' maps the group. A member is its id or, where 'member' is given, a
    record with the id at that path. 'separator' is for members in one text. `host_groups` and
    its neighbours know the names.
    """

    groups: str
    group_id: str
    members: str
    member_id: str
    path: str
    group: RowMap
    member: str | None = None
    separator: str | None = None

    def lists(
        self, storage_id: str | None, records: Iterable[Record]
    ) -> dict[str, list[dict[str, Any]]]:
        """Both lists; a record without a member list is a group without members.

        Raises InvalidResults for a member list that is none, or a member without id.
        """
        groups: list[dict[str, Any]] = []
        # As keys: some arrays name a member once for each of its paths.
        pairs: dict[tuple[Any, Any], None] = {}
        for record in records:
            row = self.group.row(storage_id, record)
            groups.append(row)
            pairs.update(dict.fromkeys((row[self.group_id], one) for one in self._of(record)))
        return {
            self.groups: groups,
            self.members: [
                {"storage_id": storage_id, self.group_id: group, self.member_id: one}
                for group, one in pairs
            ],
        }

    def _of(self, record: Record) -> list[Any]:
        found = found_at(record, self.path.split("."))
        if found in (None, ""):
            return []
        if self.separator is not None and isinstance(found, str):
            return [name.strip() for name in found.split(self.separator) if name.strip()]
        if not isinstance(found, list):
            raise self._invalid(f"no list at '{self.path}'")
        ids = found if self.member is None else [self._id(one) for one in found]
        if not all(isinstance(one, str | int) and one != "" for one in ids):
            raise self._invalid(f"a member without id at '{self.path}'")
        return ids

    def _id(self, member: Any) -> Any:
        return found_at(member, (self.member or "").split("."))

    def _invalid(self, what: str) -> exception.InvalidResults:
        return exception.InvalidResults(f"{self.group.where}: {self.member_id}: {what}")


def host_groups(path: str, group: Mapping[str, Rule], **how: str) -> GroupMap:
    """For `list_storage_host_groups`; 'group' has the rules of the group's columns."""
    return _named("storage_host", "storage_host_grp_host_rels", "storage_host", path, group, how)


def port_groups(path: str, group: Mapping[str, Rule], **how: str) -> GroupMap:
    """For `list_port_groups`."""
    return _named("port", "port_grp_port_rels", "port", path, group, how)


def volume_groups(path: str, group: Mapping[str, Rule], **how: str) -> GroupMap:
    """For `list_volume_groups`."""
    return _named("volume", "vol_grp_vol_rels", "volume", path, group, how)


def _named(
    kind: str,
    members: str,
    member: str,
    path: str,
    group: Mapping[str, Rule],
    how: Mapping[str, str],
) -> GroupMap:
    group_id = f"native_{kind}_group_id"
    rules = {group_id: Get("id", required=True), **group}
    return GroupMap(
        groups=f"{kind}_groups",
        group_id=group_id,
        members=members,
        member_id=f"native_{member}_id",
        path=path,
        group=RowMap(declared_in(2), **rules),
        **how,
    )


def combined(
    records: Iterable[Record], identity: str = "id", **ends: str
) -> Iterator[dict[str, Any]]:
    """Masking views of a vendor whose mapping names several hosts or volumes, one for each pair.

    A view of delfin has one host side and one volume side. 'ends' maps a name to the path of a
    list: with `host="hosts", volume="luns"` each record yields one for each host and each LUN,
    with these as `host` and `volume`, and with a `view_id` made of its identity and theirs. A
    record with an empty list yields nothing.
    """
    for record in records:
        lists = [_listed(record, path) for path in ends.values()]
        for chosen in product(*lists):
            name = "/".join(str(part) for part in (found_at(record, identity.split(".")), *chosen))
            yield {**record, **dict(zip(ends, chosen, strict=True)), "view_id": name}


def _listed(record: Record, path: str) -> list[Any]:
    found = found_at(record, path.split("."))
    if found is None:
        return []
    return found if isinstance(found, list) else [found]
