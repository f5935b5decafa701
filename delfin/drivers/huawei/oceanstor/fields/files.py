"""File systems, dTrees, quotas and shares.

Names of the interfaces and parents' types: CSI (`filesystem`, `QUOTATREE`, `FS_QUOTA`, `NFSHARE`;
40 is a file system, 16445 a dTree). Members of file systems, dTrees, quotas and of `CIFSHARE`:
POSH; that a quota which is not set is told as -1 or 2**64-1, as well. Space quotas are bytes there.
It knows the WORM types 1 and 3, and SUBTYPE 27 for a common file system.
"""

from __future__ import annotations

from collections.abc import Mapping

from delfin.common import constants as c
from delfin.drivers.huawei.oceanstor.fields import words
from delfin.drivers.kit.convert import flag, whole
from delfin.drivers.kit.mapping import Calc, Const, Get, Record, RowMap

IN_FILESYSTEM, IN_DTREE = "40", "16445"
# What a file system of no WORM type says: nothing, or 0.
_NO_TYPE = frozenset({"", "--", "0"})
_COMMON = "27"


def worm(record: Record) -> str | None:
    """WORMTYPE tells which, or that nothing is known; one of no type is none if SUBTYPE says so."""
    told = str(record.get("WORMTYPE") or "")
    if told in _NO_TYPE:
        return c.WORMType.NON_WORM if str(record.get("SUBTYPE")) == _COMMON else None
    return {"1": c.WORMType.COMPLIANCE, "3": c.WORMType.ENTERPRISE}.get(told)


def parent(kind: str) -> Calc:
    return Calc(lambda r: str(r["PARENTID"]) if str(r.get("PARENTTYPE")) == kind else None)


def dtree_filesystem(record: Record) -> str | None:
    """A quota's id is `<file system>@<dTree>@<number>` where its parent is a dTree (POSH)."""
    if str(record.get("PARENTTYPE")) == IN_FILESYSTEM:
        return str(record["PARENTID"])
    return str(record["PARENTID"]).partition("@")[0]


FILESYSTEM = RowMap(
    native_filesystem_id=Get("ID", str, required=True),
    name=Get("NAME"),
    status=words.health({words.NORMAL: c.FilesystemStatus.NORMAL}, ill=c.FilesystemStatus.FAULTY),
    type=words.word("ALLOCTYPE", {"0": c.FSType.THICK, "1": c.FSType.THIN}),
    native_pool_id=Get("PARENTID", str),
    total_capacity=words.sectors("CAPACITY"),
    used_capacity=words.sectors("ALLOCCAPACITY"),
    # So it is spelled.
    free_capacity=words.sectors("AVAILABLECAPCITY"),
    compressed=Get("ENABLECOMPRESSION", flag),
    deduplicated=Get("ENABLEDEDUP", flag),
    worm=Calc(worm),
)
QTREE = RowMap(
    native_qtree_id=Get("ID", str, required=True),
    name=Get("NAME"),
    path=Calc(lambda r: f"/{r['filesystem']}/{r['NAME']}"),
    native_filesystem_id=Get("PARENTID", str),
    # CSI knows the one number.
    security_mode=words.word("securityStyle", {"3": c.NASSecurityMode.UNIX}),
)
QUOTA = RowMap(
    native_quota_id=Get("ID", str, required=True),
    type=words.word(
        "QUOTATYPE",
        {"1": c.QuotaType.TREE, "2": c.QuotaType.USER, "3": c.QuotaType.GROUP},
    ),
    native_filesystem_id=Calc(dtree_filesystem),
    native_qtree_id=parent(IN_DTREE),
    user_group_name=Get("USRGRPOWNERNAME", absent=("--",)),
    capacity_hard_limit=Get("SPACEHARDQUOTA", whole, absent=words.NOT_TOLD),
    capacity_soft_limit=Get("SPACESOFTQUOTA", whole, absent=words.NOT_TOLD),
    used_capacity=Get("SPACEUSED", whole, absent=words.NOT_TOLD),
    file_hard_limit=Get("FILEHARDQUOTA", whole, absent=words.NOT_TOLD),
    file_soft_limit=Get("FILESOFTQUOTA", whole, absent=words.NOT_TOLD),
    file_count=Get("FILEUSED", whole, absent=words.NOT_TOLD),
)
# Both kinds number their shares, so the number alone would name two.
NFS = RowMap(
    native_share_id=Calc(lambda r: f"NFS/{r['ID']}"),
    # An NFS share has the path for a name unless somebody gave it one.
    name=words.either("NAME", "SHAREPATH"),
    path=Get("SHAREPATH"),
    protocol=Const(c.ShareProtocol.NFS),
    native_filesystem_id=Get("FSID", str),
)
CIFS = NFS.but(
    native_share_id=Calc(lambda r: f"CIFS/{r['ID']}"),
    protocol=Const(c.ShareProtocol.CIFS),
)
SHARES: Mapping[str, RowMap] = {"NFSHARE": NFS, "CIFSHARE": CIFS}
