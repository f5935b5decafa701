"""Filesystems, qtrees, quotas and shares of a fake array, in the array's own words."""

from __future__ import annotations

from delfin.testing.simulated.fake_storage.parts import Item, State, ident, pick

GIB = 1024
_PURPOSES = ("home", "projects", "media", "scratch", "archive", "vdi")
_SIZES_GIB = (512, 1024, 2048, 4096)
_SECURITY = ("UNIX", "NTFS", "MIXED")
_LOCKS = ("NONE", "NONE", "NONE", "ENTERPRISE", "COMPLIANCE")


def space(state: State, number: int) -> tuple[int, int, bool]:
    """Size and used MiB of a filesystem, and whether it is thin."""
    dice = state.names.mix("filesystem", number)
    size = _SIZES_GIB[dice % len(_SIZES_GIB)] * GIB
    return size, size * (10 + dice // 4 % 75) // 100, dice // 300 % 3 != 0


def filesystem(state: State, number: int) -> Item:
    size, used, thin = space(state, number)
    return {
        "id": ident("F", number),
        "label": _filesystem_label(number),
        "state": "OK",
        "thin": thin,
        "pool": ident("P", pick(state.file_pools, number)),
        "security": _SECURITY[number % len(_SECURITY)],
        "size_mib": size,
        "used_mib": used,
        "compression": number % 2 == 0,
        "dedup": number % 3 == 0,
        "lock": _LOCKS[number % len(_LOCKS)],
    }


def _filesystem_label(number: int | None) -> str:
    return f"fs_{_PURPOSES[(number or 0) % len(_PURPOSES)]}_{(number or 0) + 1:03d}"


def _home(state: State, qtree_number: int) -> int | None:
    """The filesystem of a qtree."""
    return pick(range(state.sizes.filesystems), qtree_number)


def _qtree_path(state: State, number: int) -> str:
    return f"/{_filesystem_label(_home(state, number))}/qt_{number + 1:04d}"


def qtree(state: State, number: int) -> Item:
    home = _home(state, number)
    return {
        "id": ident("T", number, 4),
        "label": f"qt_{number + 1:04d}",
        "path": _qtree_path(state, number),
        "filesystem": ident("F", home),
        "security": _SECURITY[(home or 0) % len(_SECURITY)],
    }


def quota(state: State, number: int) -> Item:
    tree = pick(range(state.sizes.qtrees), number // 3) if number % 3 == 0 else None
    home = _home(state, number) if tree is None else _home(state, tree)
    scope = "TREE" if tree is not None else ("USER", "GROUP")[number % 2]
    hard = (50 + 50 * (number % 4)) * GIB
    dice = state.names.mix("quota", number)
    return {
        "id": ident("Q", number, 4),
        "scope": scope,
        "filesystem": ident("F", home),
        "qtree": ident("T", tree, 4),
        "owner": None if tree is not None else f"{scope.lower()}{number + 1:03d}",
        "hard_mib": hard,
        "soft_mib": hard * 9 // 10,
        "used_mib": hard * (dice % 90) // 100,
        "hard_files": 1_000_000,
        "soft_files": 900_000,
        "files": dice % 900_000,
    }


def share(state: State, number: int) -> Item:
    tree = pick(range(state.sizes.qtrees), number) if number % 3 == 0 else None
    home = _home(state, number) if tree is None else _home(state, tree)
    return {
        "id": ident("S", number, 4),
        "label": f"share_{number + 1:04d}",
        "protocol": ("NFS", "SMB")[number % 2],
        "filesystem": ident("F", home),
        "qtree": ident("T", tree, 4),
        "path": f"/{_filesystem_label(home)}" if tree is None else _qtree_path(state, tree),
    }
