"""Every error as the answer that clients get: status, and a JSON object with three keys."""

from __future__ import annotations

from typing import Any

import falcon
from oslo_db import exception as db_exception
from oslo_log import log
from sqlalchemy import exc as sql_exception

from delfin import exception
from delfin.api import wire

LOG = log.getLogger(__name__)

# The database is away, or too busy to serve us now.
_UNAVAILABLE = (
    db_exception.DBConnectionError,
    db_exception.DBDeadlock,
    db_exception.CantStartEngineError,
    sql_exception.TimeoutError,
)


def install(app: falcon.App[Any, Any]) -> None:
    """Make the application answer every error through this module."""
    app.add_error_handler(Exception, _answer)
    app.add_error_handler(falcon.HTTPError, _answer)


def told(error: BaseException, request_id: str) -> exception.DelfinException:
    """What clients are told of an error; an unknown one is named by the request id only."""
    if isinstance(error, exception.DelfinException):
        return error
    if isinstance(error, falcon.HTTPMethodNotAllowed | falcon.HTTPNotFound):
        return exception.NotFound()
    if isinstance(error, falcon.HTTPError | TypeError):
        return exception.BadRequest()
    if isinstance(error, _UNAVAILABLE):
        return exception.ServiceUnavailable()
    return exception.DelfinException(
        message=f"An unknown exception occurred; the log tells more under {request_id}."
    )


def body_of(error: exception.DelfinException) -> dict[str, Any]:
    return {
        "error_code": error.error_code,
        "error_msg": error.msg,
        "error_args": [_argument(value) for value in error.error_args],
    }


def _argument(value: Any) -> Any:
    """Drivers may put anything there."""
    plain = value is None or isinstance(value, str | bool | float)
    small = isinstance(value, int) and value.bit_length() < 64
    return value if plain or small else str(value)


def _answer(
    req: falcon.Request, resp: falcon.Response, error: BaseException, _params: dict[str, Any]
) -> None:
    request_id = str(req.context.get("request_id", ""))
    shown = told(error, request_id)
    if isinstance(shown, exception.ServiceUnavailable):
        LOG.error("%s %s: the database does not serve: %s", req.method, req.path, error)
    elif shown is error or isinstance(error, falcon.HTTPError):
        LOG.info("%s %s: %d %s: %s", req.method, req.path, shown.code, shown.error_code, shown.msg)
    else:
        LOG.error("%s %s failed", req.method, req.path, exc_info=error)
    if req.method == "OPTIONS" and shown.code == 404:
        # Clients of SODA Delfin get 200 anywhere; there is no method to list.
        resp.status, resp.content_type, resp.data = 200, falcon.MEDIA_JSON, b""
        return
    resp.status = shown.code
    resp.content_type = falcon.MEDIA_JSON
    resp.data = wire.dumps(body_of(shown))
