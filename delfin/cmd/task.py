"""delfin-task: runs jobs against arrays, for any number of nodes."""

from __future__ import annotations

import contextlib
import socket
import sys
from collections.abc import Iterator, Sequence

from delfin.service import select_backend

select_backend()

from oslo_config import cfg  # noqa: E402 - the back end must be chosen before anything else

from delfin.api.server import ApiService, open_socket  # noqa: E402 - likewise
from delfin.cmd import daemon  # noqa: E402 - likewise
from delfin.cmd.calls import array_call_server  # noqa: E402 - likewise
from delfin.cmd.parts import make_parts  # noqa: E402 - likewise
from delfin.coordination.accounts import Accounts  # noqa: E402 - likewise
from delfin.coordination.cluster import Cluster  # noqa: E402 - likewise
from delfin.health import Health  # noqa: E402 - likewise
from delfin.process.place import bus_name  # noqa: E402 - likewise
from delfin.process.systemd import Systemd  # noqa: E402 - likewise
from delfin.rpc.doorbell import DoorbellServer  # noqa: E402 - likewise
from delfin.service import Service, Together  # noqa: E402 - likewise
from delfin.task_manager.exports import ExportService  # noqa: E402 - likewise
from delfin.task_manager.service import TaskService  # noqa: E402 - likewise

# Also the group whose members divide the storages among them.
NAME = "delfin-task"


def main() -> int:
    try:
        conf = daemon.configure(cfg.CONF, sys.argv[1:])
        listening = open_socket(conf.task_listen, conf.task_listen_port)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"{NAME}: {error}\n")
        return 1

    @contextlib.contextmanager
    def build(systemd: Systemd) -> Iterator[Sequence[Service]]:
        with make_parts(conf) as parts, daemon.placed(conf, NAME) as number:
            me = bus_name(conf.state_path, NAME, number)
            accounts = Accounts(parts.database)
            cluster = Cluster.of(
                *(conf, parts.transport, NAME),
                weight=conf.task_weight,
                address=me,
                known=parts.knows,
                place_of=accounts.place_of,
            )
            parts.arrays.sessions.join(cluster.eviction, cluster.ring.elsewhere)
            health = Health(daemon.checks(parts))
            exports = ExportService(conf, parts.database)
            task = TaskService(
                conf,
                parts.database,
                parts.queue,
                parts.arrays,
                exports.outlets,
                mine=cluster.ring.mine,
                place=(number, conf.task_workers),
            )
            calls = array_call_server(parts, me, cluster.ring)
            bell = DoorbellServer(parts.transport, socket.gethostname())
            bell.add_listener(task.ring)
            bell.add_listener(exports.ring)
            cluster.membership.on_change(lambda _members: task.ring())

            def facts() -> dict[str, int]:
                return parts.facts(
                    owned_storages=cluster.ring.count_owned(parts.storage_ids()),
                    running_jobs=task.running,
                    stuck_threads=task.stuck,
                    refused_messages=bell.refused + calls.refused + cluster.eviction.refused,
                )

            def shown() -> dict[str, int]:
                return {**facts(), **task.figures()}

            care = daemon.cared_for(
                *(parts, systemd, NAME, number, facts),
                weight=conf.task_weight,
                pulses=task.pulses,
                stuck=lambda: task.stuck,
            )
            answering = daemon.answering(
                *(parts, NAME, health, shown),
                readings=lambda: (*exports.outlets.readings(), *task.readings()),
            )
            yield [
                *care,
                accounts,
                cluster,
                health,
                ApiService(conf, answering, listening),
                # A job that still runs hands its samples over.
                exports,
                Together([task, daemon.Soon(calls), daemon.Soon(bell)]),
            ]

    return daemon.launch(conf, build, conf.task_workers)
