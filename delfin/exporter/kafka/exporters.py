"""The exporters: what goes to which topic, keyed by the storage so that its order is kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from oslo_config import cfg

from delfin.exporter.base_exporter import BaseExporter, PerformanceExporter
from delfin.exporter.kafka import messages
from delfin.exporter.kafka.producer import KafkaOutlet
from delfin.telemetry.samples import Batch


class KafkaPerformanceExporter(PerformanceExporter):
    """Samples, some thousands in a message."""

    def __init__(self, outlet: KafkaOutlet, topic: str, limit: int) -> None:
        """'limit' is the most bytes of a message."""
        self._outlet = outlet
        self._topic = topic
        self._limit = limit

    @classmethod
    def of(cls, conf: cfg.ConfigOpts) -> KafkaPerformanceExporter:
        options = conf.kafka_exporter
        return cls(KafkaOutlet(conf), options.performance_topic, options.message_max_bytes)

    def export(self, batches: Sequence[Batch]) -> None:
        self._outlet.send(self._topic, self._messages(batches))

    def _messages(self, batches: Sequence[Batch]) -> Iterator[tuple[str, bytes]]:
        for batch in batches:
            for message in messages.performance(batch, self._limit):
                yield batch.source.storage_id, message

    def close(self) -> None:
        self._outlet.close()


class KafkaAlertExporter(BaseExporter):
    """Alerts, a message for each change."""

    wants_acknowledgements = True

    def __init__(self, outlet: KafkaOutlet, topic: str) -> None:
        self._outlet = outlet
        self._topic = topic

    @classmethod
    def of(cls, conf: cfg.ConfigOpts) -> KafkaAlertExporter:
        return cls(KafkaOutlet(conf), conf.kafka_exporter.alert_topic)

    def dispatch(self, ctxt: Any, data: list[dict[str, Any]]) -> None:  # noqa: ARG002 - the SDK's form
        self._outlet.send(
            self._topic,
            (
                (alert.get("storage_id") or messages.ITSELF, messages.event("alert", alert))
                for alert in data
            ),
        )

    def close(self) -> None:
        self._outlet.close()


class KafkaResourceExporter(BaseExporter):
    """What is added, changed and removed in the inventory, a message for each row."""

    def __init__(self, outlet: KafkaOutlet, topic: str) -> None:
        self._outlet = outlet
        self._topic = topic

    @classmethod
    def of(cls, conf: cfg.ConfigOpts) -> KafkaResourceExporter:
        return cls(KafkaOutlet(conf), conf.kafka_exporter.resource_topic)

    def dispatch(self, ctxt: Any, data: list[dict[str, Any]]) -> None:  # noqa: ARG002 - the SDK's form
        self._outlet.send(
            self._topic,
            ((change["storage_id"], messages.event("resource", change)) for change in data),
        )

    def close(self) -> None:
        self._outlet.close()
