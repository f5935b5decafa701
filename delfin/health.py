"""Liveness and readiness of a process, as a small WSGI application in front of another.

/healthz answers as long as the process answers anything; /readyz names each
dependency that is missing. Both read what a thread found out: a dependency
that hangs delays no answer.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from oslo_log import log

LOG = log.getLogger(__name__)

# A dependency's problem in words, or None when it serves.
Check = Callable[[], str | None]

LIVE, READY = "/healthz", "/readyz"
_INTERVAL = 2.0
# A check that has not come back for so long is a problem of its own.
_STALE = 15.0


class Health:
    """Runs each check in a thread of its own, again and again."""

    def __init__(self, checks: Mapping[str, Check], interval: float = _INTERVAL) -> None:
        self._checks = checks
        self._interval = interval
        self._stopping = threading.Event()
        self._found: dict[str, tuple[float, str | None]] = {}

    def start(self) -> None:
        for name, check in self._checks.items():
            thread = threading.Thread(
                target=self._watch, args=(name, check), name=f"health-{name}", daemon=True
            )
            thread.start()

    def stop(self) -> None:
        self._stopping.set()

    def wait(self) -> None:
        """The threads are daemons: one may hang in its dependency."""

    def missing(self) -> dict[str, str]:
        """The dependencies that do not serve, and why."""
        now = time.monotonic()
        problems = {}
        for name in self._checks:
            at, problem = self._found.get(name, (None, "not looked at yet"))
            if at is not None and now - at > _STALE:
                problem = f"no answer for {now - at:.0f} s"
            if problem is not None:
                problems[name] = problem
        return problems

    def _watch(self, name: str, check: Check) -> None:
        while not self._stopping.is_set():
            try:
                problem = check()
            except Exception as error:  # noqa: BLE001 - whatever it raises is what is to be told
                LOG.debug("health check of %s failed", name, exc_info=True)
                problem = type(error).__name__
            before = self._found.get(name)
            self._found[name] = (time.monotonic(), problem)
            if before is None or before[1] != problem:
                LOG.info("%s: %s", name, problem or "serves")
            self._stopping.wait(self._interval)


class HealthApp:
    """Answers for the health of the process, and hands every other path on."""

    def __init__(self, health: Health, inner: Callable[..., Iterable[bytes]] | None = None) -> None:
        self._health = health
        self._inner = inner

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO")
        if path == LIVE:
            return _answer(start_response, "200 OK", {"alive": True})
        if path == READY:
            missing = self._health.missing()
            status = "503 Service Unavailable" if missing else "200 OK"
            return _answer(start_response, status, {"ready": not missing, "missing": missing})
        if self._inner is not None:
            return self._inner(environ, start_response)
        return _answer(start_response, "404 Not Found", {"error_code": "NotFound"})


def _answer(start_response: Any, status: str, document: Any) -> Iterable[bytes]:
    body = json.dumps(document).encode()
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    start_response(status, headers)
    return [body]
