"""oslo.messaging driver `inproc://`: the message bus of a single process, without a broker.

Services in one process talk as they would through RabbitMQ: each message is copied as JSON, and
receivers sleep on a condition. `inproc:///name` is a bus of its own.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterable
from typing import Any
from weakref import WeakSet, WeakValueDictionary

import oslo_messaging
from oslo_config import cfg
from oslo_messaging._drivers import base, common
from oslo_serialization import jsonutils

from delfin.rpc.bus import Address, BacklogFullError, Bus, Envelope

# A bus lives as long as a transport uses it.
_BUSES: WeakValueDictionary[str, Bus] = WeakValueDictionary()
_BUSES_LOCK = threading.Lock()


class _Call:
    """What a caller waits on: heartbeats, and one reply."""

    def __init__(self, silence: float | None) -> None:
        self.silence = silence
        self._answers: queue.SimpleQueue[str | None] = queue.SimpleQueue()

    def beat(self) -> None:
        self._answers.put(None)

    def answer(self, body: str) -> None:
        self._answers.put(body)

    def wait(self, timeout: float | None) -> dict[str, Any] | None:
        """The reply, or None after `timeout` seconds or `silence` seconds without a heartbeat."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while True:
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            waits = [seconds for seconds in (left, self.silence) if seconds is not None]
            try:
                body = self._answers.get(timeout=min(waits, default=None))
            except queue.Empty:
                return None
            if body is not None:
                reply: dict[str, Any] = jsonutils.loads(body)
                return reply


class InprocMessage(base.RpcIncomingMessage):  # type: ignore[misc] # publishes no types
    """A received message. A reply to a cast, or to a caller that has given up, is dropped."""

    def __init__(self, bus: Bus, envelope: Envelope) -> None:
        content = jsonutils.loads(envelope.body)
        super().__init__(content["context"], content["message"])
        self._bus = bus
        self._envelope = envelope
        self._call: _Call | None = envelope.reply_to
        self.client_timeout = self._call.silence if self._call else None

    def reply(self, reply: Any = None, failure: Any = None) -> None:
        """Answers the caller with a value or with `failure`, a tuple as of sys.exc_info()."""
        if self._call is None:
            return
        remote = common.serialize_remote_exception(failure) if failure else None
        self._call.answer(jsonutils.dumps({"result": reply, "failure": remote}))

    def requeue(self) -> None:
        self._bus.requeue(self._envelope)

    def heartbeat(self) -> None:
        if self._call is not None:
            self._call.beat()


class InprocListener(base.PollStyleListener):  # type: ignore[misc] # publishes no types
    """Takes messages from the mailbox that it has at one or more addresses."""

    def __init__(self, bus: Bus, addresses: Iterable[Address]) -> None:
        super().__init__()
        self._bus = bus
        self._mailbox = bus.subscribe(addresses)

    def poll(
        self,
        timeout: float | None = None,
        batch_size: int = 1,
        batch_timeout: float | None = None,
    ) -> list[InprocMessage]:
        """Up to `batch_size` messages: the first within `timeout` seconds, the rest within
        `batch_timeout` seconds of it. Fewer, or none, once stopped.
        """
        messages: list[InprocMessage] = []
        deadline: float | None = None
        while len(messages) < batch_size:
            wait = timeout if deadline is None else max(0.0, deadline - time.monotonic())
            envelope = self._mailbox.take(wait)
            if envelope is None:
                break
            messages.append(InprocMessage(self._bus, envelope))
            if deadline is None and batch_timeout is not None:
                deadline = time.monotonic() + batch_timeout
        return messages

    def stop(self) -> None:
        """Ends `poll`; messages not taken go to the other listeners, or wait for the next one."""
        self._bus.unsubscribe(self._mailbox)

    def cleanup(self) -> None:
        self.stop()


class InprocDriver(base.BaseDriver):  # type: ignore[misc] # publishes no types
    """Transport driver of entry point `inproc`, made by oslo.messaging from the URL."""

    def __init__(
        self,
        conf: cfg.ConfigOpts,
        url: oslo_messaging.TransportURL,
        default_exchange: str | None = None,
        allowed_remote_exmods: list[str] | None = None,
    ) -> None:
        super().__init__(conf, url, default_exchange, allowed_remote_exmods)
        name = ",".join(host.hostname or "" for host in url.hosts) + f"/{url.virtual_host or ''}"
        with _BUSES_LOCK:
            self._bus: Bus | None = _BUSES.setdefault(name, Bus())
        self._listeners: WeakSet[InprocListener] = WeakSet()

    def require_features(self, requeue: bool = False) -> None:
        """All features are there: `requeue` puts a notification back."""

    def send(
        self,
        target: oslo_messaging.Target,
        ctxt: dict[str, Any],
        message: dict[str, Any],
        wait_for_reply: bool | None = None,
        timeout: float | None = None,
        call_monitor_timeout: float | None = None,
        retry: int | None = None,
        transport_options: Any = None,
    ) -> Any:
        """Hands the message over; with `wait_for_reply` returns the answer or raises its error.

        Times are in seconds. Raises MessagingTimeout, and MessageDeliveryFailure when the queue
        of an address without a listener is full or the transport was cleaned up. There is
        nothing to try again, so `retry` has no effect.
        """
        del retry, transport_options
        body = jsonutils.dumps({"context": ctxt, "message": message})
        address = self._address(target.exchange, target.topic, target.server)
        if target.fanout:
            self._open_bus().broadcast(address._replace(server=None), body)
            return None
        if not wait_for_reply:
            self._post(address, body)
            return None
        call = _Call(call_monitor_timeout)
        envelope = self._post(address, body, call)
        reply = call.wait(timeout)
        if reply is None:
            self._open_bus().withdraw(envelope)
            raise oslo_messaging.MessagingTimeout(
                f"no reply from {target.topic!r} within {timeout} seconds"
            )
        if reply["failure"]:
            raise common.deserialize_remote_exception(reply["failure"], self._allowed_remote_exmods)
        return reply["result"]

    def send_notification(
        self,
        target: oslo_messaging.Target,
        ctxt: dict[str, Any],
        message: dict[str, Any],
        version: float,
        retry: int | None = None,
    ) -> None:
        """Hands a notification to one listener of the topic, or keeps it for the first one."""
        del version, retry
        body = jsonutils.dumps({"context": ctxt, "message": message})
        self._post(self._address(target.exchange, target.topic), body)

    def listen(
        self,
        target: oslo_messaging.Target,
        batch_size: int,
        batch_timeout: float | None,
    ) -> base.PollStyleListenerAdapter:
        """Listener of one RPC server: its own address and its share of the topic."""
        topic = self._address(target.exchange, target.topic)
        return self._listener(
            [topic._replace(server=target.server), topic], batch_size, batch_timeout
        )

    def listen_for_notifications(
        self,
        targets_and_priorities: Iterable[tuple[oslo_messaging.Target, str]],
        pool: str | None,
        batch_size: int,
        batch_timeout: float | None,
    ) -> base.PollStyleListenerAdapter:
        """Listener of the topics `<topic>.<priority>`. Raises NotImplementedError for a pool."""
        if pool:
            raise NotImplementedError("inproc:// has no listener pools")
        addresses = [
            self._address(target.exchange, f"{target.topic}.{priority}")
            for target, priority in targets_and_priorities
        ]
        return self._listener(addresses, batch_size, batch_timeout)

    def cleanup(self) -> None:
        """Ends this transport: its listeners stop; others on the same bus are not touched."""
        for listener in list(self._listeners):
            listener.stop()
        self._bus = None

    def _listener(
        self, addresses: list[Address], batch_size: int, batch_timeout: float | None
    ) -> base.PollStyleListenerAdapter:
        listener = InprocListener(self._open_bus(), addresses)
        self._listeners.add(listener)
        return base.PollStyleListenerAdapter(listener, batch_size, batch_timeout)

    def _post(self, address: Address, body: str, call: _Call | None = None) -> Envelope:
        try:
            return self._open_bus().send(address, body, call)
        except BacklogFullError as error:
            raise oslo_messaging.MessageDeliveryFailure(str(error)) from error

    def _open_bus(self) -> Bus:
        if self._bus is None:
            raise oslo_messaging.MessageDeliveryFailure("the transport was cleaned up")
        return self._bus

    def _address(self, exchange: str | None, topic: str, server: str | None = None) -> Address:
        return Address(exchange or self._default_exchange or "", topic, server)
