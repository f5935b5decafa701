"""delfin-api: the REST API, for any number of nodes."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Sequence

from delfin.service import select_backend

select_backend()

from oslo_config import cfg  # noqa: E402 - the back end must be chosen before anything else

from delfin.api.server import ApiService, open_socket  # noqa: E402 - likewise
from delfin.cmd import daemon  # noqa: E402 - likewise
from delfin.cmd.parts import make_parts  # noqa: E402 - likewise
from delfin.cmd.rest import application  # noqa: E402 - likewise
from delfin.coordination.cluster import make_eviction  # noqa: E402 - likewise
from delfin.coordination.locks import Coordinator  # noqa: E402 - likewise
from delfin.drivers.session.limits import Tier  # noqa: E402 - likewise
from delfin.health import Health  # noqa: E402 - likewise
from delfin.process.systemd import Systemd  # noqa: E402 - likewise
from delfin.service import Service  # noqa: E402 - likewise

NAME = "delfin-api"


def main() -> int:
    try:
        conf = daemon.configure(cfg.CONF, sys.argv[1:])
        # Opened here, the workers share it, and a reload refuses nobody.
        listening = open_socket(conf.delfin_listen, conf.delfin_listen_port)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"{NAME}: {error}\n")
        return 1

    @contextlib.contextmanager
    def build(systemd: Systemd) -> Iterator[Sequence[Service]]:
        with make_parts(conf, tier=Tier.API) as parts, daemon.placed(conf, NAME) as number:
            locks = Coordinator(conf)
            eviction = make_eviction(conf, parts.transport, parts.knows)
            locks.start()
            parts.arrays.sessions.join(eviction)
            health = Health(daemon.checks(parts))

            def facts() -> dict[str, int]:
                return parts.facts(refused_messages=eviction.refused)

            rest = application(parts, locks, eviction)
            app = daemon.answering(parts, NAME, health, facts, rest)

            yield [
                *daemon.cared_for(parts, systemd, NAME, number, facts),
                eviction,
                health,
                ApiService(conf, app, listening),
            ]
            locks.stop()

    return daemon.launch(conf, build, conf.delfin_workers)
