"""delfin-standalone: all of delfin in one process, for one machine, a trial or a test."""

from __future__ import annotations

import sys

from delfin.service import select_backend

select_backend()

from oslo_config import cfg  # noqa: E402 - the back end must be chosen before anything else

from delfin import exception, service  # noqa: E402 - likewise
from delfin.cmd import embedded  # noqa: E402 - likewise
from delfin.common.keyring import KeyRingError  # noqa: E402 - likewise

_HELLO = """delfin is ready at {url}
Its state is in {state}.

Try:  curl -s {url}/v1/storages
All that can be asked: {url}/v1/docs
"""


def main() -> int:
    conf = embedded.configure(cfg.CONF, sys.argv[1:])
    try:
        with embedded.services(conf) as (api, task):
            hello = _HELLO.format(url=api.url, state=conf.state_path)
            return service.run(conf, [task, api, embedded.Announcement(hello)])
    except (exception.DelfinException, KeyRingError, OSError) as error:
        service.tell(sys.stderr, f"delfin: {error}\n")
        return 1
