"""States of synchronisation and collection, and the times between collections."""

from __future__ import annotations

from delfin.common.constants.vocabulary import Vocabulary

DB_MAX_INT = 0x7FFFFFFF


class SyncStatus(Vocabulary):
    """A storage counts its unfinished synchronisations; this is the number of none."""

    SYNCED = 0


class ResourceSync(Vocabulary):
    START = 100
    SUCCEED = 100
    FAILED = 101


class TelemetryTaskStatus(Vocabulary):
    TASK_EXEC_STATUS_SUCCESS = True
    TASK_EXEC_STATUS_FAILURE = False


class TelemetryJobStatus(Vocabulary):
    FAILED_JOB_STATUS_SUCCESS = "Success"
    FAILED_JOB_STATUS_RETRYING = "Retrying"
    FAILED_JOB_STATUS_INIT = "Initialized"


class TelemetryCollection:
    """Times in seconds."""

    FAILED_JOB_SCHEDULE_INTERVAL = 900
    MAX_FAILED_JOB_RETRY_COUNT = 5
    DEF_PERFORMANCE_COLLECTION_INTERVAL = 900
    DEF_PERFORMANCE_HISTORY_ON_RESCHEDULE = 1800
    DEF_PERFORMANCE_TIMESTAMP_OVERLAP = 60
    MAX_FAILED_TASK_RETRY_WINDOW = 7200
