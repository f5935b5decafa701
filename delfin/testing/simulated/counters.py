"""What a simulated array counts about its callers."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager


class Counters:
    """Requests so far, by endpoint word, and how many were answered at the same time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.requests = 0
        self.concurrent = 0
        self.max_concurrent = 0
        self.connections = 0
        self.by_endpoint: Counter[str] = Counter()

    @contextmanager
    def request(self, endpoint: str) -> Iterator[None]:
        """Counts one request for as long as the block runs."""
        with self._lock:
            self.requests += 1
            self.by_endpoint[endpoint] += 1
            self.concurrent += 1
            self.max_concurrent = max(self.max_concurrent, self.concurrent)
        try:
            yield
        finally:
            with self._lock:
                self.concurrent -= 1

    def connection(self) -> None:
        with self._lock:
            self.connections += 1

    def reset(self) -> None:
        """Starts again from nothing; the requests being answered now still count as such."""
        with self._lock:
            self.requests = 0
            self.connections = 0
            self.max_concurrent = self.concurrent
            self.by_endpoint.clear()

    def read(self) -> dict[str, object]:
        with self._lock:
            return {
                "requests": self.requests,
                "connections": self.connections,
                "concurrent_requests": self.concurrent,
                "max_concurrent_requests": self.max_concurrent,
                "by_endpoint": dict(self.by_endpoint),
            }
