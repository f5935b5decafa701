"""One driver for each way of taking a fault badly, and the finding it gets."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any, ClassVar

import pytest
import requests

from delfin import cryptor, exception
from delfin.testing.conformance import faults as fault_check
from delfin.testing.conformance.questions import Questions
from delfin.testing.conformance.subject import Subject
from delfin.testing.replay import faults
from tests.unit.testing import bravo, charlie
from tests.unit.testing.bravo import Bravo, Client
from tests.unit.testing.charlie import Charlie


@pytest.fixture
def rest(tmp_path: Path) -> Path:
    return bravo.make_recording(tmp_path / "bravo")


@pytest.fixture
def ssh(tmp_path: Path) -> Path:
    return charlie.make_recording(tmp_path / "charlie")


def findings(
    fault: str, driver: type[Any], recording: Path, questions: type[Questions] = Questions
) -> list[str]:
    return fault_check.findings(Subject(driver, questions, recording=recording), fault)


@pytest.mark.parametrize("fault", faults.SSH)
def test_the_good_driver_with_a_command_line_passes(ssh: Path, fault: str) -> None:
    assert findings(fault, Charlie, ssh) == []


def test_every_fault_has_its_right_classes() -> None:
    assert set(fault_check.RIGHT) == set(faults.ALL)


class Careless(Client):
    """Believes that every answer is the one that it wants."""

    def ask(self, path: str, body: Any = None, method: str = "GET") -> Any:
        return self.do_call(path, body, method).json()


class Quiet(Client):
    """Takes every error for an empty answer."""

    def ask(self, path: str, body: Any = None, method: str = "GET") -> Any:
        try:
            return super().ask(path, body, method)
        except exception.DelfinException:
            return {"token": "none", "label": "none", "serial": "none"} if "s" in path else []


class Vague(Client):
    """Wraps everything in the same error, as many old drivers do."""

    def ask(self, path: str, body: Any = None, method: str = "GET") -> Any:
        try:
            return super().ask(path, body, method)
        except exception.DelfinException as error:
            raise exception.InvalidResults(str(error)) from error


class Blind(Client):
    """Does not verify the certificate, whatever it is told."""

    def init_http_head(self) -> None:
        self.verify = False
        super().init_http_head()
        self.session.mount("https://", _Unwarned())


class _Unwarned(requests.adapters.HTTPAdapter):
    def send(self, *args: Any, **kw: Any) -> Any:
        import warnings

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return super().send(*args, **kw)


class Patient(Client):
    """Waits for as long as it takes."""

    def do_call(self, url: str, data: Any, method: str, calltimeout: Any = None) -> Any:
        return super().do_call(url, data, method, calltimeout)


class Stubborn(Client):
    """Tries a refused password again and again."""

    def sign_in(self) -> None:
        for _ in range(4):
            try:
                return super().sign_in()
            except exception.InvalidUsernameOrPassword:
                continue
        raise exception.InvalidUsernameOrPassword


class Telling(Client):
    """Puts the password into the error."""

    def sign_in(self) -> None:
        try:
            super().sign_in()
        except exception.InvalidUsernameOrPassword as error:
            plain = cryptor.decode(self.rest_password)
            raise exception.InvalidUsernameOrPassword(message=f"wrong: {plain}") from error


class Empty(Client):
    """Has nothing to say about an answer without a body."""

    def ask(self, path: str, body: Any = None, method: str = "GET") -> Any:
        answer = self.do_call(path, body, method)
        return answer.json() if answer.content else None


@pytest.mark.parametrize(
    ("fault", "client", "said"),
    [
        (faults.CONNECT_TIMEOUT, Vague, "raised InvalidResults"),
        (faults.READ_TIMEOUT, Vague, "raised InvalidResults"),
        (faults.READ_TIMEOUT, Patient, "without a time limit"),
        (faults.TLS_ERROR, Blind, "went on as if nothing had happened, want SSLCertificateFailed"),
        (faults.TLS_ERROR, Vague, "raised InvalidResults"),
        (faults.UNAUTHORIZED, Vague, "raised InvalidResults"),
        (faults.UNAUTHORIZED, Careless, "raised KeyError"),
        (faults.UNAUTHORIZED, Stubborn, "tried the same login 4 times"),
        (faults.UNAUTHORIZED, Telling, "raised an error that tells the password"),
        (faults.FORBIDDEN, Careless, "went on as if nothing had happened"),
        (faults.SERVER_ERROR, Careless, "raised KeyError"),
        (faults.SERVER_ERROR, Quiet, "went on as if nothing had happened"),
        (faults.HTML, Careless, "raised JSONDecodeError"),
        (faults.CUT_BODY, Quiet, "went on as if nothing had happened"),
        (faults.NO_BODY, Careless, "raised JSONDecodeError"),
        (faults.NO_BODY, Empty, "raised TypeError"),
    ],
)
def test_a_bad_client_is_found(rest: Path, fault: str, client: type[Client], said: str) -> None:
    driver = type("Broken", (Bravo,), {"client_class": client})
    found = findings(fault, driver, rest)
    assert any(said in text for text in found), found


def test_none_is_no_answer(rest: Path) -> None:
    class Mute(Bravo):
        def list_volumes(self, context: Any) -> Any:
            try:
                return super().list_volumes(context)
            except exception.DelfinException:
                return None

    found = findings(faults.SERVER_ERROR, Mute, rest)
    assert found == ["500: list_volumes returned None"]


def test_a_call_that_never_ends_is_ended(rest: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fault_check, "_DEADLINE", 0.5)
    let_go = threading.Event()

    class Endless(Bravo):
        def list_volumes(self, context: Any) -> Any:
            try:
                return super().list_volumes(context)
            except exception.DelfinException:
                let_go.wait(10)
                raise

    found = findings(faults.SERVER_ERROR, Endless, rest)
    let_go.set()
    assert len(found) == 1
    assert "list_volumes did not give up" in found[0]


def test_another_error_may_be_right_for_an_array_that_says_why(rest: Path) -> None:
    class Answer(Questions):
        other_errors: ClassVar = {
            faults.SERVER_ERROR: (exception.InvalidResults, "it says 500 to a wrong id")
        }

    driver = type("Broken", (Bravo,), {"client_class": Vague})
    assert findings(faults.SERVER_ERROR, driver, rest, Answer) == []


def test_a_stray_connection_under_a_fault_is_found(rest: Path) -> None:
    class Astray(Bravo):
        def list_volumes(self, context: Any) -> Any:
            try:
                return super().list_volumes(context)
            except exception.StorageBackendException:
                with pytest.raises(requests.ConnectionError):
                    requests.get("http://192.0.2.7/", timeout=1)
                raise

    assert findings(faults.SERVER_ERROR, Astray, rest) == [
        "500: the driver connected to 192.0.2.7:80"
    ]


class Raw(Charlie):
    """Reads whatever comes before the connection ends, and does not ask how the command ended."""

    def say(self, command: str) -> str:
        with self.pool.item() as ssh:
            _, stdout, _ = ssh.exec_command(command, timeout=5)
            return stdout.read().decode()


class Tolerant(Raw):
    def list_volumes(self, context: Any) -> Any:
        return [
            {"storage_id": self.storage_id, "native_volume_id": line.split(",")[0], "name": "x"}
            for line in self.say("show volumes").splitlines()
        ]


class Indexing(Charlie):
    def list_volumes(self, context: Any) -> Any:
        lines = self.say("show volumes").splitlines()
        return [
            {"storage_id": self.storage_id, "native_volume_id": number, "name": line.split(",")[1]}
            for number, line in zip(("v1", "v2"), lines[: int(lines[2])], strict=True)
        ]


class Repeating(Charlie):
    def say(self, command: str) -> str:
        for _ in range(4):
            try:
                return super().say(command)
            except exception.InvalidUsernameOrPassword:
                continue
        raise exception.InvalidUsernameOrPassword


class Eager(Repeating):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.say("show system")


class Waiting(Charlie):
    def say(self, command: str) -> str:
        with self.pool.item() as ssh:
            _, stdout, _ = ssh.exec_command(command)
            stdout.channel.settimeout(None)
            return stdout.read().decode()


@pytest.mark.parametrize(
    ("fault", "driver", "said"),
    [
        (faults.CUT_TEXT, Tolerant, "list_volumes went on as if nothing had happened"),
        (faults.HALF_TEXT, Indexing, "list_volumes raised IndexError"),
        (faults.LOGIN_REFUSED, Eager, "tried the same login 4 times"),
        (faults.READ_TIMEOUT, Waiting, "without a time limit"),
    ],
)
def test_a_bad_conversation_is_found(
    ssh: Path, fault: str, driver: type[Charlie], said: str
) -> None:
    found = findings(fault, driver, ssh)
    assert any(said in text for text in found), found


def test_a_host_that_cannot_be_reached_by_ssh_is_told_so(ssh: Path) -> None:
    class Wrapped(Charlie):
        def say(self, command: str) -> str:
            try:
                return super().say(command)
            except exception.DelfinException as error:
                raise exception.SSHException(str(error)) from error

    found = findings(faults.CONNECT_TIMEOUT, Wrapped, ssh)
    assert "raised SSHException" in found[0]
