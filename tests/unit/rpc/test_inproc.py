"""The inproc:// driver under oslo.messaging itself: its clients, servers and listeners."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import oslo_messaging
import pytest
from oslo_config import cfg
from oslo_messaging.transport import RPCTransport

from delfin import exception
from delfin.rpc import bus as bus_module
from delfin.rpc.transport import open_transport

TOPIC = "work"


class Endpoint:
    """Records what it is asked, and fails when told to."""

    def __init__(self, name: str = "one") -> None:
        self.name = name
        self.asked: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self.go = threading.Event()

    def note(self, context: dict[str, Any], value: Any) -> None:
        self.asked.put(value)

    def echo(self, context: dict[str, Any], value: Any) -> Any:
        value["seen"] = self.name
        return value

    def user(self, context: dict[str, Any]) -> Any:
        return context["user"]

    def refuse(self, context: dict[str, Any]) -> None:
        raise exception.InvalidInput("no such volume")

    def overflow(self, context: dict[str, Any]) -> None:
        raise OwnError("not allowed out")

    def block(self, context: dict[str, Any]) -> str:
        assert self.go.wait(10)
        return "done"


class OwnError(Exception):
    pass


Serve = Callable[..., AbstractContextManager[Endpoint]]


@pytest.fixture
def serve(bus: RPCTransport) -> Serve:
    @contextmanager
    def serving(server: str = "one", transport: RPCTransport = bus) -> Iterator[Endpoint]:
        endpoint = Endpoint(server)
        target = oslo_messaging.Target(topic=TOPIC, server=server)
        with pytest.warns(DeprecationWarning, match="executor"):
            rpc = oslo_messaging.get_rpc_server(transport, target, [endpoint], executor="threading")
        rpc.start()
        try:
            yield endpoint
        finally:
            endpoint.go.set()
            rpc.stop()
            rpc.wait()

    return serving


@pytest.fixture
def client(bus: RPCTransport) -> oslo_messaging.RPCClient:
    return oslo_messaging.get_rpc_client(bus, oslo_messaging.Target(topic=TOPIC), timeout=10)


def test_a_call_returns_the_answer(serve: Serve, client: Any) -> None:
    with serve():
        assert client.call({}, "echo", value={"a": 1}) == {"a": 1, "seen": "one"}


def test_context_travels_along(serve: Serve, client: Any) -> None:
    with serve():
        assert client.call({"user": "ada"}, "user") == "ada"


def test_nothing_is_shared_by_reference(serve: Serve, client: Any) -> None:
    mine = {"list": [1]}
    with serve() as endpoint:
        answer = client.call({}, "echo", value=mine)
        assert mine == {"list": [1]}
        answer["list"].append(2)
        client.cast({}, "note", value=mine)
        mine["list"].append(3)
        assert endpoint.asked.get(timeout=10) == {"list": [1]}


def test_an_error_of_the_family_is_raised_as_itself(serve: Serve, client: Any) -> None:
    with serve(), pytest.raises(exception.InvalidInput) as caught:
        client.call({}, "refuse")
    assert caught.value.error_args == ("no such volume",)
    assert caught.value.error_code == "InvalidInput"


def test_an_error_of_another_module_stays_remote(serve: Serve, client: Any) -> None:
    with serve(), pytest.raises(oslo_messaging.RemoteError, match="not allowed out") as caught:
        client.call({}, "overflow")
    assert caught.value.exc_type == "OwnError"


def test_calls_run_side_by_side(serve: Serve, client: Any) -> None:
    with serve() as endpoint:
        answers: list[str] = []
        slow = threading.Thread(target=lambda: answers.append(client.call({}, "block")))
        slow.start()
        assert client.call({}, "echo", value={})["seen"] == "one"
        endpoint.go.set()
        slow.join(10)
    assert answers == ["done"]


def test_a_directed_message_goes_to_that_server(serve: Serve, client: Any) -> None:
    with serve("one"), serve("two"):
        two = client.prepare(server="two")
        assert {two.call({}, "echo", value={})["seen"] for _ in range(4)} == {"two"}


def test_servers_of_a_topic_take_turns(serve: Serve, client: Any) -> None:
    with serve("one"), serve("two"):
        assert [client.call({}, "echo", value={})["seen"] for _ in range(4)] == [
            "one",
            "two",
            "one",
            "two",
        ]


def test_fanout_reaches_every_server_once(serve: Serve, client: Any) -> None:
    with serve("one") as one, serve("two") as two:
        client.prepare(fanout=True).cast({}, "note", value="all")
        client.prepare(server="one").call({}, "echo", value={})
        assert one.asked.get(timeout=10) == "all"
        assert two.asked.get(timeout=10) == "all"
        assert one.asked.empty()


def test_casts_wait_for_the_server_to_start(serve: Serve, client: Any) -> None:
    for number in range(3):
        client.cast({}, "note", value=number)
    with serve() as endpoint:
        assert sorted(endpoint.asked.get(timeout=10) for _ in range(3)) == [0, 1, 2]


def test_a_full_queue_refuses(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bus_module, "BACKLOG_LIMIT", 1)
    client.cast({}, "note", value=1)
    with pytest.raises(oslo_messaging.MessageDeliveryFailure, match="nobody listens"):
        client.cast({}, "note", value=2)


def test_a_call_times_out_exactly_and_is_withdrawn(serve: Serve, client: Any) -> None:
    begin = time.monotonic()
    with pytest.raises(oslo_messaging.MessagingTimeout, match=r"'work' within 0\.2 seconds"):
        client.prepare(timeout=0.2).call({}, "note", value="late")
    assert 0.2 <= time.monotonic() - begin < 0.7
    with serve() as endpoint:
        client.call({}, "note", value="next")
        assert endpoint.asked.get(timeout=10) == "next"
        assert endpoint.asked.empty()


def test_a_heartbeat_starts_the_silence_anew(bus: RPCTransport, client: Any) -> None:
    adapter = bus._driver.listen(oslo_messaging.Target(topic=TOPIC, server="one"), 1, None)
    answers: list[str] = []
    begin = time.monotonic()
    monitored = client.prepare(timeout=20, call_monitor_timeout=1.0)
    caller = threading.Thread(target=lambda: answers.append(monitored.call({}, "block")))
    caller.start()
    (message,) = adapter._poll_style_listener.poll(10)
    assert message.client_timeout == 1.0
    while time.monotonic() - begin < 1.2:
        message.heartbeat()
        caller.join(0.1)
    message.reply("done")
    caller.join(10)
    assert answers == ["done"]


def test_a_monitored_call_without_a_heartbeat_ends_early(client: Any) -> None:
    begin = time.monotonic()
    with pytest.raises(oslo_messaging.MessagingTimeout):
        client.prepare(timeout=20, call_monitor_timeout=0.2).call({}, "block")
    assert time.monotonic() - begin < 5


def test_a_notification_reaches_one_listener_and_can_be_put_back(bus: RPCTransport) -> None:
    heard: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()

    class Listener:
        refused = False

        def info(
            self, context: Any, publisher: str, event: str, payload: Any, metadata: Any
        ) -> Any:
            heard.put((event, payload))
            if self.refused:
                return oslo_messaging.NotificationResult.HANDLED
            self.refused = True
            return oslo_messaging.NotificationResult.REQUEUE

    notifications = oslo_messaging.notify.notifier.msg_transport.NotificationTransport(bus._driver)
    notifier = oslo_messaging.Notifier(
        notifications, publisher_id="test", driver="messaging", topics=["alerts"]
    )
    notifier.info({}, "alert.raised", {"id": 1})
    listener = oslo_messaging.get_notification_listener(
        notifications, [oslo_messaging.Target(topic="alerts")], [Listener()], allow_requeue=True
    )
    listener.start()
    try:
        expected = ("alert.raised", {"id": 1})
        assert [heard.get(timeout=10), heard.get(timeout=10)] == [expected, expected]
    finally:
        listener.stop()
        listener.wait()
    assert heard.empty()


def test_listener_pools_are_refused(bus: RPCTransport) -> None:
    with pytest.raises(NotImplementedError, match="pools"):
        bus._driver.listen_for_notifications([], "pool", 1, None)


def test_poll_gathers_a_batch(bus: RPCTransport, client: Any) -> None:
    adapter = bus._driver.listen(oslo_messaging.Target(topic=TOPIC, server="one"), 2, None)
    listener = adapter._poll_style_listener
    for number in range(3):
        client.cast({}, "note", value=number)
    assert [m.message["args"]["value"] for m in listener.poll(1, 2, 1)] == [0, 1]
    begin = time.monotonic()
    assert [m.message["args"]["value"] for m in listener.poll(10, 2, 0.05)] == [2]
    assert time.monotonic() - begin < 5


def test_two_transports_of_one_url_meet(
    conf: cfg.ConfigOpts, url: str, serve: Serve, client: Any
) -> None:
    other = open_transport(conf, url)
    with serve(transport=other):
        assert client.call({}, "echo", value={})["seen"] == "one"
        other_client = oslo_messaging.get_rpc_client(other, oslo_messaging.Target(topic=TOPIC))
        assert other_client.call({}, "echo", value={})["seen"] == "one"
    other.cleanup()


def test_virtual_hosts_do_not_meet(conf: cfg.ConfigOpts, client: Any, serve: Serve) -> None:
    conf.set_override("transport_url", "inproc:///elsewhere")
    elsewhere = open_transport(conf)
    with serve(transport=elsewhere), pytest.raises(oslo_messaging.MessagingTimeout):
        client.prepare(timeout=0.1).call({}, "echo", value={})
    elsewhere.cleanup()


def test_cleanup_of_one_transport_leaves_the_others_alone(
    conf: cfg.ConfigOpts, url: str, serve: Serve, client: Any
) -> None:
    other = open_transport(conf, url)
    client.cast({}, "note", value="kept")
    other.cleanup()
    with serve() as endpoint:
        assert endpoint.asked.get(timeout=10) == "kept"
    with pytest.raises(oslo_messaging.MessageDeliveryFailure, match="cleaned up"):
        oslo_messaging.get_rpc_client(other, oslo_messaging.Target(topic=TOPIC)).cast({}, "note")


def test_a_bus_ends_with_its_last_transport(conf: cfg.ConfigOpts, url: str) -> None:
    first = open_transport(conf, url)
    client = oslo_messaging.get_rpc_client(first, oslo_messaging.Target(topic=TOPIC))
    client.cast({}, "note", value="lost")
    first.cleanup()
    second = open_transport(conf, url)
    assert second._driver._bus._queues == {}
    second.cleanup()
