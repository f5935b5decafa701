"""Routes about the interface itself."""

from __future__ import annotations

from delfin.api import docs, versions
from delfin.api.exchange import Operation, Route

ROUTES: tuple[Route, ...] = (
    Route(
        "/",
        "Service",
        (
            Operation(
                *("GET", "list_versions", "Versions of this interface", versions.find),
                answer="Versions",
            ),
        ),
    ),
    Route(
        "/v1",
        "Service",
        (
            Operation(
                *("GET", "redirect_to_version", "Leads to /v1/", versions.redirect, 302),
                media="text/plain",
            ),
        ),
    ),
    Route(
        "/v1/",
        "Service",
        (
            Operation(
                *("GET", "show_version", "This version of the interface", versions.show),
                answer="Version",
            ),
        ),
    ),
    Route(
        "/v1/openapi.json",
        "Service",
        (
            Operation(
                *("GET", "show_openapi", "This interface as an OpenAPI document", docs.document),
                answer="Document",
            ),
        ),
    ),
    *(
        Route(path, "Service", (Operation("GET", name, summary, call, media=media),))
        for path, name, summary, call, media in (
            ("/v1/docs", "show_docs", "This page", docs.page, "text/html; charset=utf-8"),
            ("/v1/docs/docs.css", "show_docs_style", "Its style", docs.style, "text/css"),
            ("/v1/docs/docs.js", "show_docs_script", "Its script", docs.script, "text/javascript"),
        )
    ),
    Route(
        "/v1/extensions",
        "Service",
        (
            Operation(
                *("GET", "list_extensions", "Always empty", versions.extensions),
                answer="Extensions",
            ),
        ),
    ),
)
