"""Puts the WSGI application together."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import falcon
from oslo_config import cfg
from oslo_middleware import cors, http_proxy_to_wsgi

from delfin.api import faults
from delfin.api.endpoint import Endpoint
from delfin.api.exchange import Route
from delfin.api.listing import TOTAL
from delfin.api.middleware import REQUEST_ID, Edge
from delfin.api.parts import ApiParts
from delfin.api.routes import ROUTES

Application = Callable[..., Any]

MIDDLEWARE: dict[str, Callable[[Application, cfg.ConfigOpts], Application]] = {
    "cors": cors.CORS,
    "http_proxy_to_wsgi": http_proxy_to_wsgi.HTTPProxyToWSGI,
}


def make_app(parts: ApiParts) -> Application:
    """The whole interface as a WSGI application, within the middleware of the configuration.

    Raises:
        ValueError: [DEFAULT] api_middleware names one that is not known.
    """
    app = falcon.App(middleware=[Edge(parts.conf.api_max_body_size)])
    faults.install(app)
    for route in ROUTES:
        app.add_route(route.path, Endpoint(parts, route, inherited(route, ROUTES)))
    return _wrapped(app, parts.conf)


def inherited(route: Route, routes: Sequence[Route]) -> list[tuple[Route, dict[str, str]]]:
    """Routes with a variable where this one has a word, and what that makes of the variable.

    To old clients 'sync' in /v1/storages/sync is an id for every method but POST.
    """
    found = []
    for other in routes:
        pattern = re.sub(r"{(\w+)}", r"(?P<\1>[^/{}]+)", other.path)
        match = re.fullmatch(pattern, route.path)
        if match is not None and other is not route:
            found.append((other, match.groupdict()))
    return found


def _wrapped(app: Application, conf: cfg.ConfigOpts) -> Application:
    cors.set_defaults(
        allow_methods=["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"],
        allow_headers=["Content-Type", REQUEST_ID],
        expose_headers=[REQUEST_ID, TOTAL, "Link"],
    )
    for name in reversed(conf.api_middleware):
        if name not in MIDDLEWARE:
            known = ", ".join(sorted(MIDDLEWARE))
            raise ValueError(f"[DEFAULT] api_middleware: {name} is not known; known are {known}")
        app = MIDDLEWARE[name](app, conf)
    return app
