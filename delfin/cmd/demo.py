"""delfin-demo: delfin-standalone with one simulated array, and its inventory on the screen."""

from __future__ import annotations

import sys

from delfin.service import select_backend

select_backend()

from oslo_config import cfg  # noqa: E402 - the back end must be chosen before anything else

from delfin import exception, service  # noqa: E402 - likewise
from delfin.cmd import embedded  # noqa: E402 - likewise
from delfin.cmd.tour import Tour  # noqa: E402 - likewise
from delfin.common.keyring import KeyRingError  # noqa: E402 - likewise
from delfin.testing.simulated.fake_storage import FakeStorage  # noqa: E402 - likewise

_ARRAY_PORT = 8291
_USER, _PASSWORD = "admin", "Fake-Array-1"
_ACCESS = {
    "vendor": "fake_storage",
    "model": "fake_driver",
    "extra_attributes": {"serial": "DEMO0001", "volumes": "1000"},
}


class _Demonstration:
    """Registers the array as soon as delfin has started, and shows what delfin says of it."""

    def __init__(self, url: str, array: FakeStorage) -> None:
        self._tour = Tour(url)
        self._url = url
        self._array = array

    def start(self) -> None:
        rest = {
            "host": "127.0.0.1",
            "port": self._array.port,
            "username": _USER,
            "password": _PASSWORD,
        }
        print(f"delfin is ready at {self._url}; a simulated array is being registered ...")
        # Nobody but this array can show its certificate, whatever the installation verifies.
        tls = {"ca_cert": self._array.certificate_path.read_text()}
        storage_id = self._tour.register({**_ACCESS, "rest": rest, "tls": tls})
        storage = self._tour.wait_until_synced(storage_id)
        print(f"{storage['name']} ({storage['serial_number']}) is {storage['sync_status']}")
        for line in self._tour.inventory(storage_id):
            print(line)
        print(
            f"\nTry:  curl -s '{self._url}/v1/volumes?limit=3&sort=total_capacity:desc'\n"
            f"Docs: {self._url}/v1/docs\nCtrl-C ends it.",
            flush=True,
        )

    def stop(self) -> None:
        """There is nothing to stop."""

    def wait(self) -> None:
        """Nor to wait for."""


def main() -> int:
    conf = embedded.configure(cfg.CONF, sys.argv[1:])
    try:
        with (
            FakeStorage(port=_ARRAY_PORT, username=_USER, password=_PASSWORD) as array,
            embedded.services(conf) as parts,
        ):
            shown = _Demonstration(parts.api.url, array)
            return service.run(conf, [*parts.all, shown], lambda: parts.watchdog.reason)
    except (exception.DelfinException, KeyRingError, OSError) as error:
        sys.stderr.write(f"delfin: {error}\n")
        return 1
