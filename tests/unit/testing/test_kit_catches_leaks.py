"""Drivers that tell secrets, and recordings that do or do not fit; the finding each gets."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
import requests

from delfin import cryptor, exception
from delfin.testing.recording import exchange
from tests.unit.testing import bravo
from tests.unit.testing.bravo import Bravo, Client
from tests.unit.testing.kit import findings


class TestSecrets:
    def test_a_password_in_the_log(self, recording: Path) -> None:
        class Chatty(Bravo):
            def get_storage(self, context: Any) -> Any:
                plain = cryptor.decode(self.client.rest_password)
                logging.getLogger("acme").debug("login with %s", plain)
                return super().get_storage(context)

        assert findings("no secret told", Chatty, recording) == ["the log tells the password"]

    def test_a_token_in_the_log(self, recording: Path) -> None:
        class Chatty(Bravo):
            def get_storage(self, context: Any) -> Any:
                logging.getLogger("acme").info("headers %s", self.client.session.headers)
                return super().get_storage(context)

        assert findings("no secret told", Chatty, recording) == [
            "the log tells a token of the session"
        ]

    def test_a_password_in_a_repr(self, recording: Path) -> None:
        class Shown(Client):
            def __repr__(self) -> str:
                return f"Client({cryptor.decode(self.rest_password)})"

        class Showing(Bravo):
            client_class = Shown

        assert findings("no secret told", Showing, recording) == [
            "a repr of the driver tells the password"
        ]

    def test_a_password_in_the_cause_of_an_error(self, recording: Path) -> None:
        class Leaking(Bravo):
            def list_disks(self, context: Any) -> Any:
                try:
                    int(cryptor.decode(self.client.rest_password))
                except ValueError as error:
                    raise exception.InvalidResults("odd") from error

        found = findings("no secret told", Leaking, recording)
        assert found == ["the error of list_disks tells the password"]

    @pytest.mark.parametrize(
        "leak",
        [
            bravo.said("/x", {"apiToken": "4ab89f00d1"}),
            bravo.said("/x", {}, json={"credentials": "hunter2hunter2"}),
            bravo.said("/x", {}, query=[["password", "hunter2hunter2"]]),
            exchange.Exchange("exec", "show users", {"stdout": "password: hunter2hunter2"}),
        ],
    )
    def test_a_secret_in_the_recording(self, recording: Path, leak: exchange.Exchange) -> None:
        exchange.save(recording, [*bravo.EXCHANGES, leak])
        assert findings("no secret told", Bravo, recording)


class TestRecording:
    def test_an_answer_that_nobody_asks_for(self, recording: Path) -> None:
        exchange.save(recording, [*bravo.EXCHANGES, bravo.said("/disks", [])])
        assert findings("recording", Bravo, recording) == [
            "recorded, but never asked for: GET /disks"
        ]

    def test_a_question_that_is_not_recorded_names_itself(self, recording: Path) -> None:
        class Curious(Bravo):
            def get_storage(self, context: Any) -> Any:
                self.client.do_call("/licence?all=1", None, "GET")
                return super().get_storage(context)

        assert "asked, but not recorded: GET /licence?all=1" in findings(
            "recording", Curious, recording
        )

    def test_a_connection_to_somewhere_else(self, recording: Path) -> None:
        class Astray(Bravo):
            def get_storage(self, context: Any) -> Any:
                with pytest.raises(requests.ConnectionError):
                    requests.get("http://192.0.2.7:8080/", timeout=1)
                return super().get_storage(context)

        assert "connected to 192.0.2.7:8080" in findings("recording", Astray, recording)[0]

    def test_a_recording_that_was_cut_off(self, tmp_path: Path) -> None:
        folder = bravo.make_recording(tmp_path / "cut", complete=False)
        assert "not complete" in findings("recording", Bravo, folder)[0]
