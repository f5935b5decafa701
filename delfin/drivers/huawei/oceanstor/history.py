"""What an OceanStor measured before: the performance files of its controllers, over SFTP.

Each controller keeps its own files, and writes one when its time is full. That a file stays for a
day at least is seen from a day's worth of files that KenGuru66/monitoring_VM_Grafana notes of a
Dorado 6000 V6.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from delfin import exception
from delfin.drivers.huawei.oceanstor.gathering import FILES_BEHIND, Gathering
from delfin.drivers.huawei.oceanstor.indicators import Sample
from delfin.drivers.huawei.oceanstor.perf_host import Account, Host
from delfin.drivers.huawei.oceanstor.written import Span, Written
from delfin.drivers.kit import sftp

# Seconds for which files were seen to be kept; some arrays keep them longer.
RETENTION = 86_400
# The 'extra_attributes' that names the other controllers, and what it looks like.
OTHERS = "performance_hosts"
_WANT = f"extra_attributes.{OTHERS}: want 'address[:port] SHA256:fingerprint', others after ';'"


class History:
    """Made without asking anything; for all threads that call."""

    def __init__(self, **access: Any) -> None:
        """Take the driver's keywords; raises InvalidInput naming what is wrong with them."""
        account = Account()
        self._hosts = [Host(ssh, account) for ssh in (access["ssh"], *_others(access))]
        # The newest file of each controller that ran when it was asked for, also of one that is
        # down since.
        self._last: dict[str, tuple[sftp.Entry, Span]] = {}
        # Those that run without writing, and how far the others were when that was seen.
        self._silent: dict[str, int] = {}

    def sign_in(self) -> None:
        """Try the account at the first host.

        Raises InvalidUsernameOrPassword when it is refused there. Whatever else is wrong is told
        when files are read: the array can do without them.
        """
        with suppress(exception.StorageBackendException):
            self._hosts[0].log_in()

    def newest(self, controllers: int) -> int:
        """The last moment (ms) of which all is written that so many running controllers will write.

        One that has just come back has not measured what lies two files before the others: that is
        complete without it. Raises InvalidUsernameOrPassword when a host refuses the account, and
        StorageBackendException when files of one of them cannot be had, or when one goes on
        without writing any.
        """
        running = self._of_each(controllers, None)[:controllers]
        told = {one.name: self._newest_of(one) for one in running}
        newest = max(span.last for span in told.values())
        sure = newest - FILES_BEHIND * max(span.length for span in told.values())
        self._silent = {
            name: self._silent.get(name, newest) for name, span in told.items() if span.last < sure
        }
        for name, seen in self._silent.items():
            if sure > seen:
                raise exception.StorageBackendException(
                    f"controller SP{name} runs, but has written no performance file for "
                    f"{(newest - told[name].last) // 60} minutes in which others did"
                )
        return 1000 * max(sure, min(span.last for span in told.values()))

    def samples(
        self, kind: int, indicators: Collection[str], start: int, end: int, controllers: int
    ) -> dict[str, list[Sample]]:
        """What was measured after 'start' up to 'end' (ms), by id; each as of 'Block.samples'.

        What several controllers tell of one thing and moment is merged, as 'MERGED' says. Left out
        is what would lack the share of one that went down before it wrote it.

        Raises InvalidUsernameOrPassword when a host refuses the account, and
        StorageBackendException when files of one of so many controllers cannot be had, or
        when one has not written them yet: what is returned is all that there is. Raises
        PerformanceNotKept when one of them has no files of the beginning any more, and
        InvalidResults for a file that cannot be read and is not the newest.
        """
        each = self._of_each(controllers, end)
        found = Gathering(kind, indicators, start, end)
        for place, one in enumerate(each):
            found.take(one, each[0].changed, is_running=place < controllers)
        names = {one.name for one in each}
        for name, (_, span) in tuple(self._last.items()):
            if name not in names:
                found.miss(span.unwritten(None))
        return found.samples()

    def _newest_of(self, controller: Written) -> Span:
        entry, span = self._last.get(controller.name, (None, None))
        if span is None or entry != controller.entries[-1]:
            self._last[controller.name] = entry, span = controller.newest()
        return span

    def _of_each(self, controllers: int, until: int | None) -> list[Written]:
        """The files of each running controller, and whom to ask for them; then those of others.

        Those that wrote last are taken for the running ones. Others are told of where hosts keep
        files of several; hosts beyond what is wanted are not asked, since one that is down would be
        waited for. Which one that is a first attempt tells.
        """
        found: dict[str, Written] = {}
        failure: exception.StorageBackendException | None = None
        for host in sorted(self._hosts, key=lambda one: one.is_avoided):
            if len(found) >= controllers:
                break
            try:
                entries = host.entries(until)
                found |= {name: Written(name, host, of) for name, of in entries.items()}
            except exception.StorageBackendException as error:
                failure = error
        if len(found) < controllers:
            raise failure or exception.StorageBackendException(
                f"performance files of {len(found)} of {controllers} controllers were found; "
                f"the others are to be named in extra_attributes.{OTHERS}"
            )
        return sorted(found.values(), key=lambda one: one.changed, reverse=True)


def _others(access: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The other controllers: the account is the same, the host key is not."""
    told = str((access.get("extra_attributes") or {}).get(OTHERS) or "")
    for part in filter(None, map(str.strip, told.split(";"))):
        address, _, key = part.partition(" ")
        try:
            place = urlsplit(f"//{address}")
            host, port = place.hostname, place.port
        except ValueError as error:
            raise exception.InvalidInput(_WANT) from error
        if not host or not key.strip():
            raise exception.InvalidInput(_WANT)
        yield {
            **access["ssh"],
            "host": host,
            "port": port or 22,
            "pub_key": key.strip(),
            "pub_key_type": None,
        }
