"""Calls on arrays from other processes: whoever asks, the process that owns the array answers.

What travels is plain data, never a secret in clear; an error is its code and its text.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import oslo_messaging
from oslo_log import log
from oslo_messaging.transport import RPCTransport

from delfin import exception
from delfin.rpc.places import Places

LOG = log.getLogger(__name__)

TOPIC = "arrays"
# Calls of one process that wait for an answer; more would only wait behind them.
_MOST_AT_ONCE = 64
# A process that has taken a call from the queue may have died with it.
_TRIES = 2
_LONGEST_TEXT = 4096
_MOST_TARGETS = 64

Json = dict[str, Any]


def _is_text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= _LONGEST_TEXT


def _are_targets(value: object) -> bool:
    return (
        isinstance(value, list)
        and 0 < len(value) <= _MOST_TARGETS
        and all(isinstance(one, dict) and one.keys() == {"host", "port"} for one in value)
        and all(_is_text(one["host"]) and isinstance(one["port"], int) for one in value)
    )


def _is_config(value: object) -> bool:
    """Where 'community_string' is sealed."""
    names = {"version", "community_string", "username"}
    return isinstance(value, dict) and value.keys() <= names and all(map(_is_text, value.values()))


_TRAPS = {"config": _is_config, "targets": _are_targets}
# What may be asked, and what says of each argument whether it is acceptable.
REQUESTS: Mapping[str, Mapping[str, Callable[[object], bool]]] = {
    "list_alerts": {},
    "clear_alert": {"sequence_number": _is_text},
    "add_trap_config": _TRAPS,
    "remove_trap_config": _TRAPS,
}


def is_request(value: object) -> bool:
    """Whether it is a name of REQUESTS with its arguments, and nothing else."""
    if not isinstance(value, dict) or value.keys() != {"name", "arguments"}:
        return False
    name, arguments = value["name"], value["arguments"]
    if not isinstance(name, str) or name not in REQUESTS or not isinstance(arguments, dict):
        return False
    accepts = REQUESTS[name]
    return arguments.keys() == accepts.keys() and all(
        accept(arguments[argument]) for argument, accept in accepts.items()
    )


class NoReplyError(Exception):
    """Nobody has answered: the bus is away, or whoever has the call is silent."""


class ArrayCalls:
    """Asks the task processes; each call ends within its deadline, whatever the bus does."""

    def __init__(
        self,
        transport: RPCTransport,
        *,
        deadline: float,
        silence: int,
        most_of_one: int = 4,
        problem: Callable[[], str | None] = lambda: None,
    ) -> None:
        """Make the caller of one process.

        Args:
            transport: The bus.
            deadline: Seconds that a call may take.
            silence: Seconds, 2 or more, without a sign of life from whoever has the call.
            most_of_one: Calls that may wait for the same array.
            problem: Says why the bus cannot be used, if it cannot.
        """
        self._client = oslo_messaging.get_rpc_client(
            transport, oslo_messaging.Target(topic=TOPIC), retry=0
        )
        self._deadline = deadline
        self._silence = silence
        self._problem = problem
        self._places = threading.BoundedSemaphore(_MOST_AT_ONCE)
        self._of_arrays = Places(most_of_one)

    def ask(self, storage_id: str, name: str, **arguments: Any) -> Any:
        """Have something done at an array, and get what came of it.

        Args:
            storage_id: The array.
            name: One of REQUESTS.
            arguments: Those that it has there.

        Raises:
            exception.TaskServiceUnavailable: No task process has answered; it may be done or not.
            exception.ArraySessionsInUse: Too many wait for the array already.
            exception.DriverCallTimeout: One is at it, and the array takes too long.
            exception.DelfinException: What the array or its driver said.
        """
        with self._of_arrays.one_of(storage_id):
            return self._asked(storage_id, {"name": name, "arguments": arguments})

    def _asked(self, storage_id: str, request: Json) -> Any:
        ends_at, name = time.monotonic() + self._deadline, request["name"]
        for _ in range(_TRIES):
            left = ends_at - time.monotonic()
            if left <= 0:
                break
            try:
                return _opened(self._reply(None, storage_id, request, left))
            except BusAwayError as error:
                LOG.warning("storage %s: %s cannot be asked for: %s", storage_id, name, error)
                break
            except NoReplyError as error:
                LOG.info("storage %s: nobody answers %s: %s", storage_id, name, error)
        raise exception.TaskServiceUnavailable(storage_id)

    def forward(self, server: str, storage_id: str, request: Json) -> Json:
        """What that process answers.

        Raises:
            NoReplyError: Nothing.
            exception.DriverCallTimeout: It is at it, and the array takes too long.
        """
        return self._reply(server, storage_id, request, self._deadline)

    def _reply(self, server: str | None, storage_id: str, request: Json, longest: float) -> Json:
        ends_at = time.monotonic() + longest
        if problem := self._problem():
            raise BusAwayError(f"the message bus {problem}")
        if not self._places.acquire(blocking=False):
            raise BusAwayError(f"{_MOST_AT_ONCE} calls wait already")
        answers: queue.SimpleQueue[Json | Exception] = queue.SimpleQueue()

        def call() -> None:
            try:
                prepared = self._client.prepare(
                    **({} if server is None else {"server": server}),
                    timeout=longest,
                    call_monitor_timeout=self._silence,
                )
                here = server is not None
                answers.put(
                    prepared.call({}, "ask", storage_id=storage_id, request=request, here=here)
                )
            except Exception as error:  # noqa: BLE001 - whatever the bus raises, there is no answer
                answers.put(error)
            finally:
                self._places.release()

        # The library may hang in the connection of a dead broker, whatever its timeout.
        threading.Thread(target=call, name="array-call", daemon=True).start()
        try:
            reply = answers.get(timeout=longest + 1)
        except queue.Empty:
            raise BusAwayError("the bus hangs") from None
        if isinstance(reply, Exception):
            if longest > self._silence and time.monotonic() >= ends_at:
                # Whoever has it gave signs of life to the end.
                raise exception.DriverCallTimeout(request["name"], f"{self._deadline:g}")
            raise NoReplyError(type(reply).__name__)
        return reply


class BusAwayError(NoReplyError):
    """Asking again would meet the same."""


def told(error: Exception) -> Json:
    """An error as it goes over the bus; what a bug says may hold anything, so not that."""
    if not isinstance(error, exception.DelfinException):
        text = f"{type(error).__name__} in the driver or in delfin; the log tells more."
        return {"error": {"code": "DelfinException", "text": text, "arguments": []}}
    arguments = [str(argument) for argument in error.error_args]
    return {"error": {"code": error.error_code, "text": error.msg, "arguments": arguments}}


def _opened(reply: Json) -> Any:
    """The result, or the error raised here."""
    error = reply.get("error")
    if error is None:
        return reply.get("result")
    found = getattr(exception, str(error["code"]), None)
    if not (isinstance(found, type) and issubclass(found, exception.DelfinException)):
        found = exception.DelfinException
    raise found(*error["arguments"], message=error["text"])
