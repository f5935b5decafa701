"""Routes of schedules."""

from __future__ import annotations

from delfin import exception as e
from delfin.api import schedule_view, schedules
from delfin.api.exchange import Operation, Route
from delfin.api.routes.errors import BODY, UNKNOWN

ROUTES: tuple[Route, ...] = (
    Route(
        "/v1/schedules",
        "Schedules",
        (
            Operation(
                *("GET", "list_schedules", "What is done again and again, or at a time"),
                schedules.find,
                answer="Schedules",
                lists=schedule_view.LISTABLE,
                errors=(e.InvalidInput, e.ScheduleNotFound),
            ),
            Operation(
                *("POST", "add_schedule", "Have something done by itself"),
                *(schedules.add, 201),
                answer="Schedule",
                body="NewSchedule",
                errors=(*BODY, *UNKNOWN),
            ),
        ),
    ),
    Route(
        "/v1/schedules/{schedule_id}",
        "Schedules",
        (
            Operation(
                *("GET", "show_schedule", "A schedule, and when it is due next", schedules.show),
                answer="Schedule",
                errors=(e.ScheduleNotFound,),
            ),
            Operation(
                *("PUT", "change_schedule", "Change it; what is left out stays"),
                schedules.change,
                answer="Schedule",
                body="ScheduleChange",
                errors=(*BODY, e.ScheduleNotFound),
            ),
            Operation(
                *("DELETE", "remove_schedule", "Delete it; the jobs that it has made stay"),
                *(schedules.remove, 202),
                errors=(e.ScheduleNotFound, e.InvalidInput),
            ),
        ),
    ),
)
