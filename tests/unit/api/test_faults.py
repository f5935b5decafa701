"""Errors as clients are told them."""

from __future__ import annotations

import falcon
import pytest
from oslo_db import exception as db_exception
from sqlalchemy import exc as sql_exception

from delfin import exception
from delfin.api.faults import body_of, told


def test_our_own_errors_are_told_as_they_are() -> None:
    error = exception.StorageNotFound("s1")
    assert told(error, "req-1") is error
    assert body_of(error) == {
        "error_code": "StorageNotFound",
        "error_msg": "Storage s1 could not be found.",
        "error_args": ["s1"],
    }


@pytest.mark.parametrize(
    ("error", "code", "status"),
    [
        (falcon.HTTPRouteNotFound(), "NotFound", 404),
        (falcon.HTTPMethodNotAllowed(["GET"]), "NotFound", 404),
        (falcon.HTTPInvalidHeader("no number", "Content-Length"), "BadRequest", 400),
        (TypeError("f() takes no argument"), "BadRequest", 400),
        (db_exception.DBConnectionError(), "ServiceUnavailable", 503),
        (db_exception.DBDeadlock(), "ServiceUnavailable", 503),
        (sql_exception.TimeoutError(), "ServiceUnavailable", 503),
        (ZeroDivisionError(), "DelfinException", 500),
        (db_exception.DBError(), "DelfinException", 500),
    ],
)
def test_other_errors_get_a_code(error: Exception, code: str, status: int) -> None:
    shown = told(error, "req-1")
    assert (shown.error_code, shown.code) == (code, status)


def test_an_unknown_error_is_named_by_the_request_only() -> None:
    shown = told(KeyError("password of rack 7"), "req-77")
    assert "req-77" in shown.msg
    assert "rack" not in shown.msg


def test_arguments_of_any_type_can_be_written() -> None:
    error = exception.StorageBackendException({"a": 1})
    error.error_args = (1, None, True, "x", {"a": 1}, ValueError("no"), 2**70)
    assert body_of(error)["error_args"] == [1, None, True, "x", "{'a': 1}", "no", str(2**70)]
