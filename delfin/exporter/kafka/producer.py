"""The producer of this process: sends messages, and returns when the brokers have them."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from typing import Any

from confluent_kafka import KafkaError, KafkaException, Producer
from oslo_config import cfg
from oslo_log import log

from delfin.exporter.base_exporter import RejectedError

LOG = log.getLogger(__name__)

# Below the time that the forwarder waits for the whole call.
_LONGEST = 0.8
# More than that, so that librdkafka has given a message up before we do.
_AFTER = 1.0
_POLL = 0.1
# What the brokers say of the message itself: they will say it again.
_REFUSALS = frozenset({KafkaError.MSG_SIZE_TOO_LARGE, KafkaError.INVALID_MSG_SIZE})
_OPTIONS = {
    "ca_file": "ssl.ca.location",
    "certificate_file": "ssl.certificate.location",
    "key_file": "ssl.key.location",
    "key_password": "ssl.key.password",
    "sasl_username": "sasl.username",
    "sasl_password": "sasl.password",
}


def settings(conf: cfg.ConfigOpts) -> dict[str, Any]:
    """What librdkafka is told.

    Raises:
        ValueError: No broker is configured.
    """
    options = conf.kafka_exporter
    if not options.bootstrap_servers:
        raise ValueError("[kafka_exporter] bootstrap_servers is empty")
    wanted: dict[str, Any] = {
        "bootstrap.servers": ",".join(options.bootstrap_servers),
        "client.id": "delfin",
        "security.protocol": options.security_protocol,
        "compression.type": options.compression,
        "message.max.bytes": options.message_max_bytes,
        # All copies have it, and a message that is sent again is kept once and in its place.
        "acks": "all",
        "enable.idempotence": True,
        "linger.ms": 20,
        "message.timeout.ms": int(conf.exporters.timeout * _LONGEST * 1000),
    }
    wanted |= {told: options[name] for name, told in _OPTIONS.items() if options[name]}
    if options.security_protocol.startswith("sasl"):
        wanted["sasl.mechanism"] = options.sasl_mechanism
    return {**wanted, **options.properties}


class KafkaOutlet:
    """Sends to the brokers; made once for each user, over a producer that all of them share."""

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        self._shared = _shared(settings(conf))
        self._wait = conf.exporters.timeout * _LONGEST + _AFTER

    def send(self, topic: str, messages: Iterable[tuple[str, bytes]]) -> int:
        """Send (key, value) pairs in their order; how many the brokers have acknowledged: all.

        Raises:
            RejectedError: One is larger than the brokers accept.
            OSError: One was not delivered in time; those before it may have been.
        """
        return self._shared.send(topic, messages, self._wait)

    def close(self) -> None:
        self._shared.leave()


class _Delivery:
    """What became of the messages of one call; any thread that polls reports it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.waiting = 0
        self.error: KafkaError | None = None

    def count(self, change: int) -> None:
        with self._lock:
            self.waiting += change

    def report(self, error: KafkaError | None, _message: Any) -> None:
        with self._lock:
            self.waiting -= 1
            if self.error is None:
                self.error = error


class _SharedProducer:
    """A producer with those who use it; librdkafka lets several threads call it."""

    def __init__(self, told: dict[str, Any]) -> None:
        self._told = told
        self._lock = threading.Lock()
        self._producer: Producer | None = None
        self.users = 0

    def send(self, topic: str, messages: Iterable[tuple[str, bytes]], wait: float) -> int:
        producer = self._opened()
        delivery = _Delivery()
        deadline = time.monotonic() + wait
        count = 0
        try:
            for key, value in messages:
                self._queue(producer, topic, key, value, delivery, deadline)
                count += 1
        finally:
            # Also after an error: what is on its way must not come after a second try.
            while delivery.waiting and time.monotonic() < deadline:
                producer.poll(_POLL)
        self._judge(delivery)
        return count

    def _queue(
        self,
        producer: Producer,
        topic: str,
        key: str,
        value: bytes,
        delivery: _Delivery,
        deadline: float,
    ) -> None:
        while True:
            # Counted first: the report may come before 'produce' returns.
            delivery.count(1)
            try:
                producer.produce(topic, value, key, on_delivery=delivery.report)
            except BufferError:
                delivery.count(-1)
                if time.monotonic() >= deadline:
                    raise OSError("the queue to the brokers is full") from None
                producer.poll(_POLL)
            except KafkaException as error:
                delivery.count(-1)
                raise _translated(error.args[0]) from None
            else:
                producer.poll(0)
                return

    def _judge(self, delivery: _Delivery) -> None:
        if delivery.error is None and not delivery.waiting:
            return
        # One that has lost its place among the brokers never finds it again, and one that nobody
        # uses for a while would go on trying and filling its log.
        self._give_up()
        if delivery.error is not None:
            raise _translated(delivery.error)
        raise OSError(f"{delivery.waiting} messages were not acknowledged in time")

    def _opened(self) -> Producer:
        with self._lock:
            if self._producer is None:
                self._producer = Producer(self._told, logger=LOG.logger)
            return self._producer

    def _give_up(self) -> None:
        """The next message goes with another producer."""
        with self._lock:
            self._producer = None

    def leave(self) -> None:
        with _LOCK:
            self.users -= 1
            if not self.users:
                self._give_up()


_LOCK = threading.Lock()
_PRODUCERS: dict[str, _SharedProducer] = {}


def _shared(told: dict[str, Any]) -> _SharedProducer:
    """The producer of this process with these settings."""
    name = repr(sorted(told.items()))
    with _LOCK:
        shared = _PRODUCERS.get(name)
        if shared is None or not shared.users:
            shared = _PRODUCERS[name] = _SharedProducer(told)
        shared.users += 1
        return shared


def _translated(error: KafkaError) -> Exception:
    if error.code() in _REFUSALS:
        return RejectedError(f"Kafka: {error.str()}")
    return OSError(f"Kafka: {error.str()}")
