"""delfin-standalone: all of delfin in one process, for one machine, a trial or a test."""

from __future__ import annotations

import sys

from delfin.service import select_backend

select_backend()

from oslo_config import cfg  # noqa: E402 - the back end must be chosen before anything else

from delfin import exception, service  # noqa: E402 - likewise
from delfin.cmd import embedded  # noqa: E402 - likewise
from delfin.common.keyring import KeyRingError  # noqa: E402 - likewise
from delfin.process.systemd import Systemd  # noqa: E402 - likewise

_HELLO = """delfin is ready at {url}
Its state is in {state}.

Try:  curl -s {url}/v1/storages
All that can be asked: {url}/v1/docs
"""


def main() -> int:
    systemd = Systemd.taken_from_environment()
    conf = embedded.configure(cfg.CONF, sys.argv[1:])
    try:
        with embedded.services(conf, systemd) as all_in_one:
            hello = _HELLO.format(url=all_in_one.api.url, state=conf.state_path)
            told = embedded.Announcement(hello, systemd)
            watchdog = all_in_one.watchdog
            return service.run(conf, [*all_in_one.all, told], lambda: watchdog.reason)
    except (exception.DelfinException, KeyRingError, OSError) as error:
        service.tell(sys.stderr, f"delfin: {error}\n")
        return 1
