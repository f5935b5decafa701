"""SSHPool and SSHClient against a server on a real socket."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import paramiko
import pytest

from delfin import cryptor, exception
from delfin.drivers.utils.ssh_client import SSHClient, SSHPool
from tests.unit.drivers.utils.ssh_server import PASSWORD, Answer, SshServer, drop, hang, ssh_server

Connect = Callable[..., SSHPool]


@pytest.fixture
def connect() -> Iterator[Connect]:
    pools: list[SSHPool] = []

    def pool(server: SshServer, max_size: int = 3, **ssh: Any) -> SSHPool:
        password = cryptor.encode(ssh.pop("password", PASSWORD))
        block = {**server.access, "password": password, **ssh}
        pools.append(SSHPool(max_size=max_size, ssh=block))
        return pools[-1]

    yield pool
    for one in pools:
        one.close()


def wait_for(seen: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not seen():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


class TestAccess:
    def test_without_an_ssh_block_it_says_so(self) -> None:
        without: list[dict[str, Any]] = [{}, {"ssh": None}]
        for access in without:
            with pytest.raises(exception.InvalidInput, match="ssh"):
                SSHPool(**access)

    def test_nothing_is_sent_before_the_first_use(self, connect: Connect) -> None:
        with ssh_server() as server:
            connect(server)
            assert server.connections == 0

    def test_a_wrong_password_is_tried_once(self, connect: Connect) -> None:
        with ssh_server() as server:
            with pytest.raises(exception.InvalidUsernameOrPassword):
                connect(server, password="wrong").do_exec("show")
            assert (len(server.logins), server.connections) == (1, 1)

    def test_the_password_is_in_no_error(self, connect: Connect) -> None:
        with ssh_server() as server, pytest.raises(exception.DelfinException) as caught:
            connect(server, password="wrong-Secret").do_exec("show")
        assert "wrong-Secret" not in repr(caught.value) + str(caught.value.__cause__)

    def test_nobody_listens(self, connect: Connect) -> None:
        with ssh_server() as server:
            with socket.create_server(("127.0.0.1", 0)) as free:
                port = free.getsockname()[1]
            with pytest.raises(exception.InvalidIpOrPort):
                connect(server, port=port).do_exec("show")

    def test_a_name_that_does_not_resolve(self, connect: Connect) -> None:
        with ssh_server() as server, pytest.raises(exception.InvalidIpOrPort):
            connect(server, host="no-such-host.invalid").do_exec("show")

    def test_something_else_listens(self, connect: Connect) -> None:
        with ssh_server() as server, socket.create_server(("127.0.0.1", 0)) as silent:
            port = silent.getsockname()[1]
            with pytest.raises(exception.SSHException):
                connect(server, port=port, conn_timeout=0.3).do_exec("show")
            assert server.logins == []


class TestRun:
    def test_both_streams_and_the_status_are_kept(self, connect: Connect) -> None:
        with ssh_server(lambda _: Answer(b"out\xff", b"err", 3)) as server:
            result = connect(server).run("show")
        assert (result.stdout, result.stderr, result.exit_status) == ("out\\xff", "err", 3)

    def test_one_login_serves_many_commands(self, connect: Connect) -> None:
        with ssh_server() as server:
            pool = connect(server)
            assert [pool.run(word).stdout for word in ("one", "two")] == ["one", "two"]
            assert len(server.logins) == 1

    def test_long_complaints_do_not_stop_the_answer(self, connect: Connect) -> None:
        much = 6 * 1024 * 1024
        with ssh_server(lambda _: Answer(b"end", b"e" * much)) as server:
            result = connect(server).run("show")
        assert (result.stdout, len(result.stderr)) == ("end", much)

    def test_a_huge_answer_is_refused(self, connect: Connect) -> None:
        with ssh_server(lambda _: Answer(b"x" * 300_000)) as server:
            pool = connect(server)
            with pytest.raises(exception.StorageBackendException, match="more than 100000 bytes"):
                pool.run("show", limit=100_000)
            assert pool.run("show").stdout, "the next command has a connection of its own"

    def test_a_hanging_command_ends_at_its_timeout(self, connect: Connect) -> None:
        with ssh_server(lambda _: Answer(b"so far", then=hang)) as server:
            start = time.monotonic()
            with pytest.raises(exception.ConnectTimeout):
                connect(server).run("show", timeout=0.5)
            assert time.monotonic() - start < 5
            wait_for(lambda: not any(one.is_active() for one in server.transports))

    def test_a_hanging_command_ends_when_the_pool_is_closed(self, connect: Connect) -> None:
        with ssh_server(lambda word: Answer(then=hang if word == "hang" else None)) as server:
            pool = connect(server)
            pool.run("first")
            failed: list[Exception] = []

            def call() -> None:
                try:
                    pool.run("hang", timeout=60)
                except exception.DelfinException as error:
                    failed.append(error)

            thread = threading.Thread(target=call)
            thread.start()
            wait_for(lambda: "hang" in server.commands)
            pool.close()
            thread.join(10)
            assert isinstance(failed[0], exception.SSHException)
            assert len(server.logins) == 1, "a closed call must not log in again"

    def test_a_dropped_connection_is_made_again(self, connect: Connect) -> None:
        with ssh_server() as server:
            pool = connect(server)
            pool.run("one")
            server.drop_all()
            assert pool.run("two").stdout == "two"
            assert len(server.logins) == 2

    def test_a_drop_in_the_middle_of_a_used_connection_is_tried_again(
        self, connect: Connect
    ) -> None:
        faults = iter([drop])

        def answers(word: str) -> Answer:
            return Answer(word.encode(), then=next(faults, None) if word == "two" else None)

        with ssh_server(answers) as server:
            pool = connect(server)
            pool.run("one")
            assert pool.run("two").stdout == "two"
            assert server.commands == ["one", "two", "two"]

    def test_a_host_that_always_drops_is_an_error(self, connect: Connect) -> None:
        with ssh_server(lambda _: Answer(then=drop)) as server:
            with pytest.raises(exception.SSHException):
                connect(server).run("show")
            assert len(server.logins) == 1


class TestPool:
    def test_it_makes_no_more_connections_than_allowed(self, connect: Connect) -> None:
        with ssh_server() as server:
            pool = connect(server, max_size=2)
            threads = [threading.Thread(target=pool.run, args=("show",)) for _ in range(6)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert len(server.commands) == 6
            assert len(server.logins) <= 2

    def test_who_waits_too_long_is_told(self, connect: Connect) -> None:
        with ssh_server() as server:
            pool = connect(server, max_size=1, conn_timeout=0.2)
            with pool.item(), pytest.raises(exception.SSHConnectTimeout):
                pool.get()

    def test_a_failed_login_frees_its_place(self, connect: Connect) -> None:
        with ssh_server() as server:
            pool = connect(server, max_size=1, password="wrong")
            for _ in range(2):
                with pytest.raises(exception.InvalidUsernameOrPassword):
                    pool.get()
            assert pool.current_size == 0

    def test_removed_connections_are_closed(self, connect: Connect) -> None:
        with ssh_server() as server:
            pool = connect(server)
            ssh = pool.get()
            pool.remove(ssh)
            assert pool.current_size == 0
            assert ssh.get_transport() is None

    def test_put_does_not_look_at_what_it_gets(self) -> None:
        pool = SSHPool(ssh={"host": "array", "port": 22})
        pool.put({1})
        assert pool.free_items.pop() == {1}

    def test_item_goes_through_get(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(SSHPool, "get", lambda _: {"a connection"})
        with SSHPool(ssh={}).item() as item:
            assert str(item) == "{'a connection'}"

    def test_drivers_find_the_timeouts(self) -> None:
        pool = SSHPool(ssh={"conn_timeout": 7})
        assert (pool.ssh_conn_timeout, pool.conn_timeout, pool.SOCKET_TIMEOUT) == (7, 7, 10)
        assert SSHPool(ssh={}).ssh_conn_timeout == 60


class TestDoExec:
    def test_without_output_the_complaint_is_the_answer(self, connect: Connect) -> None:
        with ssh_server(lambda _: Answer(stderr=b"no such thing", status=1)) as server:
            assert connect(server).do_exec("show") == "no such thing"

    @pytest.mark.parametrize(
        "words", ["invalid command name", "login failed", "is not a recognized command"]
    )
    def test_a_refused_command(self, connect: Connect, words: str) -> None:
        with (
            ssh_server(lambda _: Answer(words.encode())) as server,
            pytest.raises(exception.StorageBackendException, match=words),
        ):
            connect(server).do_exec("show")

    def test_a_second_command_is_not_let_in(self, connect: Connect) -> None:
        with ssh_server() as server:
            with pytest.raises(exception.SSHInjectionThreat):
                connect(server).do_exec("show; reboot")
            assert server.connections == 0

    def test_the_one_shot_client_leaves_nothing_open(self) -> None:
        with ssh_server() as server:
            client = SSHClient(ssh={**server.access, "password": cryptor.encode(PASSWORD)})
            assert client.do_exec("show") == "show"
            wait_for(lambda: not any(one.is_active() for one in server.transports))


class TestDoExecShell:
    def test_the_commands_are_sent_in_turn(self, connect: Connect) -> None:
        with ssh_server(lambda word: Answer(f"<{word}>".encode())) as server:
            said = connect(server).do_exec_shell(["one", "two"], sleep_time=0.2)
            wait_for(lambda: server.commands == ["one", "two", "exit"])
        assert said == "<one><two>"

    def test_a_refused_command(self, connect: Connect) -> None:
        with (
            ssh_server(lambda _: Answer(b"Unknown command")) as server,
            pytest.raises(exception.InvalidIpOrPort),
        ):
            connect(server).do_exec_shell(["show"], sleep_time=0.2)


class TestHostKey:
    @contextmanager
    def refused(self, server: SshServer) -> Iterator[None]:
        with pytest.raises(exception.SSHNotFoundKnownHosts, match=r"127\.0\.0\.1"):
            yield
        assert server.logins == [], "a password went to a host that is not the registered one"

    def test_without_a_key_every_host_is_taken(self, connect: Connect) -> None:
        with ssh_server() as server:
            assert connect(server).do_exec("show") == "show"

    def test_the_right_key(self, connect: Connect) -> None:
        with ssh_server() as server:
            key = server.host_key
            pool = connect(server, pub_key=key.get_base64(), pub_key_type=key.get_name())
            assert pool.do_exec("show") == "show"

    def test_the_right_rsa_key(self, connect: Connect) -> None:
        key = paramiko.RSAKey.generate(2048)
        with ssh_server(host_key=key) as server:
            pool = connect(server, pub_key=key.get_base64(), pub_key_type="ssh-rsa")
            assert pool.do_exec("show") == "show"

    def test_another_key_of_the_same_type(self, connect: Connect) -> None:
        with ssh_server() as server, self.refused(server):
            other = paramiko.ECDSAKey.generate()
            connect(server, pub_key=other.get_base64(), pub_key_type=other.get_name()).run("show")

    def test_a_key_of_another_type(self, connect: Connect) -> None:
        with ssh_server() as server, self.refused(server):
            connect(server, pub_key=paramiko.RSAKey.generate(2048).get_base64()).run("show")

    def test_the_right_fingerprint(self, connect: Connect) -> None:
        with ssh_server() as server:
            shown = server.host_key.fingerprint
            assert connect(server, pub_key=shown).do_exec("show") == "show"
            typed = connect(server, pub_key=shown, pub_key_type=server.host_key.get_name())
            assert typed.do_exec("show") == "show"

    @pytest.mark.parametrize("key_type", [None, "ed25519", "ecdsa-sha2-nistp256", "ssh-rsa"])
    def test_another_fingerprint(self, connect: Connect, key_type: str | None) -> None:
        with ssh_server() as server, self.refused(server):
            connect(server, pub_key=f"SHA256:{'A' * 43}", pub_key_type=key_type).run("show")

    def test_a_refusal_names_the_key_that_was_shown(self, connect: Connect) -> None:
        other = paramiko.ECDSAKey.generate()
        for pub_key in (f"SHA256:{'A' * 43}", other.get_base64()):
            with ssh_server() as server, pytest.raises(exception.SSHNotFoundKnownHosts) as caught:
                connect(server, pub_key=pub_key).run("show")
            assert str(server.host_key.fingerprint) in caught.value.msg
            assert caught.value.error_args == ("127.0.0.1",)

    def test_a_malformed_key_is_found_before_connecting(self, connect: Connect) -> None:
        with ssh_server() as server:
            with pytest.raises(exception.InvalidInput, match=r"ssh\.pub_key"):
                connect(server, pub_key="AAAA", pub_key_type="ed25519").run("show")
            assert server.connections == 0
