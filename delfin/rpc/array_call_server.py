"""Answers calls on arrays that other processes make; what another process owns is passed on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import oslo_messaging
from oslo_log import log
from oslo_messaging.transport import RPCTransport

from delfin import exception
from delfin.rpc.allow_list import AllowListDispatcher, AllowListServer
from delfin.rpc.array_calls import TOPIC, ArrayCalls, Json, NoReplyError, is_request, told
from delfin.rpc.places import Places
from delfin.rpc.refusals import Refusals

LOG = log.getLogger(__name__)

_LONGEST_ID = 36

# Does what is asked at an array: storage id, name and arguments of the request.
Answer = Callable[[str, str, Json], Any]
# The name on the bus of another process that owns a storage; None: this one does, or nobody knows.
OtherOwner = Callable[[str], str | None]


class ArrayCallServer:
    """Takes calls from the topic, and those that are meant for this process.

    `server` names it on the bus, stable over restarts, since a broker keeps a queue for each
    name. Starting waits for the broker.
    """

    def __init__(
        self,
        transport: RPCTransport,
        server: str,
        answer: Answer,
        calls: ArrayCalls,
        *,
        threads: int,
        other_owner: OtherOwner = lambda _storage_id: None,
    ) -> None:
        """'calls' passes on what another process is to answer; 'threads' answer at once.

        No array may have more than half of the threads.
        """
        self._threads = threads
        self._refusals = Refusals(f"the topic {TOPIC}")
        endpoint = _Endpoint(answer, calls, other_owner, max(1, threads // 2))
        payload = {
            "storage_id": lambda value: isinstance(value, str) and len(value) <= _LONGEST_ID,
            "request": is_request,
            "here": lambda value: isinstance(value, bool),
        }
        self._rpc = AllowListServer(
            transport,
            oslo_messaging.Target(topic=TOPIC, server=server),
            AllowListDispatcher(endpoint, {"ask": payload}, self._refusals.add),
        )

    @property
    def refused(self) -> int:
        """How many messages were not calls of ours."""
        return self._refusals.count

    def start(self) -> None:
        self._rpc.start(self._threads)

    def stop(self) -> None:
        self._rpc.stop()

    def wait(self) -> None:
        self._rpc.wait()


class _Endpoint:
    """What may be asked over the bus: `ask`."""

    def __init__(
        self, answer: Answer, calls: ArrayCalls, other_owner: OtherOwner, most: int
    ) -> None:
        self._answer = answer
        self._calls = calls
        self._other_owner = other_owner
        self._places = Places(most)

    @oslo_messaging.expose  # type: ignore[untyped-decorator] # publishes no types
    def ask(self, _context: Json, storage_id: str, request: Json, here: bool) -> Json:
        owner = None if here else self._other_owner(storage_id)
        try:
            if owner is not None:
                try:
                    return self._calls.forward(owner, storage_id, request)
                except NoReplyError as error:
                    # The leases of sessions see to it that the array has no second one all the same.
                    LOG.info("storage %s: its owner %s is silent: %s", storage_id, owner, error)
            with self._places.one_of(storage_id):
                return {"result": self._answer(storage_id, request["name"], request["arguments"])}
        except Exception as error:  # noqa: BLE001 - drivers raise anything; the caller is told
            if not isinstance(error, exception.DelfinException):
                LOG.exception("storage %s: %s failed", storage_id, request["name"])
            return told(error)
