"""What an OceanStor measured before: the performance files of its controllers, over SFTP.

Each controller keeps its own files, and writes one when its time is full. That a file stays for a
day at least is seen from a day's worth of files that KenGuru66/monitoring_VM_Grafana notes of a
Dorado 6000 V6.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from delfin import exception
from delfin.drivers.huawei.oceanstor.indicators import Sample, merged
from delfin.drivers.huawei.oceanstor.perf_file import Block
from delfin.drivers.huawei.oceanstor.perf_host import Account, Host
from delfin.drivers.kit import sftp

# Seconds for which files were seen to be kept; some arrays keep them longer.
RETENTION = 86_400
# Files of one length: so many may a controller that runs be behind the others.
_FILES_BEHIND = 2
# The 'extra_attributes' that names the other controllers, and what it looks like.
OTHERS = "performance_hosts"
_WANT = f"extra_attributes.{OTHERS}: want 'address[:port] SHA256:fingerprint', others after ';'"


@dataclass(frozen=True)
class _Written:
    """What one controller wrote, oldest first, and whom to ask for it."""

    name: str
    host: Host
    entries: Sequence[sftp.Entry]

    def newest(self) -> list[Block]:
        """What is in the newest file, or in the one before it: the newest may be being written."""
        with self.host.reading() as read:
            try:
                return read(self.entries[-1])
            except exception.InvalidResults:
                if len(self.entries) == 1:
                    raise
                return read(self.entries[-2])

    def blocks(self, start: int, end: int, *, is_running: bool) -> Iterator[Block]:
        """Those with moments after 'start', until one goes beyond 'end'; as of 'History.samples'.

        A controller that does not run tells what it has.
        """
        reached = 0
        with self.host.reading() as read:
            for entry in self.entries:
                if entry.changed * 1000 <= start:
                    continue
                if reached > end:
                    break
                try:
                    found = read(entry)
                except exception.InvalidResults:
                    if entry is self.entries[-1]:
                        break
                    raise
                is_first = is_running and entry is self.entries[0]
                if is_first and all(one.start * 1000 > end for one in found):
                    raise exception.StorageBackendException(
                        f"{entry.name} is the oldest performance file, and begins later"
                    )
                yield from found
                reached = max((reached, *(block.end * 1000 for block in found)))
        if is_running and reached <= end:
            raise exception.StorageBackendException(
                f"{self.entries[-1].name} is the last performance file so far"
            )


class History:
    """Made without asking anything; for all threads that call."""

    def __init__(self, **access: Any) -> None:
        """Take the driver's keywords; raises InvalidInput naming what is wrong with them."""
        account = Account()
        self._hosts = [Host(ssh, account) for ssh in (access["ssh"], *_others(access))]

    def sign_in(self) -> None:
        """Try the account at the first host.

        Raises InvalidUsernameOrPassword when it is refused there. Whatever else is wrong is told
        when files are read: the array can do without them.
        """
        with suppress(exception.StorageBackendException):
            self._hosts[0].log_in()

    def newest(self, controllers: int) -> int:
        """The last moment (ms) that each of so many running controllers has written.

        Raises InvalidUsernameOrPassword when a host refuses the account, and
        StorageBackendException when files of one of them cannot be had, or end long before
        those of the others: time must not go back with a controller that has just come back.
        """
        last: dict[str, int] = {}
        longest = 0
        for one in self._of_each(controllers, None)[:controllers]:
            blocks = [block for block in one.newest() if block.moments]
            last[one.name] = max((block.moments[-1] for block in blocks), default=0)
            if blocks:
                began = min(block.start for block in blocks)
                longest = max(longest, max(block.end for block in blocks) - began)
        newest = max(last.values(), default=0)
        for name, moment in last.items():
            if moment < newest - _FILES_BEHIND * longest:
                raise exception.StorageBackendException(
                    f"controller SP{name} has written no performance file for "
                    f"{(newest - moment) // 60} minutes in which others did"
                )
        return min(last.values(), default=0) * 1000

    def samples(
        self, kind: int, indicators: Collection[str], start: int, end: int, controllers: int
    ) -> dict[str, list[Sample]]:
        """What was measured after 'start' up to 'end' (ms), by id; each as of 'Block.samples'.

        What several controllers tell of one thing and moment is merged, as 'MERGED' says.

        Raises InvalidUsernameOrPassword when a host refuses the account, and
        StorageBackendException when files of one of so many controllers cannot be had, or
        when one has not written them yet, or keeps them no more: what is returned is all that there
        is, and who asks in vain for what is too old will say that it is lost. Raises
        InvalidResults for a file that cannot be read and is not the newest.
        """
        found: defaultdict[str, dict[int, Sample]] = defaultdict(dict)
        for place, one in enumerate(self._of_each(controllers, end)):
            own: defaultdict[str, dict[int, Sample]] = defaultdict(dict)
            for block in one.blocks(start, end, is_running=place < controllers):
                for identity, sample in block.samples(kind, indicators):
                    if start < sample["time"] <= end:
                        own[identity][sample["time"]] = sample
            for identity, of in own.items():
                known = found[identity]
                for at, sample in of.items():
                    known[at] = merged(known[at], sample) if at in known else sample
        return {identity: [at[one] for one in sorted(at)] for identity, at in found.items()}

    def _of_each(self, controllers: int, until: int | None) -> list[_Written]:
        """The files of each running controller, and whom to ask for them; then those of others.

        Those that wrote last are taken for the running ones. Others are told of where hosts keep
        files of several; hosts beyond what is wanted are not asked, since one that is down would be
        waited for. Which one that is a first attempt tells.
        """
        found: dict[str, _Written] = {}
        failure: exception.StorageBackendException | None = None
        for host in sorted(self._hosts, key=lambda one: one.is_avoided):
            if len(found) >= controllers:
                break
            try:
                entries = host.entries(until)
                found |= {name: _Written(name, host, of) for name, of in entries.items()}
            except exception.StorageBackendException as error:
                failure = error
        if len(found) < controllers:
            raise failure or exception.StorageBackendException(
                f"performance files of {len(found)} of {controllers} controllers were found; "
                f"the others are to be named in extra_attributes.{OTHERS}"
            )
        return sorted(found.values(), key=lambda one: one.entries[-1].changed, reverse=True)


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
