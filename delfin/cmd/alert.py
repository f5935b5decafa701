"""delfin-alert: hears what arrays have to say, on any number of nodes."""

from __future__ import annotations

import contextlib
import socket
import sys
from collections.abc import Callable, Iterator, Sequence

from delfin.service import select_backend

select_backend()

from oslo_config import cfg  # noqa: E402 - the back end must be chosen before anything else

from delfin.alert_manager import receiver  # noqa: E402 - likewise
from delfin.alert_manager.service import AlertService  # noqa: E402 - likewise
from delfin.api.server import ApiService, open_socket  # noqa: E402 - likewise
from delfin.cmd import daemon  # noqa: E402 - likewise
from delfin.cmd.parts import Parts, make_parts  # noqa: E402 - likewise
from delfin.cmd.traps import trap_parts  # noqa: E402 - likewise
from delfin.coordination.cluster import Cluster  # noqa: E402 - likewise
from delfin.health import Health  # noqa: E402 - likewise
from delfin.process.systemd import Systemd  # noqa: E402 - likewise
from delfin.rpc.doorbell import DoorbellServer  # noqa: E402 - likewise
from delfin.service import Service  # noqa: E402 - likewise

NAME = "delfin-alert"


def main(further: Callable[[Parts], Sequence[Service]] = lambda _parts: ()) -> int:
    """'further' gives more parts of the alert service, in the worker that runs them."""
    try:
        conf = daemon.configure(cfg.CONF, sys.argv[1:])
        # Said here once, instead of by each worker again and again.
        receiver.open_socket(conf.trap_receiver_address, conf.trap_receiver_port, 0).close()
        listening = open_socket(conf.alert_listen, conf.alert_listen_port)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"{NAME}: {error}\n")
        return 1

    @contextlib.contextmanager
    def build(systemd: Systemd) -> Iterator[Sequence[Service]]:
        with make_parts(conf) as parts, daemon.placed(conf, NAME) as number:
            cluster = Cluster.of(conf, parts.transport, NAME, known=parts.knows)
            cluster.eviction.subscribe(parts.arrays.sessions)
            health = Health(daemon.checks(parts))

            traps = trap_parts(parts, str(number))
            bell = DoorbellServer(parts.transport, socket.gethostname())
            bell.add_listener(traps.ring)

            def facts() -> dict[str, int]:
                refused = cluster.eviction.refused + bell.refused
                return parts.facts(refused_messages=refused)

            yield [
                *daemon.cared_for(parts, systemd, NAME, number, facts),
                cluster,
                health,
                ApiService(conf, daemon.answering(parts, NAME, health, facts), listening),
                AlertService([*traps.services, *further(parts)]),
                daemon.Soon(bell),
            ]
            parts.arrays.sessions.close()

    return daemon.launch(conf, build, conf.alert_workers)
