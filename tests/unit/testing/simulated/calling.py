"""Plain requests to a simulated array and to its control port, without any driver."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import requests

from delfin.testing.simulated.array import SimulatedArray


def ask(
    array: SimulatedArray,
    path: str,
    *,
    method: str = "GET",
    body: Any = None,
    token: str = "",
    timeout: float = 5,
) -> requests.Response:
    """One HTTPS request, the certificate verified."""
    return requests.request(
        method,
        f"https://127.0.0.1:{array.port}{path}",
        json=body,
        headers={"X-Auth-Token": token} if token else {},
        verify=str(array.certificate_path),
        timeout=timeout,
    )


def command(
    array: SimulatedArray, path: str, *, method: str = "GET", body: Any = None
) -> requests.Response:
    """One request to the control port."""
    url = f"http://127.0.0.1:{array.control_port}{path}"
    return requests.request(method, url, json=body, timeout=5)


def wait_for(condition: Callable[[], bool]) -> None:
    """Until the condition holds; the deadline is only there to fail."""
    tick = threading.Event()
    for _ in range(500):
        if condition():
            return
        tick.wait(0.01)
    raise AssertionError("it never happened")
