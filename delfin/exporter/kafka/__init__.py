"""Exporters to Kafka: performance data, alerts and resources over one producer a process."""
