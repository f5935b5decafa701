"""One table says what an error means for the work that met it."""

from __future__ import annotations

import pytest
from oslo_config import cfg

from delfin import exception
from delfin.conf import jobs
from delfin.jobs.outcome import outcome_of, retry_delay, told


@pytest.mark.parametrize(
    ("error", "retry", "whole_array"),
    [
        (exception.InvalidUsernameOrPassword(), False, True),
        (exception.SSHNotFoundKnownHosts("h"), False, True),
        (exception.StorageSerialNumberMismatch("x"), False, True),
        (exception.ConnectTimeout(), True, True),
        (exception.StorageMaxUserCountException("x"), True, True),
        (exception.NotAuthorized(), False, False),
        (exception.InvalidResults("x"), True, False),
        (exception.StorageBackendException("x"), True, False),
        (KeyError("x"), True, False),
    ],
    ids=lambda value: type(value).__name__,
)
def test_table(error: Exception, retry: bool, whole_array: bool) -> None:
    outcome = outcome_of(error)
    assert (outcome.retry, outcome.whole_array) == (retry, whole_array)


def test_waits_double_up_to_the_longest() -> None:
    conf = cfg.ConfigOpts()
    jobs.register(conf)
    conf([], default_config_files=[])
    waits = [retry_delay(conf, attempt) for attempt in (1, 2, 3, 6, 7, 1000)]
    assert waits == [60, 120, 240, 1800, 1800, 1800]


def test_users_are_told_the_code_and_text_of_an_error_but_not_a_bugs_own_words() -> None:
    assert told(exception.InvalidResults("no id")) == {
        "error_code": "InvalidResults",
        "error_msg": "The results are invalid. no id",
    }
    assert "pa55word" not in str(told(ValueError("pa55word")))
