"""Lets messages in that are exactly what a server expects; others are refused and counted.

Whoever can write to the broker can send anything; a method that exists is not yet one to be
called from outside, nor a name in a message one to be trusted.
"""

from __future__ import annotations

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


def allow_list_server(
    transport: RPCTransport, target: oslo_messaging.Target, gate: AllowListDispatcher
) -> RPCServer:
    """A server of the topic behind the list; not started yet."""
    return RPCServer(transport, target, gate)
