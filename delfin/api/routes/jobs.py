"""Routes of jobs."""

from __future__ import annotations

from delfin import exception as e
from delfin.api import jobs
from delfin.api.exchange import Operation, Route

ROUTES: tuple[Route, ...] = (
    Route(
        "/v1/jobs",
        "Jobs",
        (
            Operation(
                *("GET", "list_jobs", "Jobs that wait, run or have ended", jobs.find),
                answer="Jobs",
                lists=jobs.LISTABLE,
                errors=(e.InvalidInput, e.JobNotFound),
            ),
        ),
    ),
    Route(
        "/v1/jobs/{job_id}",
        "Jobs",
        (
            Operation(
                *("GET", "show_job", "A job", jobs.show),
                answer="Job",
                errors=(e.JobNotFound,),
            ),
            Operation(
                *("DELETE", "clear_job", "Cancel a job, or strike an ended one off the list"),
                *(jobs.clear, 202),
                errors=(e.JobNotFound, e.InvalidInput),
            ),
        ),
    ),
)
