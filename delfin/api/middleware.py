"""What happens to every request and answer, whatever the route."""

from __future__ import annotations

import re
from uuid import uuid4

import falcon

from delfin import exception
from delfin.context import RequestContext

REQUEST_ID = "X-Compute-Request-Id"
_WELL_FORMED = re.compile(r"req-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_FORMAT = re.compile(r"(?<=[^/])\.(json|xml)\Z")
# Paths that end in a slash, or in what looks like a format, and mean it.
_AS_THEY_ARE = {"/", "/v1/", "/v1/openapi.json"}


class Edge:
    """Names the request, mends its path and refuses a body that is too large."""

    def __init__(self, largest_body: int) -> None:
        self._largest_body = largest_body

    def process_request(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Called before routing.

        Raises:
            exception.RequestBodyTooLarge: The body's announced length is over the limit.
            exception.NotFound: No route has such a path or method.
        """
        request_id = req.get_header(REQUEST_ID) or ""
        if not _WELL_FORMED.fullmatch(request_id):
            request_id = f"req-{uuid4()}"
        req.context["request_id"] = request_id
        # From here on the log lines of this thread carry the id.
        RequestContext(request_id=request_id)
        resp.set_header(REQUEST_ID, request_id)
        if (req.content_length or 0) > self._largest_body:
            raise exception.RequestBodyTooLarge(self._largest_body)
        if req.method not in falcon.HTTP_METHODS:
            raise exception.NotFound
        req.path = mended(req.path)


def mended(path: str) -> str:
    """The path as routes know it: single slashes, without a format suffix.

    Raises:
        exception.NotFound: It ends in a slash, or holds what no id can hold.
    """
    path = re.sub("/{2,}", "/", path)
    if path in _AS_THEY_ARE:
        return path
    if path.endswith("/") or "\0" in path:
        raise exception.NotFound
    return _FORMAT.sub("", path)
