"""Lets messages in that are exactly what a server expects; others are refused and counted.

Whoever can write to the broker can send anything; a method that exists is not yet one to be
called from outside, nor a name in a message one to be trusted.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

import oslo_messaging
from oslo_messaging.rpc import dispatcher
from oslo_messaging.rpc.server import RPCServer
from oslo_messaging.transport import RPCTransport

# By argument name, what says whether its value is acceptable. All are needed, no other is taken.
Payload = Mapping[str, Callable[[object], bool]]


class AllowListDispatcher(dispatcher.RPCDispatcher):  # type: ignore[misc] # publishes no types
    """Calls the methods of one endpoint that are on the list, with payloads as the list says.

    A refused call is answered with `oslo_messaging.RPCDispatcherError`; a refused cast ends here.
    """

    def __init__(
        self, endpoint: object, allowed: Mapping[str, Payload], refuse: Callable[[str], None]
    ) -> None:
        """`refuse` is told why, in words that hold nothing of the message."""
        super().__init__([endpoint], None, dispatcher.ExplicitRPCAccessPolicy)
        self._allowed = allowed
        self._refuse = refuse

    def dispatch(self, incoming: Any) -> Any:
        why = self._objection(incoming.message)
        if not why:
            return super().dispatch(incoming)
        self._refuse(why)
        try:
            self._answer(why)
        except oslo_messaging.RPCDispatcherError as refusal:
            # As it is, the library would log a traceback for each.
            raise dispatcher.ExpectedException from refusal

    @staticmethod
    def _answer(why: str) -> NoReturn:
        raise oslo_messaging.RPCDispatcherError(why)

    def _objection(self, message: Mapping[str, Any]) -> str:
        """Why the message is refused; empty when it is welcome."""
        method, arguments = message.get("method"), message.get("args", {})
        if not isinstance(method, str) or method not in self._allowed:
            return "it asks for a method that is not on the list"
        payload = self._allowed[method]
        if not isinstance(arguments, dict) or arguments.keys() != payload.keys():
            return f"it does not have the arguments of {method}"
        wrong = [name for name, accepts in payload.items() if not accepts(arguments[name])]
        return f"{wrong[0]} is not acceptable for {method}" if wrong else ""


# Seconds after it was told to stop that a process waits for what is under way; its sessions are cut
# off after that.
_STOPS_WITHIN = 1.0


class AllowListServer:
    """A server of the topic behind the list. Starting waits for the broker, ending does not."""

    def __init__(
        self, transport: RPCTransport, target: oslo_messaging.Target, gate: AllowListDispatcher
    ) -> None:
        self._rpc = RPCServer(transport, target, gate)
        self._end = threading.Thread(target=self._finish, name=f"{target.topic}-end", daemon=True)
        self._waited_until = 0.0

    def start(self, threads: int) -> None:
        """So many messages are answered at once."""
        self._rpc.start(override_pool_size=threads)

    def stop(self) -> None:
        """Take no more, soon: the library waits for a listener that waits for the broker."""
        self._waited_until = time.monotonic() + _STOPS_WITHIN
        self._end.start()

    def wait(self) -> None:
        """A moment; neither an array that hangs nor a broker must hold the process up."""
        if self._end.ident is not None:
            self._end.join(max(0.0, self._waited_until - time.monotonic()))

    def _finish(self) -> None:
        self._rpc.stop()
        self._rpc.wait()
