"""Words for the array, its pools, volumes, file systems and shares."""

from __future__ import annotations

from delfin.common.constants.vocabulary import Vocabulary


class StorageStatus(Vocabulary):
    NORMAL = "normal"
    OFFLINE = "offline"
    ABNORMAL = "abnormal"
    DEGRADED = "degraded"
    UNKNOWN = "unknown"


class StoragePoolStatus(Vocabulary):
    NORMAL = "normal"
    OFFLINE = "offline"
    ABNORMAL = "abnormal"
    DEGRADED = "degraded"
    UNKNOWN = "unknown"


class StorageType(Vocabulary):
    BLOCK = "block"
    FILE = "file"
    UNIFIED = "unified"


class VolumeStatus(Vocabulary):
    AVAILABLE = "available"
    ERROR = "error"


class VolumeType(Vocabulary):
    THICK = "thick"
    THIN = "thin"


class FilesystemStatus(Vocabulary):
    NORMAL = "normal"
    FAULTY = "faulty"


class FSType(Vocabulary):
    THICK = "thick"
    THIN = "thin"


class WORMType(Vocabulary):
    NON_WORM = "non_worm"
    AUDIT_LOG = "audit_log"
    COMPLIANCE = "compliance"
    ENTERPRISE = "enterprise"


class NASSecurityMode(Vocabulary):
    MIXED = "mixed"
    NATIVE = "native"
    NTFS = "ntfs"
    UNIX = "unix"


class QuotaType(Vocabulary):
    TREE = "tree"
    USER = "user"
    GROUP = "group"


class ShareProtocol(Vocabulary):
    CIFS = "cifs"
    NFS = "nfs"
    FTP = "ftp"
    HDFS = "hdfs"
