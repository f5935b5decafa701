"""The same call again and again in a few threads, as fast as it goes; also as HTTP requests."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from http.client import HTTPConnection

Call = Callable[[], object]


def rate(threads: int, seconds: float, opened: Callable[[], AbstractContextManager[Call]]) -> float:
    """Calls a second of all threads together; each thread opens a call of its own beforehand."""
    done = [0] * threads
    failed: list[BaseException] = []
    ready = threading.Barrier(threads + 1)
    over = threading.Event()

    def repeat(place: int) -> None:
        try:
            with opened() as call:
                call()
                ready.wait()
                while not over.is_set():
                    call()
                    done[place] += 1
        except BaseException as error:  # noqa: BLE001 - the caller raises it
            failed.append(error)
            ready.abort()

    workers = [threading.Thread(target=repeat, args=(place,)) for place in range(threads)]
    for worker in workers:
        worker.start()
    try:
        ready.wait()
        start = time.perf_counter()
        over.wait(seconds)
    except threading.BrokenBarrierError:
        start = time.perf_counter()
    over.set()
    for worker in workers:
        worker.join()
    if failed:
        raise failed[0]
    # A call that ends after the bell has run within this time too.
    return sum(done) / (time.perf_counter() - start)


def rate_over_http(port: int, path: str, rows: int, threads: int, seconds: float) -> float:
    """Requests a second on loopback; each thread has one connection that it keeps."""

    @contextmanager
    def opened() -> Iterator[Call]:
        with closing(HTTPConnection("127.0.0.1", port)) as connection:
            yield lambda: get(connection, path, rows)

    return rate(threads, seconds, opened)


def get(connection: HTTPConnection, path: str, rows: int) -> None:
    """Ask for a page and read it to its end.

    Raises:
        RuntimeError: It is not a page of so many rows.
    """
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    found = body.count(b'"id":')
    if answer.status != 200 or found != rows:
        raise RuntimeError(f"{path}: status {answer.status}, {found} rows: {body[:200]!r}")
