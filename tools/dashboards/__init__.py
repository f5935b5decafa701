"""Writes the Grafana dashboards in etc/grafana from what `content` declares."""
