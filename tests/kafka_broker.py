"""A Kafka broker in a process of its own: librdkafka's mock cluster, over TCP, in memory.

It has no own way to be away; a stopped process is away as a broker on a dead machine is.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from confluent_kafka import OFFSET_BEGINNING, Consumer, Producer, TopicPartition

# Of a topic that is made by itself.
_PARTITIONS = 4


class Broker:
    """Where it listens, and what was sent to it."""

    def __init__(self, process: subprocess.Popen[str], address: str) -> None:
        self._process = process
        self.address = address

    def go_away(self) -> None:
        """Connections stay open, and nothing answers."""
        os.kill(self._process.pid, signal.SIGSTOP)

    def come_back(self) -> None:
        os.kill(self._process.pid, signal.SIGCONT)

    def messages(self, topic: str, count: int, longest: float = 20.0) -> list[Message]:
        """At least so many messages of a topic, those of a partition in their order."""
        consumer = Consumer(
            {"bootstrap.servers": self.address, "group.id": "tests", "enable.auto.commit": False}
        )
        try:
            consumer.assign(
                [TopicPartition(topic, n, OFFSET_BEGINNING) for n in range(_PARTITIONS)]
            )
            found: list[Message] = []
            deadline = time.monotonic() + longest
            while len(found) < count and time.monotonic() < deadline:
                found += [Message(one) for one in consumer.consume(1000, 0.2) if not one.error()]
            # What is there too much shall be seen as well.
            found += [Message(one) for one in consumer.consume(1000, 0.3) if not one.error()]
        finally:
            consumer.close()
        assert len(found) >= count, f"{len(found)} messages of {count}"
        return found


class Message:
    """A record as a consumer of the topic sees it."""

    def __init__(self, record: Any) -> None:
        self.key = record.key().decode()
        self.partition: int = record.partition()
        self.size = len(record.value())
        self.content: dict[str, Any] = json.loads(record.value())


@contextmanager
def running() -> Iterator[Broker]:
    """A broker until the end of the block."""
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", __file__], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        yield Broker(process, process.stdout.readline().strip())
    finally:
        process.kill()
        process.stdout.close()
        process.wait()


def serve() -> None:
    """Tell the address, and go on until killed."""
    holder = Producer({"test.mock.num.brokers": 1, "bootstrap.servers": "none:1"})
    (broker,) = holder.list_topics(timeout=10).brokers.values()
    sys.stdout.write(f"{broker.host}:{broker.port}\n")
    sys.stdout.flush()
    while True:
        holder.poll(1.0)


if __name__ == "__main__":
    serve()
