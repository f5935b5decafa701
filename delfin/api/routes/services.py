"""Routes of the processes that delfin is made of."""

from __future__ import annotations

from delfin import exception as e
from delfin.api import services
from delfin.api.exchange import Operation, Route

ROUTES: tuple[Route, ...] = (
    Route(
        "/v1/services",
        "Services",
        (
            Operation(
                *("GET", "list_services", "Processes of delfin on all nodes", services.find),
                answer="Services",
                lists=services.LISTABLE,
                errors=(e.InvalidInput, e.ServiceNotFound),
            ),
        ),
    ),
    Route(
        "/v1/services/{service_id}",
        "Services",
        (
            Operation(
                *("GET", "show_service", "A process of delfin", services.show),
                answer="Service",
                errors=(e.ServiceNotFound,),
            ),
        ),
    ),
)
